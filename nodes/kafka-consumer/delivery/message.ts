import type { IncomingRecord, TopicPartition } from '../../kafka-cluster/types';
import type { BatchRecordInfo, PipelineMessage } from '../../shared/messages';
import { markAsOurs } from '../../shared/origin';
import { decodeKey } from './decode';
import { READING_ID_HEADER, isReadingId } from '../../shared/reading-id';
import { TRACEPARENT, traceOfHeaders } from '../../shared/trace-context';
import type { HeaderValue, RecordHeaders } from '../../shared/record-headers';

/** Where the copy of a record that was set aside stands. */
export interface DeadLetterPlace extends TopicPartition {
  offset: string;
  /** it has only the reason, since its topic takes no record of that size */
  truncated?: boolean;
}

/** Why a record comes out of the second output. `message` is for people, `reason` for switch nodes. */
export interface AsideError {
  message: string;
  reason: string;
  /** where the dead letter stands, if one was written */
  deadLetter?: DeadLetterPlace;
  /** how many records are missing (reason "missed"; with "made-again" nobody knows) */
  missed?: number;
}

/** A record and what its value became. */
export interface ReadRecord {
  payload: unknown;
  info: BatchRecordInfo;
}

/** The message of one record. */
export function recordMessage(
  { topic, partition }: TopicPartition,
  { payload, info }: ReadRecord,
  delivery: string,
): PipelineMessage {
  const { key, rawKey, offset, timestamp, headers, readingId } = info;
  const message: PipelineMessage = {
    topic,
    payload,
    key,
    kafka: markAsOurs({ topic, partition, offset, timestamp, key, rawKey, headers, delivery }),
  };
  if (readingId !== undefined) message.readingId = readingId;
  addTrace(message, headers);
  return message;
}

/** The message of several records of one partition; `records[i]` belongs to `payload[i]`. */
export function batchMessage(
  { topic, partition }: TopicPartition,
  read: readonly ReadRecord[],
  delivery: string,
): PipelineMessage {
  const infos = read.map(({ info }) => info);
  return {
    topic,
    payload: read.map(({ payload }) => payload),
    kafka: markAsOurs({
      topic,
      partition,
      firstOffset: infos[0]?.offset ?? '',
      lastOffset: infos.at(-1)?.offset ?? '',
      records: infos,
      delivery,
    }),
  };
}

/** The message of the second output: a record as it came, without a delivery since nobody has to confirm it. */
export function asideMessage(
  { topic, partition }: TopicPartition,
  record: IncomingRecord,
  error: AsideError,
): PipelineMessage {
  const { key: rawKey, offset, timestamp, headers, value } = record;
  const key = decodeKey(rawKey, 'string');
  const message: PipelineMessage = {
    topic,
    payload: value,
    key,
    kafka: { topic, partition, offset, timestamp, key, rawKey, headers },
    error,
  };
  const readingId = readingIdOf(headers);
  if (readingId !== undefined) message.readingId = readingId;
  addTrace(message, headers);
  return message;
}

/** The message of the second output for records that were gone before they could be read. */
export function missedMessage(
  place: TopicPartition,
  from: string,
  to: string,
  error: AsideError,
): PipelineMessage {
  return { topic: place.topic, payload: null, kafka: { ...place, firstOffset: from, lastOffset: to }, error };
}

/** @param key as the setting has it. @returns what a message tells of a record beside its value */
export function infoOf(record: IncomingRecord, key: unknown): BatchRecordInfo {
  const { key: rawKey, offset, timestamp, headers } = record;
  const info: BatchRecordInfo = { key, rawKey, offset, timestamp, headers };
  const readingId = readingIdOf(headers);
  if (readingId !== undefined) info.readingId = readingId;
  return info;
}

function addTrace(message: PipelineMessage, headers: RecordHeaders): void {
  // Most records have none, and should not pay for it.
  if (headers[TRACEPARENT] !== undefined) Object.assign(message, traceOfHeaders(headers));
}

function readingIdOf(headers: RecordHeaders): string | undefined {
  const header: HeaderValue | HeaderValue[] | undefined = headers[READING_ID_HEADER];
  if (header === undefined || header === null || Array.isArray(header)) return undefined;
  const id = header.toString();
  return isReadingId(id) ? id : undefined;
}
