import { ObjectId, type AnyBulkWriteOperation, type Collection } from 'mongodb';
import { HOUR_MS } from '../../shared/durations';
import { keepTrying } from '../../shared/keep-trying';
import { RecentMap } from '../../shared/recent-names';
import { hourOf, markId, type MarkDocument } from '../../shared/summary-chunks';
import type { ReadingDocument } from '../storing/document';
import { insertAll, requireAll } from '../storing/insert-all';
import { DUPLICATE_KEY, WriteRefusal, accountsForAll, writeErrorsOf } from '../storing/write-errors';
import { waitReason } from '../rejected/reasons';

export interface MarksOptions {
  /** the collection of marks, as soon as there is a connection */
  collection: (signal: AbortSignal) => Promise<Collection<MarkDocument>>;
  /** told about each failed attempt, and when the next one is (milliseconds since 1970) */
  onWaiting: (error: Error, nextAttempt: number) => void;
  /** milliseconds since 1970 */
  now?: () => number;
  /** RELIED_MS when absent */
  reliedMs?: number;
  /** MAX_KNOWN when absent */
  maxKnown?: number;
}

/** Of the nodes of an hour, until when the mark that this process has made is sure to stand. */
interface MarkedHour {
  nodos: RecentMap<number>;
  /** of all of them */
  latest: number;
}

/**
 * Whoever takes marks away leaves them alone for this long after they were made, and after their hour's end: other
 * instances rely on them meanwhile, and their clocks may differ a little.
 */
export const GRACE_MS = 120_000;

/** How long a mark that this process has made is relied on, in place of making it again. */
const RELIED_MS = GRACE_MS / 2;

/** More marks than this are not remembered: a stream of made-up names must not fill the memory. */
const MAX_KNOWN = 2_000_000;

/**
 * Marks the node-hours of stored readings as having something that their summaries lack, before the readings are
 * confirmed. A reading that was there already is marked as well: whoever stored it may have been killed before marking.
 *
 * A mark is made after its readings are stored, and while it is relied on nobody takes it away: whoever takes it away
 * later reads the hour later than that, and finds the readings.
 */
export class DirtyHours {
  /** the hour that was marked longest ago first */
  private readonly known = new Map<number, MarkedHour>();
  private sweepAt = 0;

  constructor(private readonly options: MarksOptions) {}

  /** @throws an AbortError once the signal is aborted; nothing else */
  async mark(readings: readonly Pick<ReadingDocument, '_id' | 'nodo'>[], signal: AbortSignal): Promise<void> {
    const fresh = this.freshOf(readings);
    if (fresh.size === 0) return;
    const marks = marksOf(fresh);
    let since = 0;
    const attempt = async (): Promise<void> => {
      const collection = await this.options.collection(signal);
      since = this.now();
      await putMarks(collection, marks);
    };
    const onError = (error: Error, delay: number): void =>
      this.options.onWaiting(waitReason(error), Date.now() + delay);
    await keepTrying(attempt, { signal, onError });
    this.remember(fresh.values(), since);
  }

  /**
   * Marks them in a single attempt, for whoever can do without.
   * @throws what refuses it
   */
  async tryToMark(
    readings: readonly Pick<ReadingDocument, '_id' | 'nodo'>[],
    signal: AbortSignal,
  ): Promise<void> {
    const fresh = this.freshOf(readings);
    if (fresh.size === 0) return;
    const since = this.now();
    await putMarks(await this.options.collection(signal), marksOf(fresh));
    this.remember(fresh.values(), since);
  }

  /** The collection is another one: no mark is known to be in it. */
  forget(): void {
    this.known.clear();
  }

  private freshOf(
    readings: readonly Pick<ReadingDocument, '_id' | 'nodo'>[],
  ): Map<string, { nodo: string; hour: number }> {
    const now = this.now();
    if (now >= this.sweepAt) this.sweep(now);
    const fresh = new Map<string, { nodo: string; hour: number }>();
    for (const { _id, nodo } of readings) {
      const hour = hourOf(_id.getTimestamp().getTime());
      const until = this.known.get(hour)?.nodos.get(nodo) ?? 0;
      if (now >= until) fresh.set(markId(nodo, hour), { nodo, hour });
    }
    return fresh;
  }

  /** @param since when the marking began: they may have been made right then */
  private remember(marked: Iterable<{ nodo: string; hour: number }>, since: number): void {
    const { reliedMs = RELIED_MS, maxKnown = MAX_KNOWN } = this.options;
    for (const { nodo, hour } of marked) {
      const known = this.known.get(hour) ?? { nodos: new RecentMap<number>(maxKnown), latest: 0 };
      this.known.delete(hour);
      this.known.set(hour, known);
      const until = Math.max(hour + HOUR_MS, since + reliedMs);
      known.nodos.set(nodo, until);
      known.latest = Math.max(known.latest, until);
    }
    let size = 0;
    for (const { nodos } of this.known.values()) size += nodos.size;
    for (const [oldest, { nodos }] of this.known) {
      if (size <= maxKnown || this.known.size === 1) break;
      this.known.delete(oldest);
      size -= nodos.size;
    }
  }

  /** Hours of which no mark is sure to stand any more. */
  private sweep(now: number): void {
    this.sweepAt = now + RELIED_MS;
    for (const [hour, { latest }] of this.known) if (now >= latest) this.known.delete(hour);
  }

  private now(): number {
    return this.options.now?.() ?? Date.now();
  }
}

function marksOf(fresh: ReadonlyMap<string, { nodo: string; hour: number }>): Omit<MarkDocument, 'v'>[] {
  return Array.from(fresh, ([_id, { nodo, hour }]) => ({ _id, nodo, hora: new Date(hour) }));
}

/**
 * Inserts the marks, and changes those that are there: changing a document costs a database ten times what inserting one
 * does, also where the insertion is refused.
 */
async function putMarks(
  collection: Collection<MarkDocument>,
  marks: readonly Omit<MarkDocument, 'v'>[],
): Promise<void> {
  // A new v each time and no counter: a mark that was taken away and made again must not look unchanged.
  const marked = marks.map((mark) => ({ ...mark, v: new ObjectId() }));
  try {
    await insertAll(collection, marked);
  } catch (error) {
    if (!accountsForAll(error, marked.length)) throw error;
    const refusals = writeErrorsOf(error);
    const other = refusals.find(({ code }) => code !== DUPLICATE_KEY);
    if (other) throw new WriteRefusal(other);
    const there = refusals.flatMap(({ index }) => marked[index] ?? []);
    const { matchedCount, upsertedCount } = await collection.bulkWrite(there.map(change), { ordered: false });
    requireAll(matchedCount + upsertedCount, there.length);
  }
}

function change({ _id, ...fields }: MarkDocument): AnyBulkWriteOperation<MarkDocument> {
  return { updateOne: { filter: { _id }, update: { $set: fields }, upsert: true } };
}
