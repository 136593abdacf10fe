import { ObjectId, Timestamp, type Document } from 'mongodb';
import { DATA_BOUNDS } from '../../shared/data-bounds';
import { DAY_MS, HOUR_MS } from '../../shared/durations';
import { isWideNumber, timeOfDate } from '../../shared/stored-reading';
import type { Zone } from '../../shared/zone';

/**
 * What a stored document is to those who look for a node's readings by the time in an `_id`:
 * - `ours`: found, and summarised by whoever stored it
 * - `original`: found; its summaries may lack it, since its writer marks nothing
 * - `otherId`: not found, its `_id` is no ObjectId
 * - `otherTime`: not found, its `ts` is not the time of its `_id`
 * - `restored`: found at the time of its `_id`, not at that of its date or of a `ts` that is no date
 * - `numericNodo`: not found, its `nodo` is a number
 * - `noNodo`, `noTime`: can't be taken in
 */
export const KINDS = [
  'ours',
  'original',
  'otherId',
  'otherTime',
  'restored',
  'numericNodo',
  'noNodo',
  'noTime',
] as const;
export type Kind = (typeof KINDS)[number];

/** The kinds of which a copy is stored that is found. */
export const COPIED: ReadonlySet<Kind> = new Set(['otherId', 'otherTime', 'restored', 'numericNodo']);

/** What can be taken in, with what it says of its node and its time. */
export interface Found {
  kind: Exclude<Kind, 'noNodo' | 'noTime'>;
  nodo: string;
  time: number;
}

export type Judged = { kind: 'noNodo' | 'noTime' } | Found;

/** A date without a zone, by a clock that may be wrong: up to here it is that of its `_id`. */
const SAME_DAY_MS = DAY_MS + 2 * HOUR_MS;
/** An ObjectId holds no time from here on. */
const END_OF_TIME_MS = 1_000 * 2 ** 32;
/** Numbers below are seconds: as milliseconds they would be of the first months of 1970. */
const LEAST_MILLISECONDS = 1e10;

/** @param zone by whose clocks `fecha` and `hora` are meant, and a `ts` that is a text without a zone */
export function judge(document: Document, zone: Zone): Judged {
  const nodo = nameOf(document.nodo);
  if (nodo === undefined) return { kind: 'noNodo' };
  const time = timeOf(document, zone);
  if (time === undefined) return { kind: 'noTime' };
  return { kind: kindOf(document, time), nodo, time };
}

function kindOf({ _id, ts, nodo }: Document, time: number): Found['kind'] {
  if (!(_id instanceof ObjectId)) return 'otherId';
  const stored = _id.getTimestamp().getTime();
  const isSaid = says(ts);
  const isSame = Math.floor(time / 1_000) * 1_000 === stored;
  if (isSaid && !isSame) return ts instanceof Date ? 'otherTime' : 'restored';
  if (!isSaid && Math.abs(time - stored) > SAME_DAY_MS) return 'restored';
  if (typeof nodo !== 'string') return 'numericNodo';
  return isSaid && ts instanceof Date ? 'ours' : 'original';
}

function nameOf(nodo: unknown): string | undefined {
  if (typeof nodo === 'number' || typeof nodo === 'bigint' || isWideNumber(nodo)) return nodo.toString();
  return typeof nodo === 'string' && nodo !== '' && nodo.length <= DATA_BOUNDS.nodo ? nodo : undefined;
}

/** By its `ts`, else by its date, else by its `_id`. */
function timeOf({ _id, ts, fecha, hora }: Document, zone: Zone): number | undefined {
  const said = momentOf(ts, zone);
  if (says(ts)) return said;
  const stored = _id instanceof ObjectId ? _id.getTimestamp().getTime() : undefined;
  const dated = fecha instanceof Date ? momentOf(fecha, zone) : wallTimeOf(fecha, hora, zone);
  // A date that is about that of the id says less than the id.
  if (stored !== undefined && (dated === undefined || Math.abs(dated - stored) <= SAME_DAY_MS)) return stored;
  return dated;
}

/** A date that only the database can hold says no more than none. */
function says(ts: unknown): boolean {
  return ts !== undefined && ts !== null && !(ts instanceof Date && timeOfDate(ts) === undefined);
}

/** A day, and what a clock showed then. */
const WITHOUT_ZONE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$/;

function momentOf(value: unknown, zone: Zone): number | undefined {
  if (value instanceof Timestamp) return inBounds(value.getHighBitsUnsigned() * 1_000);
  const number = isWideNumber(value) ? Number(value.toString()) : value;
  if (value instanceof Date) return inBounds(value.getTime());
  if (typeof value === 'string') {
    const [, day, clock] = WITHOUT_ZONE.exec(value.trim()) ?? [];
    return day === undefined ? inBounds(Date.parse(value)) : wallTime(day, clock, zone);
  }
  if (typeof number !== 'number') return undefined;
  return inBounds(number < LEAST_MILLISECONDS ? number * 1_000 : number);
}

function wallTimeOf(fecha: unknown, hora: unknown, zone: Zone): number | undefined {
  const day = typeof fecha === 'string' ? /^\d{4}-\d{2}-\d{2}/.exec(fecha)?.[0] : undefined;
  if (day === undefined) return undefined;
  const isClock = typeof hora === 'string' && /^\d{2}:\d{2}(:\d{2})?/.test(hora);
  return wallTime(day, isClock ? hora.slice(0, 8) : undefined, zone);
}

function wallTime(day: string, clock: string | undefined, zone: Zone): number | undefined {
  const wall = Date.parse(`${day}T${clock ?? '00:00:00'}Z`);
  return Number.isNaN(wall) ? undefined : inBounds(zone.timeOf(wall));
}

function inBounds(time: number): number | undefined {
  return time >= 0 && time < END_OF_TIME_MS ? Math.floor(time) : undefined;
}
