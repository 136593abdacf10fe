import {
  MongoBulkWriteError,
  type Collection,
  type ObjectId,
  type OptionalUnlessRequiredId,
  type WriteError,
} from 'mongodb';
import { isAhead } from '../../shared/clock-ahead';
import { keepTrying } from '../../shared/keep-trying';
import { LargeMap } from '../../shared/large-map';
import { RecentNames } from '../../shared/recent-names';
import { toError } from '../../shared/user-error';
import type { ReadingDocument } from '../storing/document';
import { insertAll } from '../storing/insert-all';
import {
  DUPLICATE_KEY,
  WriteRefusal,
  accountsForAll,
  errorKind,
  isPassingError,
  writeErrorsOf,
} from '../storing/write-errors';
import { newerOnly, noteOf, type LastAhead, type LastReading, type NodoDocument } from '../storing/nodo';
import { Lasting } from '../lasting';
import { nodosError, waitReason } from '../rejected/reasons';

/** The collection, and whether an index keeps a node from standing in it twice. */
export interface Nodos {
  nodos: Collection<NodoDocument>;
  unique: boolean;
}

export interface NodosOptions {
  /** the `nodos` collection, as soon as there is a connection */
  collection: (signal: AbortSignal) => Promise<Nodos>;
  /** the readings themselves */
  readings: (signal: AbortSignal) => Promise<Collection<ReadingDocument>>;
  /** told about each failed attempt, and when the next one is (milliseconds since 1970) */
  onWaiting: (error: Error, nextAttempt: number) => void;
  /** told what will not come right by itself; readings are stored all the same */
  onProblem: (error: Error) => void;
  /**
   * keeps for the next start that these readings' nodes are not in the list: what waits in memory would be gone with the
   * process
   */
  onUnlisted?: (readings: readonly ReadingDocument[], signal: AbortSignal) => Promise<void>;
  /** keeps for the next start whether more nodes wait than the marks may tell of */
  onBehind?: (isBehind: boolean, signal: AbortSignal) => Promise<void>;
  /** MAX_WAITING, MAX_LEFT and CHUNK when absent */
  maxWaiting?: number;
  maxLeft?: number;
  chunk?: number;
  /** see Lasting */
  patienceMs?: number;
}

type Note = LastReading | LastAhead;

/** The least time between two writes of known nodes. */
const FLUSH_MS = 500;

/** These writes get at most this part of the time: with very many nodes they would cost more than the readings. */
const MAX_SHARE = 0.1;

/** ... but where more nodes than this wait, they get more of it, until they are through. */
const BACKLOG = 5_000;
const MAX_SHARE_OF_BACKLOG = 0.2;

/** ... but they never wait longer than this. */
const MAX_FLUSH_MS = 30_000;

/** So long a refusal that says nothing of the node is taken for the server's, and waited for. */
const DOUBT_MS = 60_000;

/** How long after a refusal the next new node is tried. */
const AGAIN_MS = 5_000;

/** Nodes in one write: the readings' own writes never wait for more than these. */
const CHUNK = 500;

/** More readings than this don't wait in memory: of further nodes the id is kept, by which the reading is found again. */
const MAX_WAITING = 50_000;

/** More ids than this never wait, of some 150 bytes each: who brings readings waits for them. */
const MAX_LEFT = 2_000_000;

/** While more nodes wait than there is room for, this is noted so often. */
const BEHIND_MS = 30_000;

/** Readings that are looked up at once: what an `$in` costs the embedded database grows with the square of its length. */
const LOOKED_UP = 50;

/** Names that are remembered at most, of some 53 bytes each: a stream of made-up names must not fill the memory. */
const MAX_KNOWN = 2_000_000;

/**
 * Keeps `nodos`: one document a node, with its last reading.
 *
 * Each node's newest reading waits in memory and is written every so often, outside the path that confirms readings:
 * changing a document costs a database ten times what inserting one does. A node that is new to this process is inserted
 * before its first reading counts as stored, so that after a crash no node is missing; a value that a crash leaves behind
 * is made good at the next start, which searches from what stands there (see repair.ts).
 */
export class LastReadings {
  private readonly pending = new Map<string, ReadingDocument>();
  /** of each node, the newest reading of a clock that is ahead */
  private readonly ahead = new Map<string, ReadingDocument>();
  /** of nodes for whose readings there was no room, the newest one's id */
  private readonly left = new LargeMap<ObjectId>();
  private readonly known = new RecentNames(MAX_KNOWN);
  private toldBehind = 0;
  private readonly closed = new AbortController();
  private introducing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  /** since when writes are refused for no reason that is known */
  private refusedSince: number | undefined;
  /** until when no new node is introduced by itself, since that was refused */
  private refusedUntil = 0;
  /** when readings were noted last, as performance.now() counts */
  private notedAt = 0;
  private readonly lasting: Lasting;

  constructor(private readonly options: NodosOptions) {
    const tell = (error: Error): void => options.onProblem(nodosError(error));
    this.lasting = new Lasting(() => this.notedAt, tell, options.patienceMs);
  }

  /**
   * Takes the newest reading of each node out of a stored batch. Waits only where a node is new. Batches may overlap.
   * @param again those that were there already: one of a clock that is ahead is no sign of life then
   * @throws an AbortError once the signal is aborted; nothing else
   */
  async note(
    readings: readonly ReadingDocument[],
    signal: AbortSignal,
    again: ReadonlySet<ReadingDocument> = new Set(),
  ): Promise<void> {
    const fresh = new Map<string, ReadingDocument>();
    const now = Date.now();
    this.notedAt = performance.now();
    for (const reading of readings) {
      if (!this.known.has(reading.nodo)) keepRight(fresh, reading, now);
      else if (!again.has(reading)) this.remember(reading);
    }
    if (fresh.size > 0) {
      // One after the other: that a node is there already would else say nothing about its being safe.
      const before = this.introducing;
      const introducing = before.then(() => this.introduce(Array.from(fresh.values()), signal));
      this.introducing = introducing.catch(() => undefined);
      await introducing;
    }
    while (this.isFull) await this.makeRoom(signal);
    this.schedule(FLUSH_MS);
  }

  private get waiting(): number {
    return this.pending.size + this.ahead.size + this.left.size;
  }

  private get chunk(): number {
    return this.options.chunk ?? CHUNK;
  }

  private get isFull(): boolean {
    const { maxWaiting = MAX_WAITING, maxLeft = MAX_LEFT } = this.options;
    return this.ahead.size > maxWaiting || this.left.size > maxLeft;
  }

  private async makeRoom(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const before = this.waiting;
    await this.flush(signal);
    signal.throwIfAborted();
    if (this.waiting < before) return;
    // Refused again: that they are missing is kept elsewhere, and their next readings make them.
    this.left.take(this.chunk);
    for (const nodo of Array.from(this.ahead.keys()).slice(0, this.chunk)) this.ahead.delete(nodo);
  }

  /** Takes a reading as a node's last one, to be written with the next flush. */
  remember(reading: ReadingDocument): void {
    this.keep(reading);
    this.schedule(FLUSH_MS);
  }

  /** The list is another one: no node is known to be in it. */
  forget(): void {
    this.known.clear();
    this.refusedUntil = 0;
  }

  /** Writes what waits, as long as the signal allows. */
  async close(signal: AbortSignal): Promise<void> {
    clearTimeout(this.timer);
    this.closed.abort();
    await this.flushing;
    while (this.waiting > 0 && !signal.aborted) await this.flush(signal);
  }

  /** Inserts the nodes that are missing; the others have time. */
  private async introduce(fresh: readonly ReadingDocument[], signal: AbortSignal): Promise<void> {
    const readings = fresh.filter(({ nodo }) => !this.known.has(nodo));
    for (const reading of fresh) if (this.known.has(reading.nodo)) this.keep(reading);
    if (readings.length === 0) return;
    let there: readonly ReadingDocument[] | undefined;
    if (performance.now() >= this.refusedUntil) {
      await this.keepTrying(
        async () => {
          there = await this.insert(readings, signal);
        },
        signal,
        this.options.onWaiting,
      );
    }
    if (!there) {
      // They are none of those that are known to be there: the next write makes them, and so does their next reading.
      this.refusedUntil = Math.max(this.refusedUntil, performance.now() + AGAIN_MS);
      await this.options.onUnlisted?.(readings, signal);
      for (const reading of readings) this.keep(reading);
      return;
    }
    for (const { nodo } of readings) this.known.add(nodo);
    for (const reading of there) this.keep(reading);
    if (there.length > 0) this.schedule(0);
  }

  private keep(reading: ReadingDocument): void {
    if (isAhead(reading.ts.getTime(), Date.now())) return keepNewest(this.ahead, reading);
    const { nodo, _id } = reading;
    const left = this.left.get(nodo);
    if (left && isLater(left, _id)) return;
    if (this.pending.size >= (this.options.maxWaiting ?? MAX_WAITING) && !this.pending.has(nodo)) {
      this.left.set(nodo, _id);
      return;
    }
    if (left) this.left.delete(nodo);
    keepNewest(this.pending, reading);
  }

  private schedule(delay: number): void {
    if (this.timer || this.flushing || this.waiting === 0 || this.closed.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const started = Date.now();
      this.flushing = this.flush(this.closed.signal).finally(() => {
        this.flushing = undefined;
        const took = Date.now() - started;
        const isBacklog = this.waiting > BACKLOG;
        const share = isBacklog ? MAX_SHARE_OF_BACKLOG : MAX_SHARE;
        const least = isBacklog ? 0 : FLUSH_MS;
        this.schedule(Math.min(Math.max(least, took / share - took), MAX_FLUSH_MS));
      });
    }, delay);
  }

  /** Writes those that have waited longest; what the signal keeps from being written waits on. */
  private async flush(signal: AbortSignal): Promise<void> {
    const readings: ReadingDocument[] = [];
    for (const waiting of [this.pending, this.ahead]) {
      for (const [nodo, reading] of waiting) {
        if (readings.length === this.chunk) break;
        readings.push(reading);
        waiting.delete(nodo);
      }
    }
    const left = this.left.take(this.chunk - readings.length);
    const now = Date.now();
    let written = true;
    try {
      await this.keepTrying(
        async () => {
          await this.lookUp(left, readings, signal);
          if (readings.length === 0) return;
          const chunk = readings.map((reading) => noteOf(reading, now));
          written = await this.update(chunk, signal);
        },
        signal,
        (error) => this.lasting.failed(toError(error.cause ?? error)),
      );
      this.lasting.succeeded();
      // A new node that is refused is not there yet.
      if (!written) for (const reading of readings) if (!this.known.has(reading.nodo)) this.keep(reading);
      if (written) for (const { nodo } of readings) this.known.add(nodo);
      await this.tellBehind(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      for (const reading of readings) this.keep(reading);
      for (const [nodo, _id] of left) this.left.set(nodo, _id);
    }
  }

  /** Finds the readings again whose ids were kept, and takes those off; of one that has expired nothing is left to note. */
  private async lookUp(
    left: [string, ObjectId][],
    found: ReadingDocument[],
    signal: AbortSignal,
  ): Promise<void> {
    while (left.length > 0) {
      const some = left.slice(0, LOOKED_UP);
      const collection = await this.options.readings(signal);
      const filter = { _id: { $in: some.map(([, _id]) => _id) } };
      found.push(...(await collection.find(filter).toArray()));
      left.splice(0, some.length);
    }
  }

  /** Whoever starts next asks of every node then: what waits may be of an hour whose marks are worked off. */
  private async tellBehind(signal: AbortSignal): Promise<void> {
    const isBehind = this.left.size > 0;
    if (isBehind ? Date.now() < this.toldBehind + BEHIND_MS : this.toldBehind === 0) return;
    this.toldBehind = isBehind ? Date.now() : 0;
    try {
      await this.options.onBehind?.(isBehind, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.options.onProblem(nodosError(toError(error)));
    }
  }

  private keepTrying(
    attempt: () => Promise<void>,
    signal: AbortSignal,
    onWaiting: NodosOptions['onWaiting'],
  ): Promise<void> {
    const onError = (error: Error, delay: number): void => onWaiting(waitReason(error), Date.now() + delay);
    return keepTrying(attempt, { signal, onError });
  }

  /**
   * @returns those whose nodes are there already, with whatever they said last; undefined where they are refused
   * @throws what is transient
   */
  private async insert(
    readings: readonly ReadingDocument[],
    signal: AbortSignal,
  ): Promise<readonly ReadingDocument[] | undefined> {
    const now = Date.now();
    const last = readings.map((reading) => noteOf(reading, now));
    let there: readonly ReadingDocument[] = [];
    const written = await this.write(signal, async (collection, unique) => {
      if (unique) there = (await insertNew(collection, last)).flatMap((index) => readings[index] ?? []);
      else await updateOrInsert(collection, last);
    });
    return written ? there : undefined;
  }

  private async update(chunk: Note[], signal: AbortSignal): Promise<boolean> {
    return this.write(signal, (collection, unique) =>
      unique ? updateNewer(collection, chunk, unique) : updateOrInsert(collection, chunk),
    );
  }

  /**
   * Without the unique index (no right to make it, or a node stands twice) an upsert could make a second document.
   * @returns false where it was refused: that is reported, and keeps no reading from being stored
   * @throws what passes, and for a while also a refusal that may be the server's bad hour
   */
  private async write(
    signal: AbortSignal,
    work: (collection: Collection<NodoDocument>, unique: boolean) => Promise<void>,
  ): Promise<boolean> {
    try {
      const { nodos, unique } = await this.options.collection(signal);
      await work(nodos, unique);
      this.refusedSince = undefined;
      return true;
    } catch (error) {
      if (signal.aborted || isPassingError(error)) throw error;
      this.refusedSince ??= performance.now();
      const isDoubtful = errorKind(error) === 'unknown' && performance.now() - this.refusedSince < DOUBT_MS;
      if (isDoubtful) throw error;
      this.options.onProblem(nodosError(toError(error)));
      return false;
    }
  }
}

/** @returns the indexes of those whose nodes are there already. */
async function insertNew(collection: Collection<NodoDocument>, nodos: Note[]): Promise<number[]> {
  try {
    await insertAll(collection, nodos as OptionalUnlessRequiredId<NodoDocument>[], { ignoreUndefined: true });
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
  const first = others.find(isPassingError) ?? others[0];
  if (first) throw first;
}

/** @throws what keeps some of them from being written */
async function updateNewer(
  collection: Collection<NodoDocument>,
  chunk: readonly Note[],
  unique: boolean,
): Promise<void> {
  try {
    await collection.bulkWrite(
      chunk.map((reading) => newerOnly(reading, unique, Date.now())),
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
export async function updateOrInsert(
  collection: Collection<NodoDocument>,
  chunk: readonly Note[],
): Promise<void> {
  await updateNewer(collection, chunk, false);
  const names = chunk.map(({ nodo }) => nodo);
  const there = new Set<string>();
  const found = collection.find({ nodo: { $in: names } }, { projection: { nodo: 1 } });
  for await (const { nodo } of found) there.add(nodo);
  const missing = chunk.filter(({ nodo }) => !there.has(nodo));
  if (missing.length > 0) {
    await insertAll(collection, missing as OptionalUnlessRequiredId<NodoDocument>[], {
      ignoreUndefined: true,
    });
  }
}

/** Our ids sort by time, to the millisecond. */
function isLater(a: ObjectId, b: ObjectId): boolean {
  return Buffer.compare(a.id, b.id) > 0;
}

function keepNewest(readings: Map<string, ReadingDocument>, reading: ReadingDocument): void {
  const before = readings.get(reading.nodo);
  if (!before || before.ts.getTime() <= reading.ts.getTime()) readings.set(reading.nodo, reading);
}

/** The newest of those whose clock is right, else of the others. */
function keepRight(readings: Map<string, ReadingDocument>, reading: ReadingDocument, now: number): void {
  const before = readings.get(reading.nodo);
  const [isBefore, is] = [before, reading].map((each) => each && isAhead(each.ts.getTime(), now));
  if (!before || isBefore === is) keepNewest(readings, reading);
  else if (isBefore) readings.set(reading.nodo, reading);
}
