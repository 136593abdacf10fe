import { ConfigResourceTypes, type Admin, type ITopicConfig } from './patched-kafkajs';
import { isTopicName } from '../shared/topic-name';
import { UserError } from '../shared/user-error';
import { KafkaError, protocolErrorType, toKafkaError } from './errors';
import type { Questions } from './questions';
import type { NewTopicSettings, ProducerOptions } from './types';

/** What a producer has to know of a topic. */
export interface TopicInfo {
  partitions: number;
  /** the greatest record batch that the topic takes, in bytes */
  maxBatchBytes: number;
}

/** Partitions may be added to a topic, and its limit changed, while records are sent to it. */
const REFRESH_MS = 30_000;
/** Kafka's value of retention.ms for records that are never deleted for their age. */
const FOR_EVER = -1;
/** Kafka's default of max.message.bytes, for users that may not read the topic's configuration. */
const DEFAULT_MAX_BATCH_BYTES = 1_048_588;

/** Whether a topic that is missing is made, and as what. */
export type TopicCreation = Pick<ProducerOptions, 'createTopics' | 'newTopics' | 'warn'>;

/** The topics that a producer writes to: asked for once, looked at again every so often. */
export class TopicDirectory {
  private readonly infos = new Map<string, TopicInfo>();
  private readonly lookUps = new Map<string, Promise<TopicInfo>>();
  private readonly timer: NodeJS.Timeout;

  /** @param brokers for the texts of errors */
  constructor(
    private readonly questions: Questions,
    private readonly brokers: string,
    private readonly creation: TopicCreation,
  ) {
    this.timer = setInterval(() => this.refresh(), REFRESH_MS).unref();
  }

  /** @returns what is known of a topic without asking */
  known(topic: string): TopicInfo | undefined {
    return this.infos.get(topic);
  }

  /**
   * Asks the cluster; a topic that is missing is created where that is wanted.
   * @throws KafkaError (a rejection) topic-missing, topic-name, topic-forbidden, topic-not-created or unreachable
   */
  lookUp(topic: string): Promise<TopicInfo> {
    let lookUp = this.lookUps.get(topic);
    if (!lookUp) {
      lookUp = this.ask(topic).finally(() => this.lookUps.delete(topic));
      this.lookUps.set(topic, lookUp);
    }
    return lookUp;
  }

  close(): void {
    clearInterval(this.timer);
    this.questions.close();
  }

  private async ask(topic: string): Promise<TopicInfo> {
    const params = { topic, brokers: this.brokers };
    if (!isTopicName(topic)) throw new KafkaError('topic-name', params);
    try {
      const partitions = await this.questions.ask((admin) => this.countPartitions(admin, topic));
      const info = { partitions, maxBatchBytes: await this.readLimit(topic) };
      this.infos.set(topic, info);
      return info;
    } catch (error) {
      const known = toKafkaError(error, params, 'unreachable');
      if (known.problem !== 'unreachable') this.infos.delete(topic);
      throw known;
    }
  }

  private async countPartitions(admin: Admin, topic: string): Promise<number> {
    try {
      return await fetchCount(admin, topic);
    } catch (error) {
      if (!this.creation.createTopics || protocolErrorType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION')
        throw error;
    }
    try {
      await this.create(admin, topic);
    } catch (error) {
      const params = { topic, brokers: this.brokers };
      const forbidden = protocolErrorType(error)?.endsWith('AUTHORIZATION_FAILED');
      if (forbidden)
        throw new KafkaError('topic-forbidden', params, { cause: error, text: 'create-forbidden' });
      throw toKafkaError(error, params, 'topic-not-created');
    }
    return fetchCount(admin, topic);
  }

  private async create(admin: Admin, topic: string): Promise<void> {
    const { newTopics = {}, warn } = this.creation;
    const { replicas } = newTopics;
    const brokers = replicas === undefined ? 0 : (await admin.describeCluster()).brokers.length;
    const made = replicas === undefined ? undefined : Math.min(replicas, brokers);
    await admin.createTopics({
      topics: [toTopicConfig(topic, { ...newTopics, replicas: made })],
      waitForLeaders: true,
    });
    if (replicas === undefined || made === undefined || made >= replicas) return;
    warn?.(new UserError('kafka-cluster.errors.fewer-replicas', { topic, asked: replicas, made }));
  }

  private async readLimit(topic: string): Promise<number> {
    try {
      return await this.questions.ask((admin) => fetchLimit(admin, topic));
    } catch (error) {
      // Reading a configuration takes a right of its own, which whoever writes does not need to have.
      if (protocolErrorType(error)?.includes('AUTHORIZATION_FAILED')) return DEFAULT_MAX_BATCH_BYTES;
      throw error;
    }
  }

  private refresh(): void {
    for (const topic of this.infos.keys()) {
      // What was known stays in force while nobody answers; a send that needs more asks again and tells its caller.
      this.lookUp(topic).catch(() => undefined);
    }
  }
}

function toTopicConfig(topic: string, settings: NewTopicSettings): ITopicConfig {
  const { partitions, replicas, retentionMs, maxMessageBytes } = settings;
  const retention = retentionMs === Infinity ? FOR_EVER : retentionMs;
  const configEntries = [
    ...(retention === undefined ? [] : [{ name: 'retention.ms', value: String(Math.round(retention)) }]),
    ...(maxMessageBytes === undefined ? [] : [{ name: 'max.message.bytes', value: String(maxMessageBytes) }]),
  ];
  return {
    topic,
    ...(partitions === undefined ? {} : { numPartitions: partitions }),
    ...(replicas === undefined ? {} : { replicationFactor: replicas }),
    ...(configEntries.length > 0 ? { configEntries } : {}),
  };
}

async function fetchCount(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics.find(({ name }) => name === topic);
  if (!found || found.partitions.length === 0) throw new Error(`no metadata of ${topic} yet`);
  return found.partitions.length;
}

async function fetchLimit(admin: Admin, topic: string): Promise<number> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] }],
  });
  const limit = Number(resources[0]?.configEntries[0]?.configValue);
  return limit > 0 ? limit : DEFAULT_MAX_BATCH_BYTES;
}
