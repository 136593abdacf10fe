import type { Db } from 'mongodb';
import { DAY_MS, HOUR_MS } from '../shared/durations';
import {
  CELL_MS,
  COVERAGE_ID,
  chunkId,
  chunksOf,
  hourOf,
  summaryCollections,
  type ChunkDocument,
  type CoverageDocument,
  type Level,
  type MarkDocument,
} from '../shared/summary-chunks';
import { Summary } from '../shared/summary';
import { TIMEOUT, askDatabase } from './database-source';
import type { ReadingsSource } from './readings';

/** What the summaries say about a stretch of time, and what they leave to the readings themselves. */
export interface Summarised {
  /** summaries and the time at which each begins; together with `open` they hold every reading once */
  cells: { time: number; summary: Summary }[];
  /** hours that have readings which are in no summary yet, by their beginning */
  open: number[];
  /** hours of which there is only a summary as a whole, where minutes were asked for: not in `cells` */
  coarse: { time: number; summary: Summary }[];
}

type Cell = Summarised['cells'][number];

type AnyDocument = ChunkDocument | CoverageDocument;

/**
 * Finds the summaries that mongo-sink has made of a node's readings. Their `_id`s are computed, so the cost does not
 * depend on how much is stored.
 */
export class Summaries {
  constructor(private readonly source: ReadingsSource) {}

  /**
   * @param from milliseconds since 1970, the beginning of a cell of that level, as is `to`
   * @returns undefined while the summaries do not hold everything
   * @throws CatalogError when the database does not answer
   */
  find(nodo: string, level: Level, from: number, to: number): Promise<Summarised | undefined> {
    return askDatabase(this.source, async (db) => {
      // The marks first: an hour that is summarised in between is then read from its readings, and not missed.
      const open = await this.markedHours(db, nodo, from, to);
      const documents = await this.documents(db, nodo, [
        ...chunksOf(level, from, to).map((time) => [level, time] as const),
        ...hourDocuments(level, from, to, open).map((time) => ['hour', time] as const),
      ]);
      if (!documents.complete) return undefined;
      const inside = ({ time }: Cell): boolean => time >= from && time < to;
      const isClosed = ({ time }: Cell): boolean => !open.has(hourOf(time));
      const cells = (wanted: Level): Cell[] => documents.cells(wanted).filter(inside);
      switch (level) {
        case 'minute': {
          const minutes = cells('minute').filter(isClosed);
          const fine = new Set(minutes.map(({ time }) => hourOf(time)));
          const coarse = cells('hour').filter((cell) => isClosed(cell) && !fine.has(cell.time));
          return { cells: minutes, coarse, open: [...open] };
        }
        case 'hour':
          return { cells: cells('hour').filter(isClosed), coarse: [], open: [...open] };
        case 'day': {
          // A day with an open hour is put together from its other hours.
          const openDays = new Set(Array.from(open, dayOf));
          const days = cells('day').filter(({ time }) => !openDays.has(time));
          const hours = cells('hour').filter((cell) => openDays.has(dayOf(cell.time)) && isClosed(cell));
          return { cells: [...days, ...hours], coarse: [], open: [...open] };
        }
      }
    });
  }

  /**
   * @param hours beginnings of hours, whose minutes are wanted
   * @returns those that are there; of what was summarised by the month there are none
   * @throws CatalogError when the database does not answer
   */
  minutes(nodo: string, hours: readonly number[]): Promise<Cell[]> {
    return askDatabase(this.source, async (db) => {
      const documents = await this.documents(
        db,
        nodo,
        hours.map((hour) => ['minute', hour] as const),
      );
      return documents.cells('minute');
    });
  }

  private async markedHours(db: Db, nodo: string, from: number, to: number): Promise<Set<number>> {
    const { marks } = summaryCollections(this.source.collection);
    const found = await db
      .collection<MarkDocument>(marks)
      .find(
        { nodo, hora: { $gte: new Date(hourOf(from)), $lt: new Date(to) } },
        { projection: { _id: 0, hora: 1 }, ...TIMEOUT },
      )
      .toArray();
    return new Set(found.map(({ hora }) => hora.getTime()));
  }

  private async documents(
    db: Db,
    nodo: string,
    wanted: readonly (readonly [Level, number])[],
  ): Promise<Documents> {
    const { summaries } = summaryCollections(this.source.collection);
    const places = new Map(wanted.map(([level, time]) => [chunkId(level, nodo, time), { level, time }]));
    const found = await db
      .collection<AnyDocument>(summaries)
      .find({ _id: { $in: [COVERAGE_ID, ...places.keys()] } }, TIMEOUT)
      .toArray();
    return new Documents(found as AnyDocument[], places);
  }
}

class Documents {
  readonly complete: boolean;

  constructor(
    private readonly found: AnyDocument[],
    private readonly places: ReadonlyMap<string, { level: Level; time: number }>,
  ) {
    this.complete = found.some((document) => 'completo' in document && document.completo);
  }

  cells(level: Level): Cell[] {
    const cells: Cell[] = [];
    for (const document of this.found) {
      const place = this.places.get(document._id);
      if (place?.level !== level || !('celdas' in document)) continue;
      for (const [index, cell] of document.celdas.entries()) {
        if (!cell) continue;
        const summary = Summary.ofCell(cell, document.variables);
        cells.push({ time: place.time + index * CELL_MS[level], summary });
      }
    }
    return cells;
  }
}

/** The months whose hours are needed beside the level itself. */
function hourDocuments(level: Level, from: number, to: number, open: ReadonlySet<number>): number[] {
  switch (level) {
    case 'minute':
      return chunksOf('hour', from, to);
    case 'hour':
      return [];
    case 'day':
      return Array.from(
        new Set(Array.from(open, (hour) => chunksOf('hour', hour, hour + HOUR_MS)[0] ?? hour)),
      );
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}
