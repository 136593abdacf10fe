/**
 * What topic-catalog answers and tells, as JSON: the contract between the node and whatever shows it. The dashboard's
 * page reads these types too, so this file imports nothing. Times are milliseconds since 1970.
 */

/** Whose fault it was: the request was wrong, Kafka or the database did not answer, or topic-catalog itself failed. */
export type ErrorSource = 'request' | 'kafka' | 'database' | 'internal';

/** `msg.error` of an answer that has no payload; the message is in the runtime's language. */
export interface ErrorInfo {
  source: ErrorSource;
  message: string;
  /** as in every answer, where it is known */
  away?: PartAway[];
}

/** What a reading has to come through to be seen. */
export type PathPart = 'kafka' | 'database';

/** A part that does not answer, and since when; until it is back nobody can say whether a node is silent. */
export interface PartAway {
  part: PathPart;
  since: number;
}

/** What stands in every answer and live message, whatever was asked. */
export interface Everywhere {
  at: number;
  away?: PartAway[];
  /** changes with every change of what is set on the page; whoever knows another one asks for `settings` */
  settings?: string;
}

/** Values by variable, as they were sent: numbers, null where a sensor did not answer, booleans, texts (shortened). */
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
  /** whether there are more than `nodeCount`, and were not counted further */
  isMoreNodes?: boolean;
}

export interface TopicsAnswer extends Everywhere {
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
  isMoreWithoutTopic?: boolean;
  /** parts of this answer that are missing, and why */
  problems: ErrorInfo[];
}

/**
 * `live` and `silent` by the node's own usual interval; `unsure` when it would be silent, but its readings may be held up
 * by a part that is away or has just come back; `unknown` when the time of its last reading is not known.
 */
export type NodeState = 'live' | 'silent' | 'unsure' | 'unknown';

export interface NodeRow {
  nodo: string;
  topic: string | null;
  /**
   * time of the last reading, or where its clock is ahead the time at which it arrived; null in a database of the original
   * system until it has been looked up
   */
  ts: number | null;
  /** by how many milliseconds the clock of the last reading is ahead; missing where it is right */
  ahead?: number;
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

export interface NodesAnswer extends Everywhere {
  nodes: NodeRow[];
  /** all nodes, and those that match the search */
  total: number;
  matching: number;
  /** whether there are more than `total` or `matching`, and were not counted further */
  isMore?: boolean;
  isMoreMatching?: boolean;
  /** the silent ones among those that match; null where the list is too long to tell */
  silent: number | null;
  offset: number;
  /**
   * only where the list is too long to be kept in memory: it is in the order of the names alone, the search finds names
   * by how they begin, and this is the next page's `after`, null at the end
   */
  next?: string | null;
  /** nodes that other programs have stored under what can't be listed: no text, or a very long one; missing: there are none */
  unlistable?: { count: number; isMore: boolean };
}

/** Number of values, least, mean and greatest of a variable over a range; the last three are null when n is 0. */
export interface Summary {
  n: number;
  min: number | null;
  mean: number | null;
  max: number | null;
}

/** A limit of a variable; null: of every node. */
export interface Limit {
  nodo: string | null;
  variable: string;
  side: 'above' | 'below';
  value: number;
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
  /** the texts that are no numbers, where there is one; of a bucket the last one */
  states?: (string | null)[];
  /** whether every value was true or false, which the numbers say as 1 and 0 */
  isBoolean?: true;
}

export interface SeriesAnswer extends Everywhere {
  nodo: string;
  /** false when there is no such node */
  known: boolean;
  topic: string | null;
  /** time of the node's newest reading, or of its arrival where its clock is ahead */
  last: number | null;
  /** by how many milliseconds the clock of that reading is ahead; missing where it is right */
  ahead?: number;
  from: number;
  to: number;
  /** number of readings in the range */
  readings: number;
  /** what comes live with an id not above this one is in the points already, or late and in the next answer; null: all is new */
  newestId: string | null;
  /** 0: each point is one reading; else the width of a bucket in milliseconds, on the day of 23 or 25 hours but about */
  bucketMs: number;
  /** the zone by whose clocks the buckets begin; missing: UTC */
  zone?: string;
  /** time of each point (of a bucket: its start), rising */
  times: number[];
  columns: SeriesColumn[];
  /** whether there are more variables than columns */
  isMore?: true;
  /** those that hold for this node */
  limits?: Limit[];
  /** those of the range, the oldest first */
  notes?: Note[];
}

/** A stored reading with its values as they were sent: texts in full length. */
export interface RawReading {
  ts: number;
  fecha: string | null;
  hora: string | null;
  valores: Values;
}

export interface ReadingsAnswer extends Everywhere {
  nodo: string;
  /** oldest first */
  readings: RawReading[];
  /** from when on to ask for the next ones, with this `width`; null where that was all */
  next: number | null;
  width: number;
}

/** A stored reading. */
export interface LiveReading {
  /** its `_id` in hexadecimal digits, which rises with time; null where only the database knows it */
  id: string | null;
  nodo: string;
  topic: string | null;
  ts: number;
  /** by how many milliseconds its clock is ahead: `ts` is not to be shown as a time; missing where it is right */
  ahead?: number;
  fecha: string | null;
  hora: string | null;
  valores: Values;
  /** where its record stands in the topic; missing where it came otherwise */
  record?: RecordPlace;
}

/** A record's place in its topic, and the key by which it got there. */
export interface RecordPlace {
  partition: number;
  offset: string;
  /** null for a record without one, or whose key is no text */
  key: string | null;
}

/** Payload of the live message (`msg.action` = "live"). */
export interface LiveUpdate extends Everywhere {
  readings: LiveReading[];
  /** readings left out because there were too many for one message */
  skipped: number;
  events: NodeEvent[];
}

export type NodeEventKind = 'silent' | 'back' | 'sensor-error' | 'sensor-ok' | 'above' | 'below' | 'limit-ok';

/** Something that happened to a node. */
export interface NodeEvent {
  id: number;
  at: number;
  kind: NodeEventKind;
  nodo: string;
  topic: string | null;
  /** variables without a value (sensor-error), or that have one again (sensor-ok) */
  variables: string[];
  /** above, below and limit-ok: the limit of the variable, and what the reading said */
  limit?: number;
  value?: number;
}

export interface EventsAnswer extends Everywhere {
  /** newest first */
  events: NodeEvent[];
  /** newest first */
  notes?: Note[];
}

/** A limit as it is set on the page; `seconds` and `hysteresis` as in the node's dialog. */
export interface PageLimit {
  side: 'above' | 'below';
  value: number;
  seconds: number;
  hysteresis: number;
}

/**
 * How a variable is shown, as somebody has set it on the page. What is missing is as it is without; what is set for one
 * node takes the place of what is set for all, field by field.
 */
export interface VariableSetting {
  /** null: of every node */
  nodo: string | null;
  variable: string;
  name?: string;
  unit?: string;
  decimals?: number;
  /** one of the page's colours, from 1 to 8 */
  colour?: number;
  /** its place among the others, from 1 on */
  order?: number;
  limits?: PageLimit[];
}

/** What somebody has written at a time, or at a stretch of time, of a node. */
export interface Note {
  id: string;
  nodo: string;
  from: number;
  /** null: a moment */
  to: number | null;
  text: string;
  /** when it was written */
  written: number;
}

/** Why who asks may change nothing: the node's setting says so, or he may only look. */
export type ChangeRefusal = 'setting' | 'viewer';

export interface SettingsAnswer extends Everywhere {
  variables: VariableSetting[];
  /** null: who asked may change them */
  refused: ChangeRefusal | null;
}

export interface NotesAnswer extends Everywhere {
  /** newest first */
  notes: Note[];
  total: number;
}

/** After a change: how much was changed, or would be where it was only checked. */
export interface ChangedAnswer extends Everywhere {
  changed: number;
}

/** What the page writes into a file, and reads again. */
export interface SettingsFile {
  variables: VariableSetting[];
  notes: Note[];
}

/** A partition as `inside` shows it. */
export interface InsidePartition {
  topic: string;
  partition: number;
  /** the broker that leads it, -1 while none does */
  leader: number;
  /** the brokers that hold it, and those of them that have all of it */
  replicas: number[];
  inSync: number[];
  /** offsets are strings, since they may pass 2^53; "-1" when not known */
  firstOffset: string;
  nextOffset: string;
}

/** A consumer group as `inside` shows it. */
export interface InsideGroup {
  groupId: string;
  state: string;
  /** so many of them as there is room for */
  members: { clientId: string; host: string; assigned: { topic: string; partitions: number[] }[] }[];
  memberCount: number;
  /** where it is in each partition of the topics that it has committed anything of; null where in none yet */
  committed: { topic: string; partition: number; offset: string | null; lag: number | null }[];
}

/** Where in the list of all that match the search what is shown begins, and how many match. */
export interface InsidePage {
  offset: number;
  shown: number;
  matching: number;
}

/** What is inside of Kafka at this moment. */
export interface InsideAnswer extends Everywhere {
  topicPage: InsidePage;
  groupPage: InsidePage;
  partitions: InsidePartition[];
  groups: InsideGroup[];
  /** parts of this answer that are missing, and why */
  problems: ErrorInfo[];
}
