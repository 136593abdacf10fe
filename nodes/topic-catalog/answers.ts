/**
 * What topic-catalog answers and tells, as JSON: the contract between the node and whatever shows it. The dashboard's
 * page reads these types too, so this file imports nothing. Times are milliseconds since 1970.
 */

/** Whose fault it was: the request was wrong, Kafka or the database did not answer, or topic-catalog itself failed. */
export type FailureSource = 'request' | 'kafka' | 'database' | 'internal';

/** `msg.error` of an answer that has no payload; the message is in the runtime's language. */
export interface Failure {
  source: FailureSource;
  message: string;
}

/** Values by variable: numbers, null where a sensor did not answer; texts and booleans are shortened and only shown. */
export type Values = Record<string, number | null | boolean | string>;

export interface PartitionRow {
  partition: number;
  /** the broker that leads it, -1 while none does */
  leader: number;
  replicas: number;
  inSync: number;
  /** offsets are strings, since they may pass 2^53; "-1" when not known */
  firstOffset: string;
  nextOffset: string;
  /** records that the sink's group has yet to confirm; null when the group does not read this partition */
  lag: number | null;
}

export interface TopicRow {
  name: string;
  internal: boolean;
  partitions: PartitionRow[];
  /** what lies between first and next offset: an estimate, since offsets may have holes; null when not known */
  messages: number | null;
  lag: number | null;
  /** records of the last minute; null when not known */
  ratePerMinute: number | null;
  /** bytes on the brokers' disks, each partition counted once, however many replicas it has; null when not known */
  sizeBytes: number | null;
  /** time of the newest record, or of the newest stored reading where that is newer; null when none is known */
  lastWrite: number | null;
  replication: number;
  /** partitions with a replica that is behind */
  outOfSync: number;
  /** null when not known, -1 when kept for ever */
  retentionMs: number | null;
  retentionBytes: number | null;
  compacted: boolean;
  /** null while the database does not answer */
  nodeCount: number | null;
}

export interface TopicsAnswer {
  at: number;
  /** the brokers' addresses, how many there are, how they agree, and their version; null where they do not tell */
  cluster: {
    description: string;
    brokers: number;
    mode: 'kraft' | 'zookeeper' | null;
    version: string | null;
  };
  /** the consumer group whose lag is shown */
  groupId: string;
  /** why sizes are not known, in the runtime's language; null where they are, or the brokers do not tell them at all */
  sizesMissing: string | null;
  topics: TopicRow[];
  /** nodes of which no topic is known, as in a database of the original system; null while the database does not answer */
  nodesWithoutTopic: number | null;
  /** parts of this answer that are missing, and why */
  problems: Failure[];
}

/** `live` and `silent` by the node's own usual interval; `unknown` when the time of its last reading is not known. */
export type NodeState = 'live' | 'silent' | 'unknown';

export interface NodeRow {
  nodo: string;
  topic: string | null;
  /** time of the last reading; null in a database of the original system until it has been looked up */
  ts: number | null;
  /** as the last reading said it */
  fecha: string | null;
  hora: string | null;
  valores: Values;
  state: NodeState;
  /** topics from which its readings of the last hour come in turns, as those of two boards with one name do; else none */
  mixedTopics: string[];
  /** usual time between two readings, in milliseconds; null when not known */
  interval: number | null;
  /** the last few numbers of each variable, oldest first: enough for a sparkline */
  recent: { name: string; values: (number | null)[] }[];
}

export interface NodesAnswer {
  at: number;
  nodes: NodeRow[];
  /** all nodes, those that match the search, and the silent ones among these */
  total: number;
  matching: number;
  silent: number;
  offset: number;
}

/** Number of values, least, mean and greatest of a variable over a range; the last three are null when n is 0. */
export interface Summary {
  n: number;
  min: number | null;
  mean: number | null;
  max: number | null;
}

/** One variable's column, an element for each point; null = no value. */
export interface SeriesColumn {
  name: string;
  summary: Summary;
  /** the value of a reading, or the mean of a bucket */
  mean: (number | null)[];
  /** of a bucket; missing when each point is one reading */
  min?: (number | null)[];
  max?: (number | null)[];
  /** number of values in a bucket */
  n?: number[];
}

export interface SeriesAnswer {
  at: number;
  nodo: string;
  /** false when there is no such node */
  known: boolean;
  topic: string | null;
  /** time of the node's newest reading */
  last: number | null;
  from: number;
  to: number;
  /** number of readings in the range */
  readings: number;
  /** what comes live with an id not above this one is in the points already, or late and in the next answer; null: all is new */
  newestId: string | null;
  /** 0: each point is one reading; else the width of a bucket in milliseconds */
  bucketMs: number;
  /** time of each point (of a bucket: its start), rising */
  times: number[];
  columns: SeriesColumn[];
}

/** A stored reading. */
export interface LiveReading {
  /** its `_id` in hexadecimal digits, which rises with time; null where only the database knows it */
  id: string | null;
  nodo: string;
  topic: string | null;
  ts: number;
  fecha: string | null;
  hora: string | null;
  valores: Values;
}

/** Payload of the live message (`msg.action` = "live"). */
export interface LiveUpdate {
  at: number;
  readings: LiveReading[];
  /** readings left out because there were too many for one message */
  skipped: number;
  events: NodeEvent[];
}

export type NodeEventKind = 'silent' | 'back' | 'sensor-error' | 'sensor-ok';

/** Something that happened to a node. */
export interface NodeEvent {
  id: number;
  at: number;
  kind: NodeEventKind;
  nodo: string;
  topic: string | null;
  /** variables without a value (sensor-error), or that have one again (sensor-ok) */
  variables: string[];
}

export interface EventsAnswer {
  at: number;
  /** newest first */
  events: NodeEvent[];
}
