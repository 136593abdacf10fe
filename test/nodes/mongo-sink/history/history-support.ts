import type { ObjectId } from 'mongodb';
import type { HistoryDatabase } from '../../../../nodes/mongo-sink/history/history-database';
import { Summary } from '../../../../nodes/shared/summary';
import {
  CELL_MS,
  chunkId,
  cellIndex,
  type ChunkDocument,
  type Level,
} from '../../../../nodes/shared/summary-chunks';

/** The same numbers each time, from 0 to below 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A program was killed here. */
export class Crash extends Error {}

/**
 * The same collections, but each call may be the last thing a program does: it ends before the call, or after the
 * database has done it.
 */
export function crashing(database: HistoryDatabase, mayCrash: () => boolean): HistoryDatabase {
  return Object.fromEntries(
    Object.entries(database).map(([name, collection]) => [name, crashingCollection(collection, mayCrash)]),
  ) as unknown as HistoryDatabase;
}

function crashingCollection<T extends object>(collection: T, mayCrash: () => boolean): T {
  return new Proxy(collection, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (mayCrash()) throw new Crash();
        const result = value.apply(target, args) as unknown;
        if (!(result instanceof Promise)) return result;
        return result.then((answer: unknown) => {
          if (mayCrash()) throw new Crash();
          return answer;
        });
      };
    },
  });
}

export interface TrueReading {
  _id: ObjectId;
  nodo: string;
  time: number;
  values: Record<string, number | null>;
}

/** What the cells of a level should be: by document and place. */
export function truth(readings: Iterable<TrueReading>, level: Level): Map<string, Summary> {
  const cells = new Map<string, Summary>();
  for (const { nodo, time, values } of readings) {
    const start = Math.floor(time / CELL_MS[level]) * CELL_MS[level];
    const key = `${chunkId(level, nodo, start)}#${cellIndex(level, start)}`;
    let cell = cells.get(key);
    if (!cell) cells.set(key, (cell = new Summary()));
    cell.add(Object.entries(values));
  }
  return cells;
}

/** What they are. */
export async function stored({ chunks }: HistoryDatabase, level: Level): Promise<Map<string, Summary>> {
  const cells = new Map<string, Summary>();
  const letter = { minute: 'm', hour: 'h', day: 'd' }[level];
  for (const { _id, variables, celdas } of (await chunks.find().toArray()) as ChunkDocument[]) {
    if (_id.startsWith('|') || _id.split('|').at(-2) !== letter) continue;
    for (const [index, cell] of celdas.entries()) {
      if (cell) cells.set(`${_id}#${index}`, Summary.ofCell(cell, variables));
    }
  }
  return cells;
}

/** Summaries as plain values, sorted, to be compared. */
export function plain(cells: Map<string, Summary>): unknown[] {
  return Array.from(cells, ([key, { readings, variables }]) => [
    key,
    readings,
    Array.from(variables, ([name, { n, sum, min, max }]) => [name, n, sum, min, max]).sort(byFirst),
  ]).sort(byFirst);
}

function byFirst(a: unknown[], b: unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}
