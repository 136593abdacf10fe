import type { NodeMessage } from 'node-red';

/** A header value as kafkajs gives it; a header that stands more than once is an array. */
export type HeaderValue = Buffer | string;
export type RecordHeaders = Record<string, HeaderValue | HeaderValue[] | undefined>;

/** One record's place and metadata inside a batch message. */
export interface BatchRecordInfo {
  key: string | null;
  offset: string;
  timestamp: number;
  headers: RecordHeaders;
  readingId?: string;
}

/** `msg.kafka` of a message that kafka-consumer sends. Offsets are strings, since they may pass 2^53. */
export interface KafkaInfo {
  topic: string;
  partition: number;
  /** the record's offset (single mode) */
  offset?: string;
  /** milliseconds since 1970 (single mode) */
  timestamp?: number;
  key?: string | null;
  headers?: RecordHeaders;
  /** batch mode */
  firstOffset?: string;
  lastOffset?: string;
  records?: BatchRecordInfo[];
  /** opaque: what confirms this message; an array where several messages were joined */
  delivery?: string | string[];
}

/** A message on the wires of the pipeline; see the house plan's "The message at each wire". */
export interface PipelineMessage extends NodeMessage {
  key?: unknown;
  readingId?: string;
  action?: string;
  kafka?: KafkaInfo;
  parts?: { id?: string; index?: number; count?: number };
  /** what mongo-sink did with the readings of this message */
  stored?: { collection: string; inserted: number; alreadyThere: number };
  error?: unknown;
  reason?: unknown;
}
