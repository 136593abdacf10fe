import type { PipelineMessage } from '../../shared/messages';
import { traceOfHeaders } from '../../shared/trace-context';
import type { ProducerRecord } from './record';

/** Where a record stands in its topic. */
export interface RecordPlace {
  partition: number;
  offset?: string;
}

/** @returns what bytes that a schema was written by mean; the bytes themselves where that can't be known */
export type Read = (bytes: Buffer) => unknown;

/**
 * The message of a record, made again from what was stored of it: payload, topic, key and reading id as they came in,
 * and in `msg.kafka` where it stands.
 */
export function toMessage(
  record: ProducerRecord,
  place: RecordPlace,
  read: Read = (bytes) => bytes,
): PipelineMessage {
  const { topic, key, readingId, messageId } = record;
  return {
    ...(messageId === undefined ? {} : { _msgid: messageId }),
    payload: toPayload(record, read),
    topic,
    ...(key === null ? {} : { key: toKey(key, record, read) }),
    readingId,
    ...traceOfHeaders(record.headers),
    kafka: { topic, ...place },
  };
}

function toKey(key: Buffer, { textKey, schemaKey }: ProducerRecord, read: Read): unknown {
  if (schemaKey === true) return read(key);
  return textKey ? key.toString() : key;
}

function toPayload({ kind, value }: ProducerRecord, read: Read): unknown {
  if (value === null) return null;
  switch (kind) {
    case 'json':
      return JSON.parse(value.toString());
    case 'string':
      return value.toString();
    case 'number':
      return Number(value.toString());
    case 'boolean':
      return value.toString() === 'true';
    case 'schema':
      return read(value);
    case 'buffer':
    case 'null':
      return value;
  }
}
