import { isObject, isReading, type Reading } from '../shared/reading';
import type { LocalTime } from './local-time';
import type { RejectReason } from './types';

/** What the firmware prints, beside the reading itself, when its DHT11 does not answer. */
const SENSOR_ERROR = 'Error';

/** What a line says: a reading, or why it is none together with what can be shown of it. */
export type LineContent =
  { kind: 'reading'; reading: Reading } | { kind: 'rejected'; reason: RejectReason; line: string | Buffer };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads one line as the boards send it: a JSON object that names its `nodo`.
 * @param line the line's bytes without its line end
 * @param arrived when it arrived; becomes `fecha` and `hora`, in place of such fields of the board's own
 */
export function lineToReading(line: Buffer, arrived: LocalTime): LineContent {
  const text = decode(line);
  if (text === undefined) return { kind: 'rejected', reason: 'not-utf8', line };
  const parsed = parse(text);
  if (parsed === undefined) {
    return {
      kind: 'rejected',
      reason: text.trim() === SENSOR_ERROR ? 'sensor-error' : 'not-json',
      line: text,
    };
  }
  const reading = parsed.value;
  if (!isReading(reading)) {
    return { kind: 'rejected', reason: isObject(reading) ? 'no-nodo' : 'not-object', line: text };
  }
  reading.fecha = arrived.fecha;
  reading.hora = arrived.hora;
  return { kind: 'reading', reading };
}

function decode(line: Buffer): string | undefined {
  try {
    return utf8.decode(line);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
