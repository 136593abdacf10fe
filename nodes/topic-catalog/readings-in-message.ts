import type { PipelineMessage } from '../shared/messages';
import { isReading, type Reading } from '../shared/reading';
import { isReadingId, readingTime } from '../shared/reading-id';
import { shorten } from '../shared/user-error';
import type { LiveReading } from './answers';
import { CatalogError } from './catalog-error';
import { textOrNull, variablesOf } from './values';

/** What tells a reading's time; batch mode has one for each element. */
interface RecordTime {
  readingId?: string | undefined;
  timestamp?: number | undefined;
}

/**
 * The readings that a message of mongo-sink carries: one, or an array of them in batch mode, as objects or as JSON.
 * Elements that are no readings are left out.
 * @throws CatalogError when there is none at all
 */
export function readingsOf({ payload, readingId, kafka }: PipelineMessage): LiveReading[] {
  const topic = textOrNull(kafka?.topic);
  const content = parse(payload);
  const readings = Array.isArray(content)
    ? content.map((element, index) => toLive(parse(element), topic, kafka?.records?.[index]))
    : [toLive(content, topic, { readingId, timestamp: kafka?.timestamp })];
  const found = readings.filter((reading) => reading !== undefined);
  if (found.length === 0) throw new CatalogError('request', 'no-reading', { value: shorten(payload) });
  return found;
}

function toLive(
  content: unknown,
  topic: string | null,
  record: RecordTime | undefined,
): LiveReading | undefined {
  if (!isReading(content)) return undefined;
  const { nodo, fecha, hora } = content;
  return {
    nodo,
    topic,
    ts: timeOf(record),
    fecha: textOrNull(fecha),
    hora: textOrNull(hora),
    valores: variablesOf(content),
  };
}

/** The time that mongo-sink stores: that of the reading id, else the record's. */
function timeOf(record: RecordTime | undefined): number {
  if (isReadingId(record?.readingId)) return readingTime(record.readingId);
  return typeof record?.timestamp === 'number' ? record.timestamp : Date.now();
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
