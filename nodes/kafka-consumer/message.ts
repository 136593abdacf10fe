import type { IncomingRecord, TopicPartition } from '../kafka-cluster/types';
import type { BatchRecordInfo, HeaderValue, PipelineMessage, RecordHeaders } from '../shared/messages';
import { READING_ID_HEADER, isReadingId } from '../shared/reading-id';

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
  /** how many records are missing (reason "missed") */
  missed?: number;
}

/** The message of one record. */
export function recordMessage(
  { topic, partition }: TopicPartition,
  record: IncomingRecord,
  payload: unknown,
  delivery: string,
): PipelineMessage {
  const key = textOf(record.key);
  const { offset, timestamp, headers } = record;
  const message: PipelineMessage = {
    topic,
    payload,
    key,
    kafka: { topic, partition, offset, timestamp, key, headers, delivery },
  };
  const readingId = readingIdOf(headers);
  if (readingId !== undefined) message.readingId = readingId;
  return message;
}

/** The message of several records of one partition; `records[i]` belongs to `payload[i]`. */
export function batchMessage(
  { topic, partition }: TopicPartition,
  records: readonly IncomingRecord[],
  payload: unknown[],
  delivery: string,
): PipelineMessage {
  const infos = records.map(infoOf);
  return {
    topic,
    payload,
    kafka: {
      topic,
      partition,
      firstOffset: infos[0]?.offset ?? '',
      lastOffset: infos.at(-1)?.offset ?? '',
      records: infos,
      delivery,
    },
  };
}

/** The message of the second output: a record as it came, without a delivery since nobody has to confirm it. */
export function asideMessage(
  { topic, partition }: TopicPartition,
  record: IncomingRecord,
  error: AsideError,
): PipelineMessage {
  const key = textOf(record.key);
  const { offset, timestamp, headers, value } = record;
  const message: PipelineMessage = {
    topic,
    payload: value,
    key,
    kafka: { topic, partition, offset, timestamp, key, headers },
    error,
  };
  const readingId = readingIdOf(headers);
  if (readingId !== undefined) message.readingId = readingId;
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

function infoOf({ key, offset, timestamp, headers }: IncomingRecord): BatchRecordInfo {
  const info: BatchRecordInfo = { key: textOf(key), offset, timestamp, headers };
  const readingId = readingIdOf(headers);
  if (readingId !== undefined) info.readingId = readingId;
  return info;
}

function textOf(key: Buffer | null): string | null {
  return key === null ? null : key.toString('utf8');
}

function readingIdOf(headers: RecordHeaders): string | undefined {
  const header: HeaderValue | HeaderValue[] | undefined = headers[READING_ID_HEADER];
  if (header === undefined || Array.isArray(header)) return undefined;
  const id = header.toString();
  return isReadingId(id) ? id : undefined;
}
