import {
  MongoBulkWriteError,
  type Collection,
  type OptionalUnlessRequiredId,
  type WriteError,
} from 'mongodb';
import { keepTrying } from '../shared/keep-trying';
import { toError } from '../shared/user-error';
import type { ReadingDocument } from './document';
import { DUPLICATE_KEY, WriteRefusal, accountsForAll, failureKind, writeErrorsOf } from './failure';
import { ensureNodosIndex } from './indexes';
import { lastReadingOf, newerOnly, type LastReading, type NodoDocument } from './nodo';
import { nodosError, waitReason } from './reasons';

export interface NodosOptions {
  /** the `nodos` collection, as soon as there is a connection */
  collection: (signal: AbortSignal) => Promise<Collection<NodoDocument>>;
  /** told about each failed attempt, and when the next one is (milliseconds since 1970) */
  onWaiting: (error: Error, nextAttempt: number) => void;
  /** told what will not come right by itself; readings are stored all the same */
  onProblem: (error: Error) => void;
}

/** The least time between two writes of known nodes. */
const FLUSH_MS = 500;

/** These writes get at most this part of the time: with very many nodes they would cost more than the readings. */
const MAX_SHARE = 0.1;

/** ... but they never wait longer than this. */
const MAX_FLUSH_MS = 30_000;

/** Nodes in one write: the readings' own writes never wait for more than these. */
const CHUNK = 500;

/** More names than this are not remembered at once: a stream of made-up names must not fill the memory. */
const MAX_KNOWN = 100_000;

/**
 * Keeps `nodos`: one document a node, with its last reading.
 *
 * Each node's newest reading waits in memory and is written every so often, outside the path that confirms readings:
 * changing a document costs a database ten times what inserting one does. A node that is new to this process is inserted
 * before its first reading counts as stored, so that after a crash no node is missing; a value that a crash leaves behind
 * is made good at the next start, which searches from what stands there (see nodos-repair.ts).
 */
export class Nodos {
  private readonly pending = new Map<string, ReadingDocument>();
  private readonly known = new Set<string>();
  private readonly closed = new AbortController();
  private index: Promise<boolean> | undefined;
  private introducing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;

  constructor(private readonly options: NodosOptions) {}

  /**
   * Takes the newest reading of each node out of a stored batch. Waits only where a node is new. Batches may overlap.
   * @throws an AbortError once the signal is aborted; nothing else
   */
  async note(readings: readonly ReadingDocument[], signal: AbortSignal): Promise<void> {
    const fresh = new Map<string, ReadingDocument>();
    for (const reading of readings) keepNewest(this.known.has(reading.nodo) ? this.pending : fresh, reading);
    if (fresh.size > 0) {
      // One after the other: that a node is there already would else say nothing about its being safe.
      const before = this.introducing;
      const introducing = before.then(() => this.introduce(Array.from(fresh.values()), signal));
      this.introducing = introducing.catch(() => undefined);
      await introducing;
    }
    this.schedule(FLUSH_MS);
  }

  /** Takes a reading as a node's last one, to be written with the next flush. */
  remember(reading: ReadingDocument): void {
    keepNewest(this.pending, reading);
    this.schedule(FLUSH_MS);
  }

  /** The collection, once it has its index. @throws what is transient */
  async ready(signal: AbortSignal): Promise<Collection<NodoDocument>> {
    const collection = await this.options.collection(signal);
    await this.hasUniqueIndex(collection);
    return collection;
  }

  /** Writes what waits, as long as the signal allows. */
  async close(signal: AbortSignal): Promise<void> {
    clearTimeout(this.timer);
    this.closed.abort();
    await this.flushing;
    while (this.pending.size > 0 && !signal.aborted) await this.flush(signal);
  }

  /** Inserts the nodes that are missing; the others have time. */
  private async introduce(fresh: readonly ReadingDocument[], signal: AbortSignal): Promise<void> {
    const readings = fresh.filter(({ nodo }) => !this.known.has(nodo));
    for (const reading of fresh) if (this.known.has(reading.nodo)) keepNewest(this.pending, reading);
    if (readings.length === 0) return;
    let there: readonly ReadingDocument[] = [];
    await this.keepTrying(
      async () => {
        there = await this.insert(readings, signal);
      },
      signal,
      this.options.onWaiting,
    );
    if (this.known.size > MAX_KNOWN) this.known.clear();
    for (const { nodo } of readings) this.known.add(nodo);
    for (const reading of there) keepNewest(this.pending, reading);
    if (there.length > 0) this.schedule(0);
  }

  private schedule(delay: number): void {
    if (this.timer || this.flushing || this.pending.size === 0 || this.closed.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const started = Date.now();
      this.flushing = this.flush(this.closed.signal).finally(() => {
        this.flushing = undefined;
        const took = Date.now() - started;
        this.schedule(Math.min(Math.max(FLUSH_MS, took / MAX_SHARE - took), MAX_FLUSH_MS));
      });
    }, delay);
  }

  /** Writes those that have waited longest; what the signal keeps from being written waits on. */
  private async flush(signal: AbortSignal): Promise<void> {
    const readings: ReadingDocument[] = [];
    for (const [nodo, reading] of this.pending) {
      if (readings.length === CHUNK) break;
      readings.push(reading);
      this.pending.delete(nodo);
    }
    const chunk = readings.map(lastReadingOf);
    try {
      await this.keepTrying(
        () => this.update(chunk, signal),
        signal,
        () => undefined,
      );
    } catch (error) {
      if (!signal.aborted) throw error;
      for (const reading of readings) keepNewest(this.pending, reading);
    }
  }

  private keepTrying(
    attempt: () => Promise<void>,
    signal: AbortSignal,
    onWaiting: NodosOptions['onWaiting'],
  ): Promise<void> {
    const onFailure = (error: Error, delay: number): void => onWaiting(waitReason(error), Date.now() + delay);
    return keepTrying(attempt, { signal, onFailure });
  }

  /**
   * @returns those whose nodes are there already, with whatever they said last
   * @throws what is transient
   */
  private async insert(
    readings: readonly ReadingDocument[],
    signal: AbortSignal,
  ): Promise<readonly ReadingDocument[]> {
    const last = readings.map(lastReadingOf);
    let there: readonly ReadingDocument[] = [];
    await this.write(signal, async (collection, unique) => {
      if (unique) there = (await insertNew(collection, last)).flatMap((index) => readings[index] ?? []);
      else await updateOrInsert(collection, last);
    });
    return there;
  }

  private async update(chunk: LastReading[], signal: AbortSignal): Promise<void> {
    await this.write(signal, (collection, unique) =>
      unique ? updateNewer(collection, chunk, unique) : updateOrInsert(collection, chunk),
    );
  }

  /** @throws what is transient; anything else is reported, and keeps no reading from being stored */
  private async write(
    signal: AbortSignal,
    work: (collection: Collection<NodoDocument>, unique: boolean) => Promise<void>,
  ): Promise<void> {
    try {
      const collection = await this.ready(signal);
      await work(collection, await this.hasUniqueIndex(collection));
    } catch (error) {
      if (signal.aborted || failureKind(error) === 'transient') throw error;
      this.options.onProblem(nodosError(toError(error)));
    }
  }

  /** Without the unique index (no right to make it, or a node stands twice) an upsert could make a second document. */
  private async hasUniqueIndex(collection: Collection<NodoDocument>): Promise<boolean> {
    this.index ??= ensureNodosIndex(collection).then(({ unique, problem }) => {
      if (problem) this.options.onProblem(problem);
      return unique;
    });
    try {
      return await this.index;
    } catch (error) {
      this.index = undefined;
      throw error;
    }
  }
}

/** @returns the indexes of those whose nodes are there already. */
async function insertNew(collection: Collection<NodoDocument>, nodos: LastReading[]): Promise<number[]> {
  try {
    await collection.insertMany(nodos as OptionalUnlessRequiredId<NodoDocument>[], {
      ordered: false,
      ignoreUndefined: true,
    });
    return [];
  } catch (error) {
    if (!accountsForAll(error, nodos.length)) throw error;
    const refusals = writeErrorsOf(error);
    throwOther(refusals);
    return refusals.map(({ index }) => index);
  }
}

/** @throws the worst of the refusals that are none of a duplicate key */
function throwOther(writeErrors: readonly WriteError[]): void {
  const others = writeErrors
    .map((each) => new WriteRefusal(each))
    .filter(({ code }) => code !== DUPLICATE_KEY);
  const first = others.find((refusal) => failureKind(refusal) === 'transient') ?? others[0];
  if (first) throw first;
}

/** @throws what keeps some of them from being written */
async function updateNewer(
  collection: Collection<NodoDocument>,
  chunk: readonly LastReading[],
  unique: boolean,
): Promise<void> {
  try {
    await collection.bulkWrite(
      chunk.map((reading) => newerOnly(reading, unique)),
      { ordered: false, ignoreUndefined: true },
    );
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const refusals = writeErrorsOf(error);
    if (refusals.length === 0 || error.result.getWriteConcernError()) throw error;
    throwOther(refusals);
    if (accountsForAll(error, chunk.length)) return;
    // The connection was lost between two commands, or the server stops at the first refusal although it should not.
    const refused = new Set(refusals.map(({ index }) => index));
    const rest = chunk.filter((_, i) => !refused.has(i));
    // It names none of what was sent: sending that again would never end.
    if (rest.length === chunk.length) throw error;
    if (rest.length > 0) await updateNewer(collection, rest, unique);
  }
}

/** Where nothing keeps a node from standing twice. */
async function updateOrInsert(
  collection: Collection<NodoDocument>,
  chunk: readonly LastReading[],
): Promise<void> {
  await updateNewer(collection, chunk, false);
  const names = chunk.map(({ nodo }) => nodo);
  const there = new Set<string>();
  const found = collection.find({ nodo: { $in: names } }, { projection: { nodo: 1 } });
  for await (const { nodo } of found) there.add(nodo);
  const missing = chunk.filter(({ nodo }) => !there.has(nodo));
  if (missing.length > 0) {
    await collection.insertMany(missing as OptionalUnlessRequiredId<NodoDocument>[], {
      ignoreUndefined: true,
    });
  }
}

function keepNewest(readings: Map<string, ReadingDocument>, reading: ReadingDocument): void {
  const before = readings.get(reading.nodo);
  if (!before || before.ts.getTime() <= reading.ts.getTime()) readings.set(reading.nodo, reading);
}
