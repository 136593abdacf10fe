import { ObjectId, type AnyBulkWriteOperation, type Collection } from 'mongodb';
import { keepTrying } from '../shared/keep-trying';
import { HOUR_MS, hourOf, markId, type MarkDocument } from '../shared/summary-chunks';
import type { ReadingDocument } from './document';
import { DUPLICATE_KEY, WriteRefusal, accountsForAll, writeErrorsOf } from './failure';
import { waitReason } from './reasons';

export interface MarksOptions {
  /** the collection of marks, as soon as there is a connection */
  collection: (signal: AbortSignal) => Promise<Collection<MarkDocument>>;
  /** told about each failed attempt, and when the next one is (milliseconds since 1970) */
  onWaiting: (error: Error, nextAttempt: number) => void;
  /** milliseconds since 1970 */
  now?: () => number;
  /** RELIED_MS when absent */
  reliedMs?: number;
}

/**
 * Whoever takes marks away leaves them alone for this long after they were made, and after their hour's end: other
 * instances rely on them meanwhile, and their clocks may differ a little.
 */
export const GRACE_MS = 120_000;

/** How long a mark that this process has made is relied on, in place of making it again. */
const RELIED_MS = GRACE_MS / 2;

/** More marks than this are not remembered: a stream of made-up names must not fill the memory. */
const MAX_KNOWN = 100_000;

/**
 * Marks the node-hours of stored readings as having something that their summaries lack, before the readings are
 * confirmed. A reading that was there already is marked as well: whoever stored it may have been killed before marking.
 *
 * A mark is made after its readings are stored, and while it is relied on nobody takes it away: whoever takes it away
 * later reads the hour later than that, and finds the readings.
 */
export class Marks {
  /** By hour and node, until when the mark that this process has made is sure to stand. */
  private readonly known = new Map<number, Map<string, number>>();
  private remembered = 0;
  private sweepAt = 0;

  constructor(private readonly options: MarksOptions) {}

  /** @throws an AbortError once the signal is aborted; nothing else */
  async mark(readings: readonly Pick<ReadingDocument, '_id' | 'nodo'>[], signal: AbortSignal): Promise<void> {
    const fresh = this.freshOf(readings);
    if (fresh.size === 0) return;
    const marks = Array.from(fresh, ([_id, { nodo, hour }]) => ({ _id, nodo, hora: new Date(hour) }));
    let since = 0;
    const attempt = async (): Promise<void> => {
      const collection = await this.options.collection(signal);
      since = this.now();
      await putMarks(collection, marks);
    };
    const onFailure = (error: Error, delay: number): void =>
      this.options.onWaiting(waitReason(error), Date.now() + delay);
    await keepTrying(attempt, { signal, onFailure });
    this.remember(fresh.values(), since);
  }

  private freshOf(
    readings: readonly Pick<ReadingDocument, '_id' | 'nodo'>[],
  ): Map<string, { nodo: string; hour: number }> {
    const now = this.now();
    if (now >= this.sweepAt) this.sweep(now);
    const fresh = new Map<string, { nodo: string; hour: number }>();
    for (const { _id, nodo } of readings) {
      const hour = hourOf(_id.getTimestamp().getTime());
      const until = this.known.get(hour)?.get(nodo) ?? 0;
      if (now >= until) fresh.set(markId(nodo, hour), { nodo, hour });
    }
    return fresh;
  }

  /** @param since when the marking began: they may have been made right then */
  private remember(marked: Iterable<{ nodo: string; hour: number }>, since: number): void {
    const { reliedMs = RELIED_MS } = this.options;
    for (const { nodo, hour } of marked) {
      if (this.remembered >= MAX_KNOWN) this.forgetAll();
      let nodos = this.known.get(hour);
      if (!nodos) this.known.set(hour, (nodos = new Map<string, number>()));
      if (!nodos.has(nodo)) this.remembered++;
      nodos.set(nodo, Math.max(hour + HOUR_MS, since + reliedMs));
    }
  }

  private sweep(now: number): void {
    this.sweepAt = now + RELIED_MS;
    for (const [hour, nodos] of this.known) {
      for (const [nodo, until] of nodos) if (now >= until && nodos.delete(nodo)) this.remembered--;
      if (nodos.size === 0) this.known.delete(hour);
    }
  }

  private forgetAll(): void {
    this.known.clear();
    this.remembered = 0;
  }

  private now(): number {
    return this.options.now?.() ?? Date.now();
  }
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
    await collection.insertMany(marked, { ordered: false });
  } catch (error) {
    if (!accountsForAll(error, marked.length)) throw error;
    const refusals = writeErrorsOf(error);
    const other = refusals.find(({ code }) => code !== DUPLICATE_KEY);
    if (other) throw new WriteRefusal(other);
    const there = refusals.flatMap(({ index }) => marked[index] ?? []);
    await collection.bulkWrite(there.map(change), { ordered: false });
  }
}

function change({ _id, ...fields }: MarkDocument): AnyBulkWriteOperation<MarkDocument> {
  return { updateOne: { filter: { _id }, update: { $set: fields }, upsert: true } };
}
