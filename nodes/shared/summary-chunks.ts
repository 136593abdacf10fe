import type { ObjectId } from 'mongodb';
import type { StoredCell } from './summary';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './durations';

/**
 * Where summaries stand. mongo-sink writes them and topic-catalog reads them; each document holds the cells of one node
 * for an hour's minutes, a month's hours or a year's days (all in UTC), under an `_id` that is computed and never
 * searched for. Names of variables are values in a list, since as field paths they could mean something else.
 */

/** What one cell covers. */
export type Level = 'minute' | 'hour' | 'day';

export interface ChunkDocument {
  /** `nodo|m|2026-11-24T10`, `nodo|h|2026-11` or `nodo|d|2026` */
  _id: string;
  /** another one after each change */
  v: ObjectId;
  /** only ever added to, so that a cell stays what it was */
  variables: string[];
  /** null where there is no reading */
  celdas: (StoredCell | null)[];
}

/** Says that a node-hour has readings which its summaries do not have yet. */
export interface MarkDocument {
  /** `nodo|2026-11-24T10` */
  _id: string;
  nodo: string;
  /** the beginning of the hour */
  hora: Date;
  /** another one each time it is marked */
  v: ObjectId;
  /** until when an instance is at it, and which */
  tomado?: Date;
  quien?: ObjectId;
}

/** Whether the summaries, together with the marked hours, hold all readings. */
export interface CoverageDocument {
  _id: typeof COVERAGE_ID;
  completo: boolean;
  /** while readings that were there before are being summarised: the last node that is done */
  hasta?: string;
  /** when somebody was last at work on that */
  latido?: Date;
  /** who has more nodes' last readings waiting than the marks may tell of */
  atrasado?: ObjectId;
}

/** No node has an empty name. */
export const COVERAGE_ID = '|cobertura';

/** The greatest number of variables in one document, which holds at most 16 MB. */
export const MAX_CHUNK_VARIABLES = 200;

/** @returns the names of the collections that stand beside the readings' one. */
export function summaryCollections(readings: string): { marks: string; summaries: string } {
  return { marks: `${readings}_marcas`, summaries: `${readings}_resumen` };
}

/** @returns the beginning of the hour that a time is in. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) * HOUR_MS;
}

export function markId(nodo: string, hour: number): string {
  return `${nodo}|${isoTime(hour).slice(0, 13)}`;
}

const LETTER = { minute: 'm', hour: 'h', day: 'd' } as const;
/** Characters of 2026-11-24T10:32:00.000Z that name a document's time. */
const DIGITS = { minute: 13, hour: 7, day: 4 } as const;

export const CELL_MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;
export const CHUNK_CELLS = { minute: 60, hour: 31 * 24, day: 366 } as const;

/** @returns the `_id` of the document whose cells cover a time. */
export function chunkId(level: Level, nodo: string, time: number): string {
  return `${nodo}|${LETTER[level]}|${isoTime(time).slice(0, DIGITS[level])}`;
}

/** @returns the time at which the document that covers a time begins. */
export function chunkStart(level: Level, time: number): number {
  const date = new Date(time);
  if (level === 'minute') return hourOf(time);
  return Date.UTC(date.getUTCFullYear(), level === 'hour' ? date.getUTCMonth() : 0);
}

/** @returns the time at which the next document begins. */
export function chunkEnd(level: Level, time: number): number {
  const date = new Date(time);
  if (level === 'minute') return hourOf(time) + HOUR_MS;
  return level === 'hour'
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
    : Date.UTC(date.getUTCFullYear() + 1, 0);
}

/** @returns the place of a time's cell inside its document. */
export function cellIndex(level: Level, time: number): number {
  return Math.floor((time - chunkStart(level, time)) / CELL_MS[level]);
}

/** @returns the beginnings of the documents that cover [from, to). */
export function chunksOf(level: Level, from: number, to: number): number[] {
  const starts: number[] = [];
  for (let start = chunkStart(level, from); start < to; start = chunkEnd(level, start)) starts.push(start);
  return starts;
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
