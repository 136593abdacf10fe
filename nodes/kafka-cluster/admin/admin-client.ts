import {
  ConfigResourceTypes,
  clusterOf,
  type Admin,
  type Connections,
  type DescribeConfigResponse,
} from '../patched-kafkajs/index';
import { toError, type TextParams } from '../../shared/user-error';
import type { KafkaClient } from '../client';
import { protocolErrorType } from '../errors';
import { AdminConnection } from './admin-connection';
import type { Terms } from './ask-broker';
import { describeGroups } from './groups';
import { FIRST, NEXT, committedOffsets, listOffsets, offsetsAt } from './offsets';
import { topicExtents } from './topic-extents';
import { topicIds } from './topic-ids';
import type {
  ClusterAdmin,
  ClusterDescription,
  ClusterShape,
  GroupDescription,
  PartitionDescription,
  RefusedPartition,
  SilentBroker,
  TopicDescription,
  TopicExtent,
  TopicSettings,
} from '../types';

/** Kafka's own topics (__consumer_offsets, __transaction_state, ...) are named so. */
const INTERNAL_PREFIX = '__';

const UNKNOWN_OFFSET = '-1';

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
    return this.ask(async (admin, termsNow) => {
      const topics = await metadataOf(admin, names);
      const cluster = connectionsOf(admin);
      const terms = termsNow();
      const [first, next] = await Promise.all([
        listOffsets(cluster, topics, FIRST, terms),
        listOffsets(cluster, topics, NEXT, terms),
      ]);
      return topics.map((topic) => describeTopic(topic, first.get(topic.name), next.get(topic.name)));
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

  topicExtents(
    topics: TopicDescription[],
    silent: (broker: SilentBroker) => void = () => undefined,
  ): Promise<Map<string, TopicExtent>> {
    return this.connection.ask(async (admin, terms) =>
      topicExtents(await brokersOf(admin), topics, terms(), silent),
    );
  }

  topicIds(names: readonly string[]): Promise<Map<string, string>> {
    if (names.length === 0) return Promise.resolve(new Map<string, string>());
    return this.ask(async (admin) => topicIds(await brokersOf(admin), names));
  }

  async committedOffsets(groupId: string, topic: string): Promise<Map<number, string>> {
    return (await this.committedOffsetsOf(groupId, [topic])).get(topic) ?? new Map<number, string>();
  }

  committedOffsetsOf(
    groupId: string,
    topics: string[],
    refused: (place: RefusedPartition) => void = () => undefined,
  ): Promise<Map<string, Map<number, string>>> {
    if (topics.length === 0) return Promise.resolve(new Map<string, Map<number, string>>());
    return this.ask(
      async (admin) =>
        committedOffsets(connectionsOf(admin), groupId, await metadataOf(admin, topics), refused),
      { group: groupId },
    );
  }

  groups(silent: (broker: SilentBroker) => void = () => undefined): Promise<GroupDescription[]> {
    return this.ask(async (admin, terms) => {
      const cluster = connectionsOf(admin);
      // There may be other brokers by now.
      await cluster.refreshMetadata();
      return describeGroups(cluster, terms(), silent);
    });
  }

  groupKind(groupId: string): Promise<string | undefined> {
    return this.ask(async (admin) => {
      const { groups } = await admin.listGroups();
      // A group that nobody has joined yet has none.
      return groups.find((group) => group.groupId === groupId)?.protocolType || undefined;
    });
  }

  offsetsAt(topic: string, time: number): Promise<Map<number, string>> {
    return this.ask(async (admin, terms) => {
      const [found] = await metadataOf(admin, [topic]);
      return found ? offsetsAt(connectionsOf(admin), found, time, terms()) : new Map<number, string>();
    });
  }

  /** Ends the connection; questions that are open reject. */
  close(): void {
    this.connection.close();
  }

  private async ask<T>(
    question: (admin: Admin, terms: () => Terms) => Promise<T>,
    params: TextParams = {},
  ): Promise<T> {
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

/** @returns those of these topics that are there */
async function metadataOf(admin: Admin, names: readonly string[]): Promise<TopicMetadata[]> {
  const wanted = new Set(names);
  // Asked for by name, one topic that is gone fails the whole answer; the list of all is one request as well.
  const { topics } = await admin.fetchTopicMetadata();
  return topics.filter(({ name }) => wanted.has(name));
}

/** @throws where kafkajs does not give its connections: a kafka-cluster does not start with such a one */
function connectionsOf(admin: Admin): Connections {
  const cluster = clusterOf(admin);
  if (!cluster) throw new Error('this kafkajs keeps its connections to itself');
  return cluster;
}

/** @returns the connections, which know the brokers of the cluster: right after connecting they do not */
async function brokersOf(admin: Admin): Promise<Connections> {
  const cluster = connectionsOf(admin);
  if (cluster.getNodeIds().length === 0) await cluster.refreshMetadata();
  return cluster;
}

type ToldOfTopic = ReadonlyMap<number, string | Error> | undefined;

function describeTopic(topic: TopicMetadata, first: ToldOfTopic, next: ToldOfTopic): TopicDescription {
  const partitions = topic.partitions.map(({ partitionId, leader, replicas, isr }): PartitionDescription => {
    const told = [first?.get(partitionId), next?.get(partitionId)];
    const [firstOffset = UNKNOWN_OFFSET, nextOffset = UNKNOWN_OFFSET] = told.every(
      (offset) => typeof offset === 'string',
    )
      ? told
      : [];
    const error = told.find((offset) => offset instanceof Error);
    return {
      partition: partitionId,
      leader,
      replicas,
      inSyncReplicas: isr,
      firstOffset,
      nextOffset,
      ...(error ? { error } : {}),
    };
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
