import type { NodeMessage } from 'node-red';
import type { RecordHeaders } from './record-headers';

/** One record's place and metadata inside a batch message. */
export interface BatchRecordInfo {
  /** in the form that is set */
  key: unknown;
  /** as it stands in Kafka */
  rawKey?: Buffer | null | undefined;
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
  /** in the form that is set, and as it stands in Kafka */
  key?: unknown;
  rawKey?: Buffer | null | undefined;
  headers?: RecordHeaders;
  /** batch mode */
  firstOffset?: string;
  lastOffset?: string;
  records?: BatchRecordInfo[];
  /** opaque: what confirms this message; an array where several messages were joined */
  delivery?: string | string[];
}

/** A message on the wires of the pipeline; see docs/architecture.md, "The message at each wire". */
export interface PipelineMessage extends NodeMessage {
  key?: unknown;
  readingId?: string;
  /** the trace that it belongs to; see trace-context */
  traceparent?: string;
  tracestate?: string;
  action?: string;
  kafka?: KafkaInfo;
  parts?: { id?: string; index?: number; count?: number };
  /** what mongo-sink did with the readings of this message */
  stored?: { collection: string; inserted: number; alreadyThere: number };
  error?: unknown;
  reason?: unknown;
}
