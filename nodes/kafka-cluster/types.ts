import type { EventEmitter } from 'node:events';
import type { Node } from 'node-red';
import type { RecordHeaders } from '../shared/record-headers';
import type { Codec } from './compression/codecs';

/**
 * What the nodes see of Kafka. Only this folder knows which client library is behind it.
 */

/**
 * A record on its way into a topic: from `bodyAt` to their end the bytes are its body (see bodySize), as it is sent.
 * `timestamp` in milliseconds since 1970.
 */
export interface OutgoingRecord {
  readonly bytes: Buffer;
  readonly bodyAt: number;
  readonly timestamp: number;
}

/** A record out of a topic. Offsets are strings, since they may pass 2^53; `timestamp` in milliseconds since 1970. */
export interface IncomingRecord {
  key: Buffer | null;
  value: Buffer | null;
  headers: RecordHeaders;
  timestamp: number;
  offset: string;
  /** why it can't be given to anybody as it is; see RecordRejection */
  rejection?: RecordRejection;
}

/**
 * What is wrong with what stands at an offset:
 * - headers: more of them, or longer names, than a record may have; the record has those that fit
 * - batch-size: the records from this offset to the end of their batch would become too many bytes when unpacked
 * - batch-damaged: these can't be read
 * Of a batch the value has all bytes, as they stand in the topic.
 */
export interface RecordRejection {
  reason: 'headers' | 'batch-size' | 'batch-damaged';
  detail: string;
}

/** What can't be read here and stays where it is: the partition waits in front of it. */
export interface BlockedPlace extends TopicPartition {
  offset: string;
  /** in Kafka's words: zstd, or the number of one that nobody knows */
  codec: string;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

/** What a broker does not give, take or tell of one partition while it does of others. */
export interface RefusedPartition extends TopicPartition {
  /** a UserError where it is known what a person can do about it */
  error: Error;
  /** Its leader can't be reached, which passes, as any outage does. */
  passes?: boolean;
}

export type Acks = 'all' | 'leader';
export type Compression = Codec;

/** What a client tells about its connection, for the status of the node that uses it. */
export type ClientState =
  | { state: 'connecting' }
  | { state: 'connected' }
  /** not connected; the next attempt is at `nextAttempt` (milliseconds since 1970) */
  | { state: 'retrying'; nextAttempt: number; error: Error }
  | { state: 'closed' };

/** Kept by a client for its owner: `on('state', (state: ClientState) => ...)`. */
export interface StateSource extends Pick<EventEmitter, 'on' | 'off'> {
  readonly state: ClientState;
}

/** What a topic is made with; what is absent is as the cluster has it for new topics. */
export interface NewTopicSettings {
  partitions?: number | undefined;
  /** fewer where the cluster has fewer brokers, which is told by ProducerOptions.warn */
  replicas?: number | undefined;
  /** how long records are kept; Infinity for ever */
  retentionMs?: number | undefined;
  /** the greatest record batch, in bytes */
  maxMessageBytes?: number | undefined;
}

export interface ProducerOptions {
  acks: Acks;
  compression: Compression;
  /** make a topic that is missing, where the broker allows it */
  createTopics: boolean;
  newTopics?: NewTopicSettings;
  /** told what a person should know though nothing has failed */
  warn?: (warning: Error) => void;
  /**
   * After this time a send is given up as 'not-acknowledged', in milliseconds. Without it a send waits out any outage,
   * which is what keeps an outage from writing a record twice.
   */
  deliveryTimeoutMs?: number;
  /** records of one partition before the broker is given another producer id; what its numbers allow when absent */
  recordsPerSession?: number;
}

/**
 * What went wrong, as far as a caller can do something about it:
 * - too-large, record-refused: one of the records will never be taken; sent one by one, the others will
 * - partition-missing, topic-name: will not be taken as they are
 * - topic-missing, topic-not-created, topic-forbidden: until somebody changes that on the cluster
 * - no-leader: this partition can't be read or written until a broker leads it; others can
 * - not-admitted: the brokers do not let this client in, or it does not trust them, until somebody changes that
 * - broker-version: a broker does not take the requests that are needed, until it is another version of Kafka
 * - group-forbidden: the user may not read as a member of this consumer group
 * - unreachable, send-failed: for the moment; the same records may be sent again
 * - not-acknowledged: not within deliveryTimeoutMs; they may have been written or not
 * - closed: this client was closed
 */
export type KafkaProblem =
  | 'too-large'
  | 'record-refused'
  | 'time-refused'
  | 'partition-missing'
  | 'no-leader'
  | 'topic-name'
  | 'topic-missing'
  | 'topic-not-created'
  | 'topic-forbidden'
  | 'group-forbidden'
  | 'group-protocol'
  | 'not-admitted'
  | 'broker-version'
  | 'unreachable'
  | 'send-failed'
  | 'not-acknowledged'
  | 'closed';

/** Why the records of one partition can't be written for now, though those of others can. */
export interface Obstacle extends TopicPartition {
  error: Error;
  /** milliseconds since 1970 */
  since: number;
}

/** What the promises of a ClusterProducer reject with: a UserError that also says which problem it is. */
export interface KafkaProblemError extends Error {
  readonly problem: KafkaProblem;
}

/**
 * Writes records, one partition at a time, so that what is acknowledged has really been written (each call is one
 * partition of one topic, and the broker's answer must name it). The caller keeps one send in flight per partition.
 */
export interface ClusterProducer extends StateSource {
  /**
   * What single partitions wait for: a leader, one that can be reached, or replicas. `on('obstacles', () => ...)` tells when a partition has come
   * in or gone out.
   */
  readonly obstacles: readonly Obstacle[];
  /** until when the brokers let this client wait since it sends more than its quota allows (milliseconds since 1970) */
  readonly throttledUntil: number;
  /**
   * The partition for a key, as Kafka's own clients choose it (murmur2); without a key, one that stays for a while.
   * @throws KafkaProblemError (a rejection) when the topic does not exist and may not be made, or no broker can be reached
   */
  partitionFor(topic: string, key: Buffer | null): Promise<number>;
  /** The same without asking the cluster: undefined while the topic is not known yet. */
  knownPartitionFor(topic: string, key: Buffer | null): number | undefined;
  /**
   * Sends these records in this order; they have to fit into one batch (see maxBatchBytes).
   * Waits out short outages by itself. After any final error the client behind it has been replaced by a fresh one, and
   * the same records may be sent again.
   * @returns the offset of the first record (-1 when the broker did not tell)
   * @throws KafkaProblemError (a rejection); 'no-leader' where nobody leads the partition as it is called
   */
  send(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<{ baseOffset: string }>;
  /** The broker's limit on one partition's record batch, in bytes. */
  maxBatchBytes(topic: string): Promise<number>;
  /** The same without asking the cluster: undefined while the topic is not known yet. */
  knownMaxBatchBytes(topic: string): number | undefined;
  /** Disconnects, at most 3 s after the call. */
  close(): Promise<void>;
}

export interface ConsumerOptions {
  groupId: string;
  /** names, or regular expressions that are matched against all topics and looked up again every so often */
  topics: (string | RegExp)[];
  /** where a group begins on a partition it has never committed */
  from: 'earliest' | 'latest';
  sessionTimeoutMs: number;
  /** topics that a regular expression passes over though it matches them */
  ignored?: (topic: string) => boolean;
  /** what a batch of records may become when it is unpacked, in bytes; 64 MiB when absent */
  maxBatchBytes?: number;
  fetch?: FetchSettings;
}

/** How a consumer asks a broker for records; what is absent is as the consumer has it. */
export interface FetchSettings {
  /** a broker waits for as many bytes before it answers ... */
  minBytes?: number;
  /** ... but no longer than this, in milliseconds */
  waitMs?: number;
  /** of one partition in one answer, in bytes; a batch that is larger comes alone */
  maxBytesPerPartition?: number;
}

/**
 * A fetched run of records of one partition, in order; none where only markers, aborted or deleted records were passed.
 * `generation` is that of the assignment it belongs to.
 */
export interface FetchedBatch extends TopicPartition {
  records: IncomingRecord[];
  generation: number;
  /** where the reading goes on after these records; further than their last + 1 where Kafka keeps markers of its own */
  nextOffset: string;
  /** the offset after the partition's last record */
  highWatermark: string;
}

/** What a consumer client calls; none of these may throw. */
export interface ConsumerListener {
  /** A new assignment: everything of earlier generations is void and will be fetched again where uncommitted. */
  assigned(generation: number, partitions: TopicPartition[]): void;
  /**
   * Records to queue.
   * @returns nothing; or what holds back the next fetch for a moment, a quarter of a second at most, since all
   *   partitions of that broker wait with it. Who needs longer pauses the partition.
   */
  batch(batch: FetchedBatch): Promise<void> | undefined;
  /**
   * With `from: latest`: the group had no committed offset in these topics and begins at their end, behind so many
   * records. It may be its first start; or it has read them before and its offsets have expired.
   */
  skipped(topics: { topic: string; count: number }[]): void;
  /**
   * Where the reading of a partition stands, and the offset after its last record. Told before its first batch, and each
   * time that nothing comes of it though there is more.
   * @param inTransaction what is there belongs to a transaction that has not ended, or stands behind one
   */
  located(partition: PartitionOffset, highWatermark: string, inTransaction?: boolean): void;
  /** The group is rebalancing: the last moment to commit what is confirmed. */
  rebalancing(): void;
  /**
   * The offset to go on from is no longer in the partition: retention has deleted records before they were read, or the
   * topic was made again. The reading goes on at `to`, the earliest there is.
   */
  missed(partition: TopicPartition, from: string, to: string): void;
  /** Where partitions wait in front of what can't be read here. Told whenever that changes. */
  blocked(places: readonly BlockedPlace[]): void;
  /**
   * Nobody leads these of the assigned partitions: nothing can be read of them until somebody does. Told after each
   * change, with an empty list when there are none any more; `led` are those told of before that somebody leads again.
   */
  leaderless(partitions: TopicPartition[], led: TopicPartition[]): void;
  /**
   * Brokers refuse to give records of these of the assigned partitions; they are asked again every so often. Told after
   * each change, with an empty list when there are none any more; `given` are those told of before that they give again.
   */
  refused(partitions: readonly RefusedPartition[], given: readonly RefusedPartition[]): void;
  /**
   * The group is led by a client that gives topics to members which do not read them: nobody reads its partitions of
   * these topics, and this consumer's own topics may have been given to nobody. Told after each such assignment.
   */
  unsubscribed(topics: string[]): void;
}

/** The next offset to read of a partition. */
export interface PartitionOffset extends TopicPartition {
  offset: string;
}

/** Where to read on: a number, a time in milliseconds since 1970, or one of the ends. */
export type SeekTarget = { offset: string } | { time: number } | 'beginning' | 'end';

/** What a consumer client tells about itself: besides its connection, that none of its topics exists yet. */
export type ConsumerState = ClientState | { state: 'waiting'; topics: string[] };

/**
 * Reads topics as a member of a consumer group; comes back by itself after any error.
 * `on('state', (state: ConsumerState) => ...)` tells of changes.
 */
export interface ClusterConsumer extends Pick<EventEmitter, 'on' | 'off'> {
  readonly state: ConsumerState;
  /** Those of its topics that do not exist; they are looked up again every so often. */
  readonly missingTopics: readonly string[];
  /** Those that do not exist, or that this user may not see: brokers answer the same. Likewise. */
  readonly unseenTopics: readonly string[];
  /** Those that the present assignment has beside its topics; see ConsumerListener.unsubscribed. */
  readonly unsubscribedTopics: readonly string[];
  /** until when the brokers give no records, since a quota is used up (milliseconds since 1970) */
  readonly throttledUntil: number;
  start(): void;
  /**
   * Commits the offsets to read next. Rejects when this member is no longer in the group's current generation.
   * @returns those that the brokers refuse for their topics' sake; all others are committed
   */
  commit(offsets: PartitionOffset[]): Promise<RefusedPartition[]>;
  /** Fetches no more from these partitions until resumed; a new assignment begins with all of its partitions resumed. */
  pause(partitions: TopicPartition[]): void;
  resume(partitions: TopicPartition[]): void;
  /**
   * Reads on from another place; records fetched before are no longer given out. Nothing is committed by it.
   * @returns the offset that comes next
   * @throws UserError (a rejection) when the partition is not assigned here or has no such offset
   */
  seek(partition: TopicPartition, target: SeekTarget): Promise<string>;
  /** Leaves the group and disconnects. */
  close(): Promise<void>;
}

/** One partition as the topics page shows it. */
export interface PartitionDescription {
  partition: number;
  /** the broker that leads it, -1 while none does */
  leader: number;
  replicas: number[];
  inSyncReplicas: number[];
  /** offset of the first record still there, and the offset the next one will get; "-1" while nobody can be asked */
  firstOffset: string;
  nextOffset: string;
  /** why its leader does not tell them: Kafka's, in its own words */
  error?: Error;
}

export interface TopicDescription {
  name: string;
  internal: boolean;
  partitions: PartitionDescription[];
}

/** A consumer group, as the brokers know it. */
export interface GroupDescription {
  groupId: string;
  /** Kafka's own word: Stable, Empty, PreparingRebalance, ... */
  state: string;
  members: GroupMember[];
  /** why it is not described: state and members are empty then */
  error?: Error;
}

/** A broker that can't be reached, or answers with an error. */
export interface SilentBroker {
  broker: number;
  error: Error;
}

export interface GroupMember {
  clientId: string;
  /** from where it is connected */
  host: string;
  /** what it reads; none while the group shares its partitions out, or where it does so in a way of its own */
  assigned: { topic: string; partitions: number[] }[];
}

/** How long a topic keeps its records, and how safe they are; undefined where the broker does not say, -1 = no bound. */
export interface TopicSettings {
  retentionMs: number | undefined;
  retentionBytes: number | undefined;
  /** keeps only the newest record of each key */
  compacted: boolean;
  minInSyncReplicas: number | undefined;
}

/** How much of a topic there is, as far as the brokers tell. */
export interface TopicExtent {
  /** on the brokers' disks, each partition counted once, however many replicas it has */
  bytes: number | undefined;
  /** the greatest timestamp of its records, in milliseconds since 1970; undefined also while there are none */
  newest: number | undefined;
}

export interface ClusterDescription {
  clusterId: string;
  controller: number | null;
  brokers: { id: number; host: string; port: number }[];
}

/** How the brokers agree about their cluster: among themselves (KRaft), or through ZooKeeper as before Kafka 4.0. */
export type ClusterMode = 'kraft' | 'zookeeper';

/** What a cluster looks like to people who study it. */
export interface ClusterShape {
  /** undefined where the user may not read the brokers' settings (the right DescribeConfigs to the cluster) */
  mode: ClusterMode | undefined;
  /** "3.9": the version that the brokers talk among themselves; undefined where they do not say (Kafka 4 does not) */
  version: string | undefined;
  brokers: number;
}

/**
 * Answers questions about the cluster. One client per config node, connected with the first question. A question that
 * fails, or takes too long, rejects with an error whose message is in the runtime's language; the next one starts afresh.
 */
export interface ClusterAdmin {
  topicNames(): Promise<string[]>;
  describeCluster(): Promise<ClusterDescription>;
  /** Whether it is KRaft or ZooKeeper, how many brokers there are, and their version where it can be told. */
  clusterShape(): Promise<ClusterShape>;
  /** Topics that do not exist are left out. */
  describeTopics(names: string[]): Promise<TopicDescription[]>;
  /**
   * Those of these topics that the user may not know of; for him they are not among the topicNames. Whether they are there
   * brokers do not tell him.
   */
  forbiddenTopics(names: readonly string[]): Promise<string[]>;
  /** Settings by topic. Rejects where the user may not read them. */
  topicSettings(names: string[]): Promise<Map<string, TopicSettings>>;
  /** @param silent told of each broker that does not answer: what it alone could tell is undefined. Rejects where none does */
  topicExtents(
    topics: TopicDescription[],
    silent?: (broker: SilentBroker) => void,
  ): Promise<Map<string, TopicExtent>>;
  /**
   * By which id the cluster knows these topics: one that was deleted and made again has another. Those that do not exist
   * are left out, and all of them where the brokers do not tell (before Kafka 3.1).
   */
  topicIds(names: readonly string[]): Promise<Map<string, string>>;
  /** Committed offset by partition, "-1" where the group has none; what the brokers do not tell is left out. */
  committedOffsets(groupId: string, topic: string): Promise<Map<number, string>>;
  /**
   * The same for several topics at once, by topic.
   * @param refused told of each partition whose offset the brokers do not tell, and why: it is left out
   */
  committedOffsetsOf(
    groupId: string,
    topics: string[],
    refused?: (place: RefusedPartition) => void,
  ): Promise<Map<string, Map<number, string>>>;
  /**
   * All consumer groups that this user may see, with who reads what in each.
   * @param silent told of each broker that does not tell of its groups: they are left out. Rejects where none does
   */
  groups(silent?: (broker: SilentBroker) => void): Promise<GroupDescription[]>;
  /**
   * What kind of group has this name, in Kafka's own word: consumer, share, streams, connect, ...; undefined where there is
   * none, or none that this user may see.
   */
  groupKind(groupId: string): Promise<string | undefined>;
  /**
   * By partition: the offset of the first record written at this time (milliseconds since 1970) or later, else the next
   * one. Partitions of which nobody tells are left out.
   */
  offsetsAt(topic: string, time: number): Promise<Map<number, string>>;
}

/** The config node as the other nodes see it. */
export interface KafkaCluster {
  /** Told to people in errors and statuses: the brokers' addresses, never a secret. */
  readonly description: string;
  createProducer(options: ProducerOptions): ClusterProducer;
  createConsumer(options: ConsumerOptions, listener: ConsumerListener): ClusterConsumer;
  /** Lends the shared admin client. */
  acquireAdmin(): AdminLease;
  /** Tells of outages from now on, and at once of one that lasts. @returns ends it */
  onOutage(listener: OutageListener): () => void;
}

/** Hears once that the brokers can't be reached for some seconds, and once that they can be again. */
export interface OutageListener {
  begins(error: Error): void;
  /** @param seconds how long it was */
  ends(seconds: number): void;
}

/** One user's hold on the admin client, which is closed with the last one. */
export interface AdminLease {
  readonly admin: ClusterAdmin;
  /** To be called once; more often does no harm. */
  readonly release: () => void;
}

/** What `RED.nodes.getNode` gives for the id of a kafka-cluster node. */
export interface KafkaClusterNode extends Node {
  /** undefined when its settings are unusable */
  cluster?: KafkaCluster;
  /** why they are, in the runtime's language */
  problem?: Error;
}
