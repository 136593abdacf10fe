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
}

/** More marks than this are not remembered: a stream of made-up names must not fill the memory. */
const MAX_KNOWN = 100_000;

/**
 * Marks the node-hours of stored readings as having something that their summaries lack, before the readings are
 * confirmed. A reading that was there already is marked as well: whoever stored it may have been killed before marking.
 */
export class Marks {
  /** What this process has marked, by the hour: as long as that is not over, nobody takes a mark away. */
  private readonly known = new Map<number, Set<string>>();
  private remembered = 0;

  constructor(private readonly options: MarksOptions) {}

  /** @throws an AbortError once the signal is aborted; nothing else */
  async mark(readings: readonly Pick<ReadingDocument, '_id' | 'nodo'>[], signal: AbortSignal): Promise<void> {
    const fresh = this.freshOf(readings);
    if (fresh.size === 0) return;
    const marks = Array.from(fresh, ([_id, { nodo, hour }]) => ({ _id, nodo, hora: new Date(hour) }));
    const attempt = async (): Promise<void> => {
      await putMarks(await this.options.collection(signal), marks);
    };
    const onFailure = (error: Error, delay: number): void =>
      this.options.onWaiting(waitReason(error), Date.now() + delay);
    await keepTrying(attempt, { signal, onFailure });
    this.remember(fresh.values());
  }

  private freshOf(
    readings: readonly Pick<ReadingDocument, '_id' | 'nodo'>[],
  ): Map<string, { nodo: string; hour: number }> {
    this.forgetClosed();
    const fresh = new Map<string, { nodo: string; hour: number }>();
    for (const { _id, nodo } of readings) {
      const hour = hourOf(_id.getTimestamp().getTime());
      if (!this.known.get(hour)?.has(nodo)) fresh.set(markId(nodo, hour), { nodo, hour });
    }
    return fresh;
  }

  private remember(marked: Iterable<{ nodo: string; hour: number }>): void {
    for (const { nodo, hour } of marked) {
      if (this.remembered >= MAX_KNOWN) this.forgetAll();
      let nodos = this.known.get(hour);
      if (!nodos) this.known.set(hour, (nodos = new Set()));
      nodos.add(nodo);
      this.remembered++;
    }
  }

  private forgetClosed(): void {
    for (const [hour, nodos] of this.known) {
      if (hour + HOUR_MS > Date.now()) continue;
      this.known.delete(hour);
      this.remembered -= nodos.size;
    }
  }

  private forgetAll(): void {
    this.known.clear();
    this.remembered = 0;
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
