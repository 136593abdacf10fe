import { isAhead } from '../shared/clock-ahead';
import { DATA_BOUNDS } from '../shared/data-bounds';
import { isFromBrowser } from '../shared/from-browser';
import type { KafkaInfo, PipelineMessage } from '../shared/messages';
import { isOurs } from '../shared/origin';
import { isReading, type Reading } from '../shared/reading';
import {
  isReadingId,
  objectIdOfReading,
  objectIdOfRecord,
  readingTime,
  recordTime,
} from '../shared/reading-id';
import { shorten } from '../shared/user-error';
import type { LiveReading } from './contract';
import { CatalogError } from './catalog-error';
import { textOrNull, variablesOf } from './values';

/** What tells a reading's time and id; batch mode has one for each element. */
interface RecordInfo {
  readingId?: string | undefined;
  offset?: string | undefined;
  key?: unknown;
  timestamp?: number | undefined;
}

/**
 * Makes sure that a message brings readings out of the pipeline: from mongo-sink, or from kafka-consumer where the flow
 * shows them before they are stored. A browser, or whoever poses as one, can send anything by a dashboard.
 * @throws CatalogError when it does not
 */
export function checkOrigin(message: PipelineMessage): void {
  if (isFromBrowser(message))
    throw new CatalogError('request', 'from-browser', { value: shorten(message.payload) });
  if (!isOurs(message.stored) && !isOurs(message.kafka))
    throw new CatalogError('request', 'not-stored', { value: shorten(message.payload) });
}

/**
 * The readings that a message of mongo-sink carries: one, or an array of them in batch mode, as objects or as JSON.
 * Elements that are no readings are left out.
 * @throws CatalogError when there is none at all
 */
export function readingsOf({ payload, readingId, kafka }: PipelineMessage): LiveReading[] {
  const content = parse(payload);
  if (Array.isArray(content) && content.length > DATA_BOUNDS.elements)
    throw new CatalogError('request', 'no-reading', { value: shorten(content) });
  const readings = Array.isArray(content)
    ? content.map((element, index) => toLive(parse(element), kafka, kafka?.records?.[index] ?? {}))
    : [toLive(content, kafka, { ...kafka, readingId })];
  const found = readings.filter((reading) => reading !== undefined);
  if (found.length === 0) throw new CatalogError('request', 'no-reading', { value: shorten(payload) });
  return found;
}

function toLive(content: unknown, kafka: KafkaInfo | undefined, record: RecordInfo): LiveReading | undefined {
  if (!isReading(content)) return undefined;
  const { nodo, fecha, hora } = content;
  const identity = identityOf(kafka, record);
  const now = Date.now();
  return {
    ...identity,
    ...(isAhead(identity.ts, now) ? { ahead: identity.ts - now } : {}),
    nodo,
    topic: textOrNull(kafka?.topic),
    fecha: textOrNull(fecha),
    hora: textOrNull(hora),
    valores: variablesOf(content),
    ...placeOf(kafka, record),
  };
}

/** A key longer than this tells nobody more. */
const LONGEST_KEY = 64;

function placeOf(kafka: KafkaInfo | undefined, { offset, key }: RecordInfo): Pick<LiveReading, 'record'> {
  if (kafka?.partition === undefined || offset === undefined) return {};
  const text = typeof key === 'string' ? shorten(key, LONGEST_KEY) : null;
  return { record: { partition: kafka.partition, offset, key: text } };
}

/** The `_id` and time that mongo-sink stores: by the reading id, else by the record's place; else it made up its own. */
function identityOf(
  kafka: KafkaInfo | undefined,
  { readingId, offset, timestamp }: RecordInfo,
): Pick<LiveReading, 'id' | 'ts'> {
  if (isReadingId(readingId)) return { id: objectIdOfReading(readingId), ts: readingTime(readingId) };
  const { topic, partition } = kafka ?? {};
  if (typeof topic !== 'string' || partition === undefined || !/^\d+$/.test(offset ?? ''))
    return { id: null, ts: typeof timestamp === 'number' ? timestamp : Date.now() };
  const place = { topic, partition, offset: String(offset), timestamp: recordTime(timestamp) };
  return { id: objectIdOfRecord(place), ts: place.timestamp };
}

function parse(content: unknown): unknown {
  const text = Buffer.isBuffer(content) ? content.toString('utf8') : content;
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text) as Reading;
  } catch (error) {
    throw new CatalogError('request', 'no-reading', { value: shorten(text) }, { cause: error });
  }
}
