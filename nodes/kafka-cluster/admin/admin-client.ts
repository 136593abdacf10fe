import {
  ConfigResourceTypes,
  clusterOf,
  type Admin,
  type DescribeConfigResponse,
} from '../patched-kafkajs/index';
import { toError, type TextParams } from '../../shared/user-error';
import type { KafkaClient } from '../client';
import { protocolErrorType } from '../errors';
import { AdminConnection } from './admin-connection';
import { describeGroups } from './groups';
import { topicExtents } from './topic-extents';
import { topicIds } from './topic-ids';
import type {
  ClusterAdmin,
  ClusterDescription,
  ClusterShape,
  GroupDescription,
  PartitionDescription,
  TopicDescription,
  TopicExtent,
  TopicSettings,
} from '../types';

/** Topics asked about at the same time; each takes the broker two short requests. */
const CONCURRENCY = 8;
/** Kafka's own topics (__consumer_offsets, __transaction_state, ...) are named so. */
const INTERNAL_PREFIX = '__';

const UNKNOWN_OFFSETS: readonly [string, string] = ['-1', '-1'];

/** Absent where a partition has no leader, or its leader can't be reached: see patched-kafkajs/leaderless.ts. */
interface LedOffsets {
  partition: number;
  low: string | undefined;
  high: string | undefined;
}

type TopicMetadata = Awaited<ReturnType<Admin['fetchTopicMetadata']>>['topics'][number];

/**
 * Kafka's admin interface through kafkajs.
 *
 * It connects with the first question. After any error the client behind it is thrown away and the next question
 * makes a fresh one: a kafkajs client goes on with a connection that went silent, and one that was once asked for a
 * topic keeps failing after that topic is deleted.
 */
export class KafkaJsAdmin implements ClusterAdmin {
  private readonly connection: AdminConnection;

  /**
   * @param createClient makes a client that tries only a few times
   * @param explain makes what a person reads of an error of kafkajs; `params` says what the question was about
   */
  constructor(
    createClient: () => KafkaClient,
    private readonly explain: (error: unknown, params: TextParams) => Error = toError,
  ) {
    this.connection = new AdminConnection(createClient);
  }

  topicNames(): Promise<string[]> {
    return this.ask((admin) => admin.listTopics());
  }

  describeCluster(): Promise<ClusterDescription> {
    return this.ask(async (admin) => {
      const { clusterId, controller, brokers } = await admin.describeCluster();
      return {
        clusterId,
        controller,
        brokers: brokers.map(({ nodeId, host, port }) => ({ id: nodeId, host, port })),
      };
    });
  }

  clusterShape(): Promise<ClusterShape> {
    return this.ask(clusterShape);
  }

  describeTopics(names: string[]): Promise<TopicDescription[]> {
    if (names.length === 0) return Promise.resolve([]);
    return this.ask(async (admin) => {
      const wanted = new Set(names);
      // Asked for by name, one topic that is gone fails the whole answer; the list of all is one request as well.
      const { topics } = await admin.fetchTopicMetadata();
      return mapLimited(
        topics.filter(({ name }) => wanted.has(name)),
        (topic) => describeTopic(admin, topic),
      );
    });
  }

  forbiddenTopics(names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return Promise.resolve([]);
    return this.ask(async (admin) => {
      const forbidden: string[] = [];
      // One by one, since the first that fails is all that the answer to several tells.
      for (const name of names) if (await isForbidden(admin, name)) forbidden.push(name);
      return forbidden;
    });
  }

  topicSettings(names: string[]): Promise<Map<string, TopicSettings>> {
    if (names.length === 0) return Promise.resolve(new Map<string, TopicSettings>());
    return this.ask(async (admin) => {
      const configNames = ['retention.ms', 'retention.bytes', 'cleanup.policy', 'min.insync.replicas'];
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames })),
      });
      return new Map(resources.map((resource) => [resource.resourceName, settingsOf(resource)]));
    });
  }

  topicExtents(topics: TopicDescription[]): Promise<Map<string, TopicExtent>> {
    return this.connection.ask((admin) => topicExtents(clusterOf(admin), topics));
  }

  topicIds(names: readonly string[]): Promise<Map<string, string>> {
    if (names.length === 0) return Promise.resolve(new Map<string, string>());
    return this.ask((admin) => topicIds(clusterOf(admin), names));
  }

  async committedOffsets(groupId: string, topic: string): Promise<Map<number, string>> {
    return (await this.committedOffsetsOf(groupId, [topic])).get(topic) ?? new Map<number, string>();
  }

  committedOffsetsOf(groupId: string, topics: string[]): Promise<Map<string, Map<number, string>>> {
    if (topics.length === 0) return Promise.resolve(new Map<string, Map<number, string>>());
    return this.ask(
      async (admin) => {
        const found = await admin.fetchOffsets({ groupId, topics });
        return new Map(
          found.map(({ topic, partitions }) => [
            topic,
            new Map(partitions.map(({ partition, offset }) => [partition, offset])),
          ]),
        );
      },
      { group: groupId },
    );
  }

  groups(): Promise<GroupDescription[]> {
    return this.ask(describeGroups);
  }

  groupKind(groupId: string): Promise<string | undefined> {
    return this.ask(async (admin) => {
      const { groups } = await admin.listGroups();
      // A group that nobody has joined yet has none.
      return groups.find((group) => group.groupId === groupId)?.protocolType || undefined;
    });
  }

  offsetsAt(topic: string, time: number): Promise<Map<number, string>> {
    return this.ask(async (admin) => {
      const offsets: { partition: number; offset: string | undefined }[] =
        await admin.fetchTopicOffsetsByTimestamp(topic, time);
      return new Map(
        offsets.flatMap(({ partition, offset }) => (offset === undefined ? [] : [[partition, offset]])),
      );
    });
  }

  /** Ends the connection; questions that are open reject. */
  close(): void {
    this.connection.close();
  }

  private async ask<T>(question: (admin: Admin) => Promise<T>, params: TextParams = {}): Promise<T> {
    try {
      return await this.connection.ask(question);
    } catch (error) {
      throw this.explain(error, params);
    }
  }
}

async function isForbidden(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] });
    return false;
  } catch (error) {
    const type = protocolErrorType(error);
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return false;
    if (type === 'TOPIC_AUTHORIZATION_FAILED') return true;
    throw error;
  }
}

async function describeTopic(admin: Admin, topic: TopicMetadata): Promise<TopicDescription> {
  const offsets = new Map<number, readonly [string, string]>();
  // Nobody can be asked for the offsets of what nobody leads.
  if (topic.partitions.some(({ leader }) => leader >= 0)) {
    for (const { partition, low, high } of (await admin.fetchTopicOffsets(topic.name)) as LedOffsets[]) {
      if (low !== undefined && high !== undefined) offsets.set(partition, [low, high]);
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

/** @returns whether a cluster is KRaft or ZooKeeper, how many brokers there are, and their version where it can be told */
export async function clusterShape(admin: Admin): Promise<ClusterShape> {
  const { brokers } = await admin.describeCluster();
  const [first] = brokers;
  const unknown = { mode: undefined, version: undefined, brokers: brokers.length };
  if (!first) return unknown;
  try {
    return { brokers: brokers.length, ...(await modeAndVersion(admin, first.nodeId)) };
  } catch (error) {
    // Whoever may use the cluster need not have the right to read its settings.
    if (protocolErrorType(error) === 'CLUSTER_AUTHORIZATION_FAILED') return unknown;
    throw error;
  }
}

/** A broker of KRaft has roles, one that has none keeps its agreements in ZooKeeper. */
async function modeAndVersion(admin: Admin, broker: number): Promise<Pick<ClusterShape, 'mode' | 'version'>> {
  const configNames = ['process.roles', 'zookeeper.connect', 'inter.broker.protocol.version'];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.BROKER, name: String(broker), configNames }],
  });
  const value = valueOf(resources[0]);
  const mode = value('process.roles') ? 'kraft' : value('zookeeper.connect') ? 'zookeeper' : undefined;
  // "3.9-IV0": the release, and a step on the way to it.
  return { mode, version: /^\d+\.\d+/.exec(value('inter.broker.protocol.version') ?? '')?.[0] };
}

function settingsOf(resource: DescribeConfigResponse['resources'][number]): TopicSettings {
  const value = valueOf(resource);
  return {
    retentionMs: toNumber(value('retention.ms')),
    retentionBytes: toNumber(value('retention.bytes')),
    compacted: value('cleanup.policy')?.includes('compact') ?? false,
    minInSyncReplicas: toNumber(value('min.insync.replicas')),
  };
}

function valueOf(
  resource: DescribeConfigResponse['resources'][number] | undefined,
): (name: string) => string | undefined {
  return (name) => resource?.configEntries.find(({ configName }) => configName === name)?.configValue;
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
