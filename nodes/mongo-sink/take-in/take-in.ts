import {
  BSON,
  MongoServerError,
  ObjectId,
  type Collection,
  type Db,
  type Document,
  type WriteError,
} from 'mongodb';
import { objectIdOfCopy } from '../../shared/reading-id';
import { COVERAGE_ID } from '../../shared/summary-chunks';
import type { Zone } from '../../shared/zone';
import { DirtyHours } from '../history/dirty-hours';
import { PRIMARY, historyDatabase } from '../history/history-database';
import { updateOrInsert } from '../nodos/last-readings';
import type { ReadingDocument } from '../storing/document';
import { insertAll } from '../storing/insert-all';
import { noteOf } from '../storing/nodo';
import { DUPLICATE_KEY, WriteRefusal, accountsForAll, writeErrorsOf } from '../storing/write-errors';
import { COPIED, KINDS, judge, type Found, type Kind } from './kinds';

export interface TakeInOptions {
  db: Db;
  collection: string;
  nodesCollection: string;
  /** by whose clocks `fecha` and `hora` are meant, and a `ts` that is a text without a zone */
  zone: Zone;
  /** otherwise it is only looked */
  apply: boolean;
  /** takes away a document once its copy is stored */
  replace: boolean;
  onProgress?: (progress: TakeInProgress) => void;
}

/** How far it has come; at the end, what there was. */
export interface TakeInProgress {
  /** documents that were looked at */
  looked: number;
  kinds: Record<Kind, number>;
  /** those that have a copy from an earlier run */
  thereAlready: number;
  /** those that are older than readings are kept, and stay as they are: their copies would be deleted at once */
  expired: number;
  /** copies that were stored */
  stored: number;
  /** documents that were taken away */
  removed: number;
}

/** What an `$in` costs the embedded database grows with the square of its length. */
const AT_ONCE = 50;
/** Documents of other programs may be large. */
const PIECE = 100;
const PROGRESS_MS = 1_000;

interface Taken {
  document: Document;
  kind: Kind;
  /** as it is, or as it would be if it were ours */
  reading: ReadingDocument;
}

/**
 * Takes in what other programs have stored in the collection of readings: of a document that is not found by node and
 * time a copy is stored that is, under an id that is the same each time, so that a second run doubles nothing; the nodes
 * are listed, and the hours marked to be summarised. It begins anew each time and finds what it did before.
 * @throws what the database refuses; what was done until then stays
 */
export async function takeIn(options: TakeInOptions, signal: AbortSignal): Promise<TakeInProgress> {
  const { db, collection, zone, onProgress } = options;
  const readings = db.collection<Document>(collection, PRIMARY);
  const kinds = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  const progress: TakeInProgress = { looked: 0, kinds, thereAlready: 0, expired: 0, stored: 0, removed: 0 };
  const work = new Work(options, readings, progress, await keptSince(readings));
  let open: Taken[] = [];
  let told = Date.now();
  for await (const document of readings.find({}, { batchSize: PIECE })) {
    signal.throwIfAborted();
    const judged = judge(document, zone);
    progress.looked++;
    kinds[judged.kind]++;
    if (!('nodo' in judged) || judged.kind === 'ours') continue;
    open.push({ document, kind: judged.kind, reading: readingOf(document, judged) });
    if (open.length >= AT_ONCE) {
      await work.take(open, signal);
      open = [];
    }
    if (Date.now() - told < PROGRESS_MS) continue;
    told = Date.now();
    onProgress?.({ ...progress, kinds: { ...kinds } });
  }
  await work.take(open, signal);
  onProgress?.(progress);
  return progress;
}

/** MongoDB's code (error_codes.yml) for a collection that is not there. */
const NAMESPACE_NOT_FOUND = 26;

/** @returns the time before which the database deletes readings, in milliseconds since 1970; -Infinity: it deletes none */
async function keptSince(readings: Collection<Document>): Promise<number> {
  try {
    const indexes = await readings.indexes();
    const seconds = indexes.flatMap(({ key, expireAfterSeconds }) =>
      Object.keys(key).join() === 'ts' && typeof expireAfterSeconds === 'number' ? expireAfterSeconds : [],
    );
    return Date.now() - 1_000 * Math.min(Infinity, ...seconds);
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return -Infinity;
    throw error;
  }
}

class Work {
  private readonly hours: DirtyHours;

  constructor(
    private readonly options: TakeInOptions,
    private readonly readings: Collection<Document>,
    private readonly progress: TakeInProgress,
    private readonly since: number,
  ) {
    const { marks } = historyDatabase(options.db, options);
    this.hours = new DirtyHours({ collection: () => Promise.resolve(marks), onWaiting: () => undefined });
  }

  async take(taken: readonly Taken[], signal: AbortSignal): Promise<void> {
    if (taken.length === 0) return;
    const found = taken.filter(({ kind }) => COPIED.has(kind));
    const copied = found.filter(({ reading }) => reading.ts.getTime() >= this.since);
    const there = await this.idsThere(copied);
    this.progress.thereAlready += there.size;
    this.progress.expired += found.length - copied.length;
    if (!this.options.apply) return;
    // What is shown at a wrong time would be shown twice: its copy comes with its removal.
    const isWanted = ({ kind }: Taken): boolean => kind !== 'restored' || this.options.replace;
    const wanted = copied.filter(isWanted);
    await this.insert(wanted.filter(({ reading }) => !there.has(reading._id.toHexString())));
    const shown = [...taken.filter(({ kind }) => !COPIED.has(kind)), ...wanted].map(({ reading }) => reading);
    await this.list(shown);
    await this.mark(shown, signal);
    if (this.options.replace) await this.remove(wanted);
  }

  private async idsThere(taken: readonly Taken[]): Promise<Set<string>> {
    if (taken.length === 0) return new Set();
    const _id = { $in: taken.map(({ reading }) => reading._id) };
    const found = new Set<string>();
    for await (const document of this.readings.find({ _id }, { projection: { _id: 1 } }))
      found.add(document._id.toHexString());
    return found;
  }

  private async insert(taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    try {
      await insertAll(
        this.readings,
        taken.map(({ reading }) => reading),
      );
      this.progress.stored += taken.length;
    } catch (error) {
      if (!accountsForAll(error, taken.length)) throw error;
      const refusals = writeErrorsOf(error);
      this.progress.stored += taken.length - refusals.length;
      const other = refusals.find(({ code }) => code !== DUPLICATE_KEY);
      if (other) throw new WriteRefusal(other);
      await this.requireThere(refusals.map((refusal) => ({ refusal, copy: taken[refusal.index] })));
    }
  }

  /** Another unique index, over node and time say, refuses a copy beside what it is of: that is not stored, then. */
  private async requireThere(
    duplicates: readonly { refusal: WriteError; copy: Taken | undefined }[],
  ): Promise<void> {
    const there = await this.idsThere(duplicates.flatMap(({ copy }) => copy ?? []));
    const missing = duplicates.find(({ copy }) => !copy || !there.has(copy.reading._id.toHexString()));
    if (missing) throw new WriteRefusal(missing.refusal);
  }

  private async list(readings: readonly ReadingDocument[]): Promise<void> {
    if (readings.length === 0) return;
    const newest = new Map<string, ReadingDocument>();
    for (const reading of readings) {
      const before = newest.get(reading.nodo);
      if (!before || before.ts <= reading.ts) newest.set(reading.nodo, reading);
    }
    const { nodos } = historyDatabase(this.options.db, this.options);
    const now = Date.now();
    await updateOrInsert(
      nodos,
      Array.from(newest.values(), (reading) => noteOf(reading, now)),
    );
  }

  /** Where nobody keeps summaries, nothing is to be made again. */
  private async mark(readings: readonly ReadingDocument[], signal: AbortSignal): Promise<void> {
    const { coverage } = historyDatabase(this.options.db, this.options);
    if (await coverage.findOne({ _id: COVERAGE_ID })) await this.hours.mark(readings, signal);
  }

  private async remove(taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    const { deletedCount } = await this.readings.deleteMany({
      _id: { $in: taken.map(({ document }) => document._id as ObjectId) },
    });
    this.progress.removed += deletedCount;
  }
}

/** Its fields as they are; what had to become another is kept in `enviado`. */
function readingOf(document: Document, { kind, nodo, time }: Found): ReadingDocument {
  const ts = new Date(time);
  if (!COPIED.has(kind)) return { ...document, _id: document._id as ObjectId, nodo, ts };
  const { enviado, ...rest } = document;
  const sent: Record<string, unknown> = { ...(isDocument(enviado) ? enviado : {}), _id: document._id };
  if (document.ts !== undefined && !(document.ts instanceof Date)) sent.ts = document.ts;
  if (document.nodo !== nodo) sent.nodo = document.nodo;
  const _id = ObjectId.createFromHexString(
    objectIdOfCopy(time, BSON.EJSON.stringify(document._id, { relaxed: false })),
  );
  return { ...rest, _id, nodo, ts, enviado: sent };
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
