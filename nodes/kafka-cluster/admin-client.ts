import { ConfigResourceTypes, type Admin, type DescribeConfigResponse, type Kafka } from 'kafkajs';
import { toError } from '../shared/user-error';
import type {
  ClusterAdmin,
  ClusterDescription,
  PartitionDescription,
  TopicDescription,
  TopicSettings,
} from './types';

/** A question that has no answer by then fails, and its client with it: a connection may have gone silent. */
const ANSWER_TIMEOUT_MS = 6_000;
const DISCONNECT_TIMEOUT_MS = 3_000;
/** Topics asked about at the same time; each takes the broker two short requests. */
const CONCURRENCY = 8;
/** Kafka's own topics (__consumer_offsets, __transaction_state, ...) are named so. */
const INTERNAL_PREFIX = '__';

const UNKNOWN_OFFSETS: readonly [string, string] = ['-1', '-1'];

type TopicMetadata = Awaited<ReturnType<Admin['fetchTopicMetadata']>>['topics'][number];

/** The question could not be answered within its time. */
export class AdminTimeoutError extends Error {
  constructor(question: string) {
    super(`no answer to "${question}" within ${ANSWER_TIMEOUT_MS / 1000} s`);
    this.name = new.target.name;
  }
}

/**
 * Kafka's admin interface through kafkajs.
 *
 * It connects with the first question. After any failure the client behind it is thrown away and the next question
 * makes a fresh one: a kafkajs client goes on with a connection that went silent, and one that was once asked for a
 * topic keeps failing after that topic is deleted.
 */
export class KafkaJsAdmin implements ClusterAdmin {
  private connection: Promise<Admin> | undefined;
  private readonly leaving = new Set<Promise<void>>();

  constructor(private readonly kafka: Kafka) {}

  topicNames(): Promise<string[]> {
    return this.ask('topic names', (admin) => admin.listTopics());
  }

  describeCluster(): Promise<ClusterDescription> {
    return this.ask('cluster', async (admin) => {
      const { clusterId, controller, brokers } = await admin.describeCluster();
      return {
        clusterId,
        controller,
        brokers: brokers.map(({ nodeId, host, port }) => ({ id: nodeId, host, port })),
      };
    });
  }

  describeTopics(names: string[]): Promise<TopicDescription[]> {
    if (names.length === 0) return Promise.resolve([]);
    return this.ask('topics', async (admin) => {
      const wanted = new Set(names);
      // Asked for by name, one topic that is gone fails the whole answer; the list of all is one request as well.
      const { topics } = await admin.fetchTopicMetadata();
      return mapLimited(
        topics.filter(({ name }) => wanted.has(name)),
        (topic) => describeTopic(admin, topic),
      );
    });
  }

  topicSettings(names: string[]): Promise<Map<string, TopicSettings>> {
    if (names.length === 0) return Promise.resolve(new Map<string, TopicSettings>());
    return this.ask('topic settings', async (admin) => {
      const configNames = ['retention.ms', 'retention.bytes', 'cleanup.policy', 'min.insync.replicas'];
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames })),
      });
      return new Map(resources.map((resource) => [resource.resourceName, settingsOf(resource)]));
    });
  }

  async committedOffsets(groupId: string, topic: string): Promise<Map<number, string>> {
    return (await this.committedOffsetsOf(groupId, [topic])).get(topic) ?? new Map<number, string>();
  }

  committedOffsetsOf(groupId: string, topics: string[]): Promise<Map<string, Map<number, string>>> {
    if (topics.length === 0) return Promise.resolve(new Map<string, Map<number, string>>());
    return this.ask(`offsets of group ${groupId}`, async (admin) => {
      const found = await admin.fetchOffsets({ groupId, topics });
      return new Map(
        found.map(({ topic, partitions }) => [
          topic,
          new Map(partitions.map(({ partition, offset }) => [partition, offset])),
        ]),
      );
    });
  }

  offsetsAt(topic: string, time: number): Promise<Map<number, string>> {
    return this.ask(`offsets of ${topic} at a time`, async (admin) => {
      const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, time);
      return new Map(offsets.map(({ partition, offset }) => [partition, offset]));
    });
  }

  /** Disconnects, at most 3 s after the call. */
  async close(): Promise<void> {
    if (this.connection) this.discard(this.connection);
    await Promise.all(this.leaving);
  }

  private async ask<T>(question: string, answer: (admin: Admin) => Promise<T>): Promise<T> {
    const connection = (this.connection ??= this.connect());
    try {
      return await withTimeout(
        connection.then((admin) => answer(admin)),
        ANSWER_TIMEOUT_MS,
        () => new AdminTimeoutError(question),
      );
    } catch (error) {
      this.discard(connection);
      throw toError(error);
    }
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }

  /** Takes a client out of use, once, and disconnects it beside whatever else goes on. */
  private discard(connection: Promise<Admin>): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    const leaving = withTimeout(
      connection.then((admin) => admin.disconnect()),
      DISCONNECT_TIMEOUT_MS,
      () => new AdminTimeoutError('disconnect'),
    )
      // Whoever asked has been told why this client is no longer good; how it goes is of no use to anybody.
      .catch(() => undefined)
      .finally(() => this.leaving.delete(leaving));
    this.leaving.add(leaving);
  }
}

async function describeTopic(admin: Admin, topic: TopicMetadata): Promise<TopicDescription> {
  const offsets = new Map<number, readonly [string, string]>();
  const leaderless = topic.partitions.some(({ leader }) => leader < 0);
  // Without a leader nobody can be asked for the offsets, and kafkajs would try until its time is over.
  if (!leaderless) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic.name)) {
      offsets.set(partition, [low, high]);
    }
  }
  const partitions = topic.partitions.map(({ partitionId, leader, replicas, isr }): PartitionDescription => {
    const [firstOffset, nextOffset] = offsets.get(partitionId) ?? UNKNOWN_OFFSETS;
    return { partition: partitionId, leader, replicas, inSyncReplicas: isr, firstOffset, nextOffset };
  });
  return {
    name: topic.name,
    internal: topic.name.startsWith(INTERNAL_PREFIX),
    partitions: partitions.sort((a, b) => a.partition - b.partition),
  };
}

function settingsOf({ configEntries }: DescribeConfigResponse['resources'][number]): TopicSettings {
  const value = (name: string): string | undefined =>
    configEntries.find(({ configName }) => configName === name)?.configValue;
  return {
    retentionMs: toNumber(value('retention.ms')),
    retentionBytes: toNumber(value('retention.bytes')),
    compacted: value('cleanup.policy')?.includes('compact') ?? false,
    minInSyncReplicas: toNumber(value('min.insync.replicas')),
  };
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}

async function mapLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}

async function withTimeout<T>(promise: Promise<T>, milliseconds: number, error: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(error()), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
