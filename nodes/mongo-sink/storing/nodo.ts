import type { AnyBulkWriteOperation, ObjectId } from 'mongodb';
import { isAhead, latestRightTime } from '../../shared/clock-ahead';
import { isVariable } from '../../shared/stored-reading';
import type { ReadingDocument } from './document';

/** A sensor node as `nodos` keeps it: its last reading. The original system's have no more than nodo and fecha. */
export interface NodoDocument {
  _id: ObjectId;
  nodo: string;
  fecha?: string;
  hora?: string;
  ts?: Date;
  topic?: string;
  /** the last value of each variable */
  valores?: Record<string, unknown>;
  /** its newest reading where that is of a clock that is ahead, until a right one comes */
  adelantado?: AheadReading;
}

/** What a reading of a clock that is ahead says. */
export interface AheadReading extends Omit<NodoDocument, '_id' | 'nodo' | 'ts' | 'adelantado'> {
  /** what that clock said */
  ts: Date;
  /** when it was stored, by this machine's clock */
  visto: Date;
}

/** A node's last reading, as it goes into `nodos`. */
export type LastReading = Omit<NodoDocument, '_id' | 'ts' | 'adelantado'> & { ts: Date };

/** The same of a reading whose clock is ahead. */
export type LastAhead = Pick<NodoDocument, 'nodo'> & { adelantado: AheadReading };

/** @returns what is noted of a reading: as the node's last, or as that of a clock that is ahead */
export function noteOf(reading: ReadingDocument, now: number): LastReading | LastAhead {
  const last = lastReadingOf(reading);
  if (!isAhead(reading.ts.getTime(), now)) return last;
  const { nodo, ...rest } = last;
  return { nodo, adelantado: { ...rest, visto: new Date(now) } };
}

/** A page lists all nodes with their values: what is not a number or a short text is left to the node's own page. */
const MAX_VARIABLES = 500;
const MAX_TEXT = 200;

/** @returns what `nodos` keeps of a reading. Names with a $ are left out: some servers refuse them inside an update. */
export function lastReadingOf(reading: ReadingDocument): LastReading {
  const { nodo, fecha, hora, ts, topic } = reading;
  return {
    nodo,
    ...(typeof fecha === 'string' ? { fecha } : {}),
    ...(typeof hora === 'string' ? { hora } : {}),
    ts,
    ...(topic === undefined ? {} : { topic }),
    valores: Object.fromEntries(
      Object.entries(reading)
        .filter(([name, value]) => isVariable(name) && !name.startsWith('$') && isValue(value))
        .slice(0, MAX_VARIABLES),
    ),
  };
}

function isValue(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MAX_TEXT;
  return (
    value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
  );
}

/**
 * Takes a node's last reading if it is newer than the one there. `$not: {$gte}` instead of `$lt` also takes documents
 * without a `ts`, which are the original system's.
 *
 * With the unique index a node that is missing is made; where a newer reading is there the upsert runs into that index:
 * a duplicate key that means "nothing to do". Without it nothing is made, and all of a node's documents are updated.
 *
 * A time that no right clock can have given yet is replaced as well. A reading of a clock that is ahead takes the place
 * of an older one of that clock alone.
 */
export function newerOnly(
  last: LastReading | LastAhead,
  unique: boolean,
  now: number,
): AnyBulkWriteOperation<NodoDocument> {
  const { nodo, ...rest } = last;
  const filter =
    'adelantado' in last
      ? { nodo, 'adelantado.ts': { $not: { $gte: last.adelantado.ts } } }
      : { nodo, ts: { $not: { $gte: last.ts, $lte: new Date(latestRightTime(now)) } } };
  const update =
    'adelantado' in last ? { $set: rest } : { $set: rest, $unset: { adelantado: true as const } };
  return unique ? { updateOne: { filter, update, upsert: true } } : { updateMany: { filter, update } };
}
