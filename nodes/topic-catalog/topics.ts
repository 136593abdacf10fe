import type {
  ClusterAdmin,
  ClusterShape,
  PartitionDescription,
  RefusedPartition,
  SilentBroker,
  TopicDescription,
  TopicExtent,
  TopicSettings,
} from '../kafka-cluster/types';
import type { ErrorInfo, PartitionRow, TopicRow, TopicsAnswer } from './contract';
import { CatalogError, asking } from './catalog-error';
import { Memo } from './memo';
import type { NodeIndex, TopicNodes } from './nodes';
import { MINUTE_MS } from '../shared/durations';
import { untoldOf, untoldProblems } from './untold';

const LIST_AGE_MS = 1_000;
const LIST_COST_FACTOR = 5;
const SETTINGS_AGE_MS = 60_000;
/** Brokers look into their files for this; a broker that can't do it is asked again no sooner either. */
const EXTENTS_AGE_MS = 10_000;
const EXTENTS_COST_FACTOR = 20;
/** Kafka's metadata of a cluster with more topics than this is cut: the list is for people. */
const MAX_TOPICS = 1_000;

/** Kafka as this node needs it. */
export interface TopicsSource {
  /** the brokers' addresses, for the page and for errors */
  description: string;
  /** the consumer group whose lag is shown */
  groupId: string;
  admin: ClusterAdmin;
  /** puts an error into the runtime's language */
  localize: (error: CatalogError) => string;
}

const NO_NODES: TopicNodes = { count: 0, isMore: false, lastWrite: null };

interface Extents {
  topics: Map<string, TopicExtent>;
  missing: string | null;
}

/** Answers which topics there are, and how they are. */
export class Topics {
  private readonly answers = new Memo<TopicsAnswer>(LIST_AGE_MS, LIST_COST_FACTOR);
  private readonly settings = new Memo<Map<string, TopicSettings>>(SETTINGS_AGE_MS, 1);
  private readonly shape = new Memo<Partial<ClusterShape>>(SETTINGS_AGE_MS, 1);
  private readonly extents = new Memo<Extents>(EXTENTS_AGE_MS, EXTENTS_COST_FACTOR);

  constructor(
    private readonly source: TopicsSource,
    private readonly nodes: NodeIndex,
  ) {}

  /** @throws CatalogError when Kafka does not answer; without the database the answer lacks the nodes and says so */
  answer(): Promise<TopicsAnswer> {
    return this.answers.get('', () => this.find());
  }

  private async find(): Promise<TopicsAnswer> {
    const { admin, groupId } = this.source;
    const problems: ErrorInfo[] = [];
    const orNull = async <T>(question: Promise<T>): Promise<T | null> => {
      try {
        return await question;
      } catch (error) {
        if (!isOutage(error)) throw error;
        problems.push({ source: error.source, message: this.source.localize(error) });
        return null;
      }
    };
    const [cluster, names] = await this.kafka(() =>
      Promise.all([admin.describeCluster(), admin.topicNames()]),
    );
    names.sort();
    const nodesFound = orNull(this.nodes.byTopic(names.slice(0, MAX_TOPICS)));
    const described = await this.kafka(() => admin.describeTopics(names.slice(0, MAX_TOPICS)));
    const visible = described.filter(({ internal }) => !internal).map(({ name }) => name);
    const settingsFound = orNull(
      this.kafka(() => this.settings.get(names.join(), () => admin.topicSettings(visible))),
    );
    const untold = described.flatMap(untoldOf);
    const uncommitted: RefusedPartition[] = [];
    const offsetsFound = orNull(
      this.kafka(() => admin.committedOffsetsOf(groupId, visible, (place) => uncommitted.push(place))),
    );
    const rates = await this.kafka(() => this.ratesOf(described.filter(({ internal }) => !internal)));
    const [nodes, settings, offsets] = await Promise.all([nodesFound, settingsFound, offsetsFound]);
    // After all else: a question that fails ends the connection that the others would be using.
    const extents = await this.extents.get(names.join(), () => this.extentsOf(described));
    problems.push(...untoldProblems([...untold, ...uncommitted], (error) => this.source.localize(error)));
    const { mode = null, version = null } = await this.shape.get('', () => this.shapeOf());
    return {
      at: Date.now(),
      cluster: { description: this.source.description, brokers: cluster.brokers.length, mode, version },
      groupId,
      sizesMissing: extents.missing,
      topics: described.map((topic) =>
        topicRow(topic, {
          settings: settings?.get(topic.name),
          offsets: offsets?.get(topic.name),
          isLagWhole: !uncommitted.some((place) => place.topic === topic.name),
          extent: extents.topics.get(topic.name),
          nodes: nodes === null ? null : (nodes.get(topic.name) ?? NO_NODES),
          rate: rates.get(topic.name) ?? null,
        }),
      ),
      nodesWithoutTopic: nodes === null ? null : (nodes.get(null)?.count ?? 0),
      ...(nodes?.get(null)?.isMore ? { isMoreWithoutTopic: true } : {}),
      problems,
    };
  }

  /** Left out where it can't be found out: all else that is shown holds without it. */
  private async shapeOf(): Promise<Partial<ClusterShape>> {
    try {
      return await this.kafka(() => this.source.admin.clusterShape());
    } catch (error) {
      if (!isOutage(error)) throw error;
      return {};
    }
  }

  /** Not to know this is no problem for anybody, and may be for ever: the reason is an answer too. */
  private async extentsOf(topics: TopicDescription[]): Promise<Extents> {
    const silent: CatalogError[] = [];
    const note = ({ broker, error }: SilentBroker): void => {
      silent.push(new CatalogError('kafka', 'broker-silent', { broker, reason: error.message }));
    };
    try {
      const extents = await this.kafka(() => this.source.admin.topicExtents(topics, note));
      const [first] = silent;
      return { topics: extents, missing: first ? this.source.localize(first) : null };
    } catch (error) {
      if (!isOutage(error)) throw error;
      return { topics: new Map(), missing: this.source.localize(error) };
    }
  }

  /** Records of the last minute, by topic. */
  private async ratesOf(topics: TopicDescription[]): Promise<Map<string, number>> {
    const since = Date.now() - MINUTE_MS;
    const rates = new Map<string, number>();
    for (const { name, partitions } of topics) {
      if (partitions.some(({ leader }) => leader < 0) || partitions.length === 0) continue;
      const then = await this.source.admin.offsetsAt(name, since);
      const counts = partitions.map(({ partition, nextOffset }) => distance(then.get(partition), nextOffset));
      // Of a part of the partitions it would be no rate of the topic.
      if (counts.every((count) => count !== null)) rates.set(name, sum(counts));
    }
    return rates;
  }

  private kafka<T>(question: () => Promise<T>): Promise<T> {
    return asking('kafka', this.source.description, question);
  }
}

/** Something that goes by, and leaves a hole in the answer until then. */
function isOutage(error: unknown): error is CatalogError {
  return error instanceof CatalogError && error.source !== 'internal';
}

interface AboutTopic {
  settings: TopicSettings | undefined;
  offsets: Map<number, string> | undefined;
  /** whether it was told of all partitions what the group has committed */
  isLagWhole: boolean;
  extent: TopicExtent | undefined;
  nodes: TopicNodes | null;
  rate: number | null;
}

function topicRow({ name, internal, partitions }: TopicDescription, about: AboutTopic): TopicRow {
  const { settings, offsets, isLagWhole, extent, nodes, rate } = about;
  const rows = partitions.map((partition) => partitionRow(partition, offsets?.get(partition.partition)));
  const isWhole = isLagWhole && partitions.every(({ error }) => error === undefined);
  const lags = isWhole ? rows.map(({ lag }) => lag).filter((lag) => lag !== null) : [];
  const messages = partitions.map(({ firstOffset, nextOffset }) => distance(firstOffset, nextOffset));
  return {
    name,
    internal,
    partitions: rows,
    messages: messages.includes(null) ? null : sum(messages.map((count) => count ?? 0)),
    lag: lags.length === 0 ? null : sum(lags),
    ratePerMinute: rate,
    sizeBytes: extent?.bytes ?? null,
    lastWrite: latest(nodes?.lastWrite, extent?.newest),
    replication: Math.max(0, ...rows.map(({ replicas }) => replicas)),
    outOfSync: rows.filter(({ replicas, inSync }) => inSync < replicas).length,
    retentionMs: settings?.retentionMs ?? null,
    retentionBytes: settings?.retentionBytes ?? null,
    compacted: settings?.compacted ?? false,
    nodeCount: nodes?.count ?? null,
    ...(nodes?.isMore ? { isMoreNodes: true } : {}),
  };
}

function partitionRow(description: PartitionDescription, committed: string | undefined): PartitionRow {
  const { partition, leader, replicas, inSyncReplicas, firstOffset, nextOffset } = description;
  // What retention has deleted below the group's offset is no longer to be read.
  const from = committed !== undefined && isOffset(committed) ? later(committed, firstOffset) : undefined;
  return {
    partition,
    leader,
    replicas: replicas.length,
    inSync: inSyncReplicas.length,
    firstOffset,
    nextOffset,
    lag: distance(from, nextOffset),
  };
}

/** @returns how many offsets lie between two, or null when one of them is not known. */
function distance(from: string | undefined, to: string): number | null {
  if (from === undefined || !isOffset(from) || !isOffset(to)) return null;
  return Math.max(0, Number(BigInt(to) - BigInt(from)));
}

function later(a: string, b: string): string {
  return isOffset(b) && BigInt(b) > BigInt(a) ? b : a;
}

function latest(...times: (number | null | undefined)[]): number | null {
  const known = times.filter((time) => typeof time === 'number');
  return known.length === 0 ? null : Math.max(...known);
}

function isOffset(offset: string): boolean {
  return !offset.startsWith('-');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
