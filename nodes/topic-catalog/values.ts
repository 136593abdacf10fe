import { Decimal128, Double, Long } from 'mongodb';
import { shorten } from '../shared/user-error';
import type { Values } from './answers';

const MAX_TEXT = 200;
/** A page can't show more variables of one node than this; the rest is left out. */
const MAX_VARIABLES = 200;

/** Fields of a stored reading, or of a node's document, that are not variables. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['nodo', 'fecha', 'hora'],
  // What mongo-sink adds to a reading.
  ...['_id', 'ts', 'topic', 'readingId', 'kafka', 'enviado'],
]);

/**
 * The variables of a reading as JSON can carry them: numbers, null, booleans and short texts.
 *
 * Object.fromEntries makes own properties whatever they are called, `__proto__` included.
 */
export function variablesOf(reading: object): Values {
  return Object.fromEntries(
    Object.entries(reading)
      .filter(([name]) => !RESERVED.has(name))
      .slice(0, MAX_VARIABLES)
      .map(([name, value]) => [name, plainValue(value)]),
  );
}

/** @returns a value of a reading as a number, or null when it is none: no answer of the sensor, NaN, a text. */
export function asNumber(value: unknown): number | null {
  const plain = plainValue(value);
  return typeof plain === 'number' ? plain : null;
}

/** @returns the value as a number, null, a boolean or a short text. */
export function plainValue(value: unknown): number | null | boolean | string {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  // The driver's Long, Double and Decimal128, where they are wider than a number.
  if (value instanceof Long || value instanceof Double || value instanceof Decimal128) {
    const number = Number(value.toString());
    return Number.isFinite(number) ? number : null;
  }
  return shorten(value, MAX_TEXT);
}

/** @returns a text field of a document, or null when it is missing or something else. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? shorten(value, MAX_TEXT) : null;
}
