import type { Collection, Db, Document } from 'mongodb';
import { leastIdAt, storedTime, type Timed } from '../shared/stored-reading';
import { TIMEOUT, askDatabase, type DatabaseSource } from './database-source';
import { sentValuesOf, textOrNull, variablesOf } from './values';
import type { RawReading, Values } from './contract';

/** A stored reading: its time in milliseconds since 1970, and its variables. */
export interface StoredReading {
  /** its `_id` in hexadecimal digits, which sorts readings of one millisecond as they were taken */
  id: string;
  /** null where it is not known, or was not asked for */
  topic: string | null;
  time: number;
  fecha: unknown;
  hora: unknown;
  values: Values;
}

/** Where a node's last reading is to be looked for; times in milliseconds since 1970. */
export interface PlaceOfLast {
  /** there is none from here on */
  end: number;
  /** there is hardly any from here on: what is older is looked for in windows before this */
  likely?: number;
}

/** Where the readings are, and what reaches them. */
export interface ReadingsSource extends DatabaseSource {
  collection: string;
  nodesCollection: string;
}

/** A range is read in pieces of this many readings. */
const PIECE = 1_000;

const FIRST_WINDOW_MS = 30_000;
const WIDENING = 8;

/** Everything that is asked of a stored reading; what is left out would only travel for nothing. */
const WITHOUT: Document = { nodo: 0, topic: 0, readingId: 0 };
/** Of the last few the topic is asked for as well. */
const WITH_TOPIC: Document = { nodo: 0, readingId: 0 };

/**
 * All that is asked of the database, in one place.
 *
 * Readings are found by their node and a range of `_id`, bounded on both sides: an ObjectId holds the time, also in
 * a database that the original system filled, and with the index {nodo: 1, _id: -1} the cost depends on what is
 * found and not on what is stored. Anything unbounded (a limit without a lower bound, a count, a range on `_id`
 * alone) reads all of a node's readings on the embedded database.
 */
export class Readings {
  constructor(private readonly source: ReadingsSource) {}

  /** Asks for a sign of life. */
  async ping(): Promise<void> {
    await this.ask((db) => db.command({ ping: 1 }));
  }

  /** One node's document, or undefined when there is no such node. */
  async node(nodo: string): Promise<Document | undefined> {
    return this.ask(async (db) => (await this.nodesIn(db).findOne({ nodo }, TIMEOUT)) ?? undefined);
  }

  /**
   * Hands a node's readings of [from, to) to `each`, in no particular order.
   * @param from milliseconds since 1970, as is `to`
   */
  async forEach(
    nodo: string,
    from: number,
    to: number,
    each: (reading: StoredReading) => void,
    projection = WITHOUT,
  ): Promise<void> {
    await this.ask(async (db) => {
      const cursor = db
        .collection(this.source.collection)
        .find(
          { nodo, _id: { $gte: leastIdAt(from), $lt: leastIdAt(to + 999) } },
          { projection, batchSize: PIECE, ...TIMEOUT },
        );
      for await (const document of cursor) {
        const reading = readingOf(document);
        if (reading.time >= from && reading.time < to) each(reading);
      }
    });
  }

  /**
   * Hands a node's readings of [from, to) to `each` with their values as they were sent, in no particular order, until it
   * says that it has enough.
   * @returns false when it did
   */
  async forEachSent(
    nodo: string,
    from: number,
    to: number,
    each: (reading: RawReading & { id: string }) => boolean,
  ): Promise<boolean> {
    return this.ask(async (db) => {
      const cursor = db
        .collection(this.source.collection)
        .find(
          { nodo, _id: { $gte: leastIdAt(from), $lt: leastIdAt(to + 999) } },
          { projection: WITHOUT, batchSize: PIECE, ...TIMEOUT },
        );
      for await (const document of cursor) {
        const ts = storedTime(document);
        if (ts < from || ts >= to) continue;
        const { _id, fecha, hora } = document;
        const valores = sentValuesOf(document);
        if (!each({ id: String(_id), ts, fecha: textOrNull(fecha), hora: textOrNull(hora), valores }))
          return false;
      }
      return true;
    });
  }

  /** A node's last readings, oldest first: looked for in a window that is widened until it holds enough. */
  async last(nodo: string, count: number, { end, likely = end }: PlaceOfLast): Promise<StoredReading[]> {
    const found: StoredReading[] = [];
    const stretches = [
      [likely, end],
      [0, likely],
    ] as const;
    for (const [begin, last] of stretches) {
      let to = last;
      for (let width = FIRST_WINDOW_MS; found.length < count && to > begin; width *= WIDENING) {
        const from = Math.max(begin, last - width);
        await this.forEach(nodo, from, to, (reading) => found.push(reading), WITH_TOPIC);
        to = from;
      }
    }
    return found.sort(byTime).slice(-count);
  }

  private nodesIn(db: Db): Collection {
    return db.collection(this.source.nodesCollection);
  }

  private ask<T>(question: (db: Db) => Promise<T>): Promise<T> {
    return askDatabase(this.source, question);
  }
}

/** Sorts readings as they were taken; the original system's have a time in whole seconds only, and ids that count up. */
export function byTime(a: StoredReading, b: StoredReading): number {
  return a.time - b.time || (a.id < b.id ? -1 : Number(a.id > b.id));
}

function readingOf(document: Document): StoredReading {
  const { _id, fecha, hora } = document;
  return {
    id: String(_id),
    topic: textOrNull(document.topic),
    time: storedTime(document as Timed),
    fecha,
    hora,
    values: variablesOf(document),
  };
}
