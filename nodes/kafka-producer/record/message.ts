import type { PipelineMessage } from '../../shared/messages';
import { traceOfHeaders } from '../../shared/trace-context';
import type { ProducerRecord } from './record';

/** Where a record stands in its topic. */
export interface RecordPlace {
  partition: number;
  offset?: string;
}

/**
 * The message of a record, made again from what was stored of it: payload, topic, key and reading id as they came in,
 * and in `msg.kafka` where it stands.
 */
export function toMessage(record: ProducerRecord, place: RecordPlace): PipelineMessage {
  const { topic, key, textKey, readingId, messageId } = record;
  return {
    ...(messageId === undefined ? {} : { _msgid: messageId }),
    payload: toPayload(record),
    topic,
    ...(key === null ? {} : { key: textKey ? key.toString() : key }),
    readingId,
    ...traceOfHeaders(record.headers),
    kafka: { topic, ...place },
  };
}

function toPayload({ kind, value }: ProducerRecord): unknown {
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
    case 'buffer':
    case 'null':
      return value;
  }
}
