import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigResourceTypes, type Admin, type ITopicConfig } from '../patched-kafkajs/index';
import { MAX_TOPIC_NAME, isTopicName } from '../../shared/topic-name';
import { UserError, shorten } from '../../shared/user-error';
import { KafkaError, protocolErrorType, sentenceOf, toKafkaError } from '../errors';
import type { AdminConnection } from './admin-connection';
import type { NewTopicSettings, ProducerOptions } from '../types';

/** What a producer has to know of a topic. */
export interface TopicInfo {
  partitions: number;
  /** those that no broker leads at the moment */
  leaderless: ReadonlySet<number>;
  /** the greatest record batch that the topic takes, in bytes */
  maxBatchBytes: number;
}

/** Partitions may be added to a topic, and its limit changed, while records are sent to it. */
const REFRESH_MS = 30_000;
/** How long a new topic is waited for until all of its partitions have leaders. */
const LEADERS_MS = 2_000;
const LOOK_AGAIN_MS = 50;
/** Kafka's value of retention.ms for records that are never deleted for their age. */
const FOR_EVER = -1;
/** Kafka's default of max.message.bytes, for users that may not read the topic's configuration. */
const DEFAULT_MAX_BATCH_BYTES = 1_048_588;

type Partitions = Omit<TopicInfo, 'maxBatchBytes'>;

/** Whether a topic that is missing is made, and as what. */
export type TopicCreation = Pick<ProducerOptions, 'createTopics' | 'newTopics' | 'warn'>;

/** The topics that a producer writes to: asked for once, looked at again every so often. */
export class TopicDirectory {
  private readonly infos = new Map<string, TopicInfo>();
  private readonly lookUps = new Map<string, Promise<TopicInfo>>();
  private readonly timer: NodeJS.Timeout;

  /** @param brokers for the texts of errors */
  constructor(
    private readonly connection: AdminConnection,
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
    this.connection.close();
  }

  private async ask(topic: string): Promise<TopicInfo> {
    const params = { topic, brokers: this.brokers };
    if (topic.length > MAX_TOPIC_NAME) throw tooLong(topic);
    if (!isTopicName(topic)) throw new KafkaError('topic-name', params);
    try {
      const partitions = await this.connection.ask((admin) => this.findPartitions(admin, topic));
      const info = { ...partitions, maxBatchBytes: await this.readLimit(topic) };
      this.infos.set(topic, info);
      return info;
    } catch (error) {
      const known = toKafkaError(error, params, 'unreachable');
      if (known.problem !== 'unreachable') this.infos.delete(topic);
      throw known;
    }
  }

  private async findPartitions(admin: Admin, topic: string): Promise<Partitions> {
    try {
      return await fetchPartitions(admin, topic);
    } catch (error) {
      const type = protocolErrorType(error);
      if (type === 'TOPIC_AUTHORIZATION_FAILED') {
        // Who may not know of a topic is told so whether it is there or not.
        const params = { topic, brokers: this.brokers };
        throw new KafkaError('topic-forbidden', params, { cause: error, text: 'topic-unseen' });
      }
      if (!this.creation.createTopics || type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    }
    try {
      await this.create(admin, topic);
    } catch (error) {
      const params = { topic, brokers: this.brokers };
      const forbidden = protocolErrorType(error)?.endsWith('AUTHORIZATION_FAILED');
      if (forbidden)
        throw new KafkaError('topic-forbidden', params, { cause: error, text: 'create-forbidden' });
      // Kafka allows no two names that differ in "." and "_" alone: it says so, and with which one it collides.
      const refused = protocolErrorType(error) === 'INVALID_TOPIC_EXCEPTION';
      if (refused)
        throw new KafkaError('topic-not-created', { ...params, reason: sentenceOf(error) }, { cause: error });
      throw toKafkaError(error, params, 'topic-not-created');
    }
    return fetchLed(admin, topic);
  }

  private async create(admin: Admin, topic: string): Promise<void> {
    const { newTopics = {}, warn } = this.creation;
    const { replicas } = newTopics;
    const brokers = replicas === undefined ? 0 : (await admin.describeCluster()).brokers.length;
    const made = replicas === undefined ? undefined : Math.min(replicas, brokers);
    await admin.createTopics({
      topics: [toTopicConfig(topic, { ...newTopics, replicas: made })],
      waitForLeaders: false,
    });
    if (replicas === undefined || made === undefined || made >= replicas) return;
    warn?.(new UserError('kafka-cluster.errors.fewer-replicas', { topic, asked: replicas, made }));
  }

  private async readLimit(topic: string): Promise<number> {
    try {
      return await this.connection.ask((admin) => fetchLimit(admin, topic));
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

function tooLong(topic: string): KafkaError {
  const params = { topic: shorten(topic), length: topic.length, most: MAX_TOPIC_NAME };
  return new KafkaError('topic-name', params, { text: 'topic-name-long' });
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

async function fetchPartitions(admin: Admin, topic: string): Promise<Partitions> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics.find(({ name }) => name === topic);
  if (!found || found.partitions.length === 0) throw new Error(`no metadata of ${topic} yet`);
  const leaderless = found.partitions.filter(({ leader }) => leader < 0);
  return {
    partitions: found.partitions.length,
    leaderless: new Set(leaderless.map(({ partitionId }) => partitionId)),
  };
}

/** The same for a topic that was just made: it takes the cluster a moment to know of it, and to give it leaders. */
async function fetchLed(admin: Admin, topic: string): Promise<Partitions> {
  for (const end = performance.now() + LEADERS_MS; ;) {
    try {
      const found = await fetchPartitions(admin, topic);
      if (found.leaderless.size === 0 || performance.now() > end) return found;
    } catch (error) {
      if (performance.now() > end || protocolErrorType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

async function fetchLimit(admin: Admin, topic: string): Promise<number> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] }],
  });
  const limit = Number(resources[0]?.configEntries[0]?.configValue);
  return limit > 0 ? limit : DEFAULT_MAX_BATCH_BYTES;
}
