import type { PipelineMessage } from '../../shared/messages';
import { READING_ID_HEADER } from '../../shared/reading-id';
import { traceOfHeaders } from '../../shared/trace-context';
import { contentOf, originOf, type Origin, type ProducerRecord } from './entry';

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
  const { topic } = record;
  const origin = originOf(record);
  const { key, value, headers } = contentOf(record);
  return {
    ...(origin.messageId === undefined ? {} : { _msgid: origin.messageId }),
    payload: toPayload(origin, value, read),
    topic,
    ...(key === null ? {} : { key: toKey(origin, key, read) }),
    readingId: String(headers[READING_ID_HEADER]),
    ...traceOfHeaders(headers),
    kafka: { topic, ...place },
  };
}

// Whoever gets bytes may change them, and the record may have to be sent yet: they are copies.

function toKey({ textKey, schemaKey }: Origin, key: Buffer, read: Read): unknown {
  if (schemaKey) return read(Buffer.from(key));
  return textKey ? key.toString() : Buffer.from(key);
}

function toPayload({ kind }: Origin, value: Buffer | null, read: Read): unknown {
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
      return read(Buffer.from(value));
    case 'buffer':
    case 'null':
      return Buffer.from(value);
  }
}
