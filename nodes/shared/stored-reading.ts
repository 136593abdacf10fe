import { Decimal128, Double, Long, ObjectId, Timestamp } from 'mongodb';
import { drawnNumber } from './drawn-number';
import { READING_FIELDS } from './reading';

/** The fields that mongo-sink adds to a reading. A reading's fields with these names are kept inside `enviado`. */
export const OWN_FIELDS: ReadonlySet<string> = new Set([
  '_id',
  'ts',
  'topic',
  'readingId',
  'kafka',
  'enviado',
]);

/** The part of a stored reading that says when it was; the original system's have no `ts`. */
export interface Timed {
  _id: ObjectId;
  ts?: unknown;
}

/** @returns whether a field of a stored reading is a variable. */
export function isVariable(name: string): boolean {
  return !OWN_FIELDS.has(name) && !READING_FIELDS.has(name);
}

/**
 * @returns a date's milliseconds since 1970; undefined of what is no date, or one that only the database can hold, as where
 *   another program has stored nanoseconds for milliseconds
 */
export function timeOfDate(value: unknown): number | undefined {
  if (!(value instanceof Date)) return undefined;
  const time = value.getTime();
  return Number.isNaN(time) ? undefined : time;
}

/** @returns a stored reading's time in milliseconds since 1970. */
export function storedTime({ _id, ts }: Timed): number {
  return timeOfDate(ts) ?? _id.getTimestamp().getTime();
}

/** @returns whether a value is a number of the driver's, which is wider than JavaScript's. */
export function isWideNumber(value: unknown): value is Long | Double | Decimal128 {
  // To the driver a time of the database's own kind is a Long, too.
  if (value instanceof Timestamp) return false;
  return value instanceof Long || value instanceof Double || value instanceof Decimal128;
}

/** @returns a value of a stored reading as the number that a chart draws, or null; see drawnNumber */
export function numberOf(value: unknown): number | null {
  return drawnNumber(isWideNumber(value) ? Number(value.toString()) : value);
}

/**
 * @param time milliseconds since 1970; below a second it is rounded down
 * @returns the least ObjectId of that second: all that is older sorts before it
 */
export function leastIdAt(time: number): ObjectId {
  const second = Math.min(Math.max(0, Math.floor(time / 1000)), 2 ** 32 - 1);
  return new ObjectId(second.toString(16).padStart(8, '0') + '0'.repeat(16));
}
