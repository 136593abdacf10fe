import type { Collection, MongoBulkWriteError } from 'mongodb';
import { keepTrying } from '../shared/keep-trying';
import { toError, type UserError } from '../shared/user-error';
import type { ReadingDocument } from './document';
import { DUPLICATE_KEY, WriteRefusal, accountsForAll, failureKind, writeErrorsOf } from './failure';
import { idTaken, refusedByDatabase, waitReason } from './reasons';
import { READ_OPTIONS, isSameReading } from './same-reading';

/** What became of a document. */
export type Outcome = 'inserted' | 'alreadyThere' | UserError;

export interface WriterOptions {
  /** the collection to write to, as soon as there is a connection */
  collection: (signal: AbortSignal) => Promise<Collection<ReadingDocument>>;
  /** told about each failed attempt, and when the next one is (milliseconds since 1970) */
  onWaiting: (error: Error, nextAttempt: number) => void;
}

/** After so many refusals with a code that nobody knows, it counts as the fault of the document, tried alone. */
const UNKNOWN_REFUSALS = 5;

/**
 * Writes documents until each of them is either stored or known to be one that can never be stored. One that can't
 * keeps no other from being stored; a database that is away, or refuses everything, is waited for.
 */
export class Writer {
  /** the insertions that have been sent and not answered */
  private readonly sent = new Set<Promise<unknown>>();

  constructor(private readonly options: WriterOptions) {}

  /**
   * Several calls may overlap.
   * @returns what became of each document, in their order
   * @throws an AbortError once the signal is aborted; nothing else
   */
  async write(documents: readonly ReadingDocument[], signal: AbortSignal): Promise<Outcome[]> {
    const work = new Work(documents, this.sent);
    let refusals = 0;
    const attempt = async (): Promise<void> => {
      const collection = await this.options.collection(signal);
      await work.attempt(collection, refusals >= UNKNOWN_REFUSALS);
    };
    await keepTrying(attempt, {
      signal,
      onFailure: (error, delay) => {
        if (failureKind(error) === 'unknown') refusals++;
        this.options.onWaiting(waitReason(error), Date.now() + delay);
      },
    });
    return work.outcomes();
  }
}

/** The documents of one call and what is known of them so far. */
class Work {
  private readonly settled = new Map<ReadingDocument, Outcome>();

  constructor(
    private readonly documents: readonly ReadingDocument[],
    private readonly sent: Set<Promise<unknown>>,
  ) {}

  outcomes(): Outcome[] {
    if (this.settled.size === 0) return this.documents.map(() => 'inserted');
    return this.documents.map((document) => this.settled.get(document) ?? 'inserted');
  }

  /**
   * Writes what is not settled yet.
   * @param blameDocuments whether a refusal with an unknown code counts as the document's fault
   * @throws what keeps some of them from being settled now
   */
  async attempt(collection: Collection<ReadingDocument>, blameDocuments: boolean): Promise<void> {
    const { settled } = this;
    const open = settled.size === 0 ? this.documents : this.documents.filter((each) => !settled.has(each));
    await this.insert(collection, open, blameDocuments);
  }

  private async insert(
    collection: Collection<ReadingDocument>,
    documents: readonly ReadingDocument[],
    blameDocuments: boolean,
  ): Promise<void> {
    if (documents.length === 0) return;
    try {
      await this.send(collection.insertMany(documents, { ordered: false, ignoreUndefined: true }));
    } catch (error) {
      if (accountsForAll(error, documents.length))
        return this.settle(collection, documents, error, blameDocuments);
      if (!isDocumentsFault(error, blameDocuments)) throw error;
      if (documents.length > 1) return this.insertHalves(collection, documents, blameDocuments);
      return this.refuse(documents[0], toError(error));
    }
    // Where this was all there is, nothing need be remembered of each.
    if (documents.length === this.documents.length) return;
    for (const document of documents) this.settled.set(document, 'inserted');
  }

  private async send(insertion: Promise<unknown>): Promise<void> {
    this.sent.add(insertion);
    try {
      await insertion;
    } finally {
      this.sent.delete(insertion);
    }
  }

  /** The whole was refused because of some of its documents, and the error does not say which. */
  private async insertHalves(
    collection: Collection<ReadingDocument>,
    documents: readonly ReadingDocument[],
    blameDocuments: boolean,
  ): Promise<void> {
    const half = documents.length >> 1;
    await this.insert(collection, documents.slice(0, half), blameDocuments);
    await this.insert(collection, documents.slice(half), blameDocuments);
  }

  private refuse(document: ReadingDocument | undefined, error: Error): void {
    if (document) this.settled.set(document, refusedByDatabase(document, error));
  }

  /** Each document was tried, and the error says which were not inserted. */
  private async settle(
    collection: Collection<ReadingDocument>,
    documents: readonly ReadingDocument[],
    error: MongoBulkWriteError,
    blameDocuments: boolean,
  ): Promise<void> {
    const refusals = new Map(writeErrorsOf(error).map((each) => [each.index, new WriteRefusal(each)]));
    const duplicates = new Map<ReadingDocument, WriteRefusal>();
    let waiting: WriteRefusal | undefined;
    for (const [i, document] of documents.entries()) {
      const refusal = refusals.get(i);
      if (!refusal) this.settled.set(document, 'inserted');
      else if (refusal.code === DUPLICATE_KEY) duplicates.set(document, refusal);
      else if (isDocumentsFault(refusal, blameDocuments)) this.refuse(document, refusal);
      else waiting = refusal;
    }
    await this.settleDuplicates(collection, duplicates, blameDocuments);
    if (waiting) throw waiting;
  }

  /**
   * A duplicate key says that something is there, not that it is this reading: what stands under its `_id` is looked
   * at. Where nothing stands, another unique index was hit, or it has just been deleted and can be written now; where the
   * server does not say which, that is tried.
   */
  private async settleDuplicates(
    collection: Collection<ReadingDocument>,
    duplicates: ReadonlyMap<ReadingDocument, WriteRefusal>,
    blameDocuments: boolean,
  ): Promise<void> {
    if (duplicates.size === 0) return;
    // What another batch is just inserting can be seen before it is safe.
    await Promise.allSettled(this.sent);
    const found = await compareStored(collection, Array.from(duplicates.keys()));
    for (const [document, refusal] of duplicates) {
      const same = found.get(document);
      if (same === true) this.settled.set(document, 'alreadyThere');
      else if (same === false) this.settled.set(document, idTaken(document));
      else if (refusal.isOfOtherIndex || blameDocuments) this.refuse(document, refusal);
    }
    const deleted = Array.from(duplicates).find(([document]) => !this.settled.has(document));
    if (deleted) throw deleted[1];
  }
}

/**
 * What an `$in` costs the embedded database grows with the square of its length: 50 take it 8 ms, 1000 take 5 s. A
 * batch that was stored before would make it stand still.
 */
const LOOKED_UP_AT_ONCE = 50;

/** @returns for each document under whose `_id` something stands, whether that is the same reading */
async function compareStored(
  collection: Collection<ReadingDocument>,
  documents: readonly ReadingDocument[],
): Promise<Map<ReadingDocument, boolean>> {
  const same = new Map<ReadingDocument, boolean>();
  for (let from = 0; from < documents.length; from += LOOKED_UP_AT_ONCE) {
    const some = documents.slice(from, from + LOOKED_UP_AT_ONCE);
    const filter = { _id: { $in: some.map(({ _id }) => _id) } };
    for await (const stored of collection.find(filter, { ...READ_OPTIONS, readPreference: 'primary' })) {
      // Several of a batch may have one id.
      for (const ours of some) if (ours._id.equals(stored._id)) same.set(ours, isSameReading(stored, ours));
    }
  }
  return same;
}

function isDocumentsFault(error: unknown, blameDocuments: boolean): boolean {
  const kind = failureKind(error);
  return kind === 'document' || (kind === 'unknown' && blameDocuments);
}
