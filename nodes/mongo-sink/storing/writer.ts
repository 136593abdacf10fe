import type { Collection, MongoBulkWriteError } from 'mongodb';
import { keepTrying } from '../../shared/keep-trying';
import { toError, type UserError } from '../../shared/user-error';
import type { ReadingDocument } from './document';
import { insertAll } from './insert-all';
import { Proof } from './proof';
import {
  DUPLICATE_KEY,
  WriteRefusal,
  accountsForAll,
  errorKind,
  isOfDriver,
  writeErrorsOf,
} from './write-errors';
import { idTaken, refusedByDatabase, waitReason } from '../rejected/reasons';
import { READ_OPTIONS, isSameReading } from './same-reading';

/** What became of a document. */
export type Outcome = 'inserted' | 'alreadyThere' | UserError;

export interface WriterOptions {
  /** the collection to write to, as soon as there is a connection */
  collection: (signal: AbortSignal) => Promise<Collection<ReadingDocument>>;
  /** told about each failed attempt, and when the next one is (milliseconds since 1970) */
  onWaiting: (error: Error, nextAttempt: number) => void;
}

/** So often a document has to be refused, each time with others taken meanwhile, where the code says nothing of it. */
const UNKNOWN_REFUSALS = 5;

/** So often a whole batch is refused with such a code before its documents are tried by halves. */
const UNKNOWN_BATCHES = 3;

/**
 * Writes documents until each of them is either stored or known to be one that can never be stored. One that can't
 * keeps no other from being stored; a database that is away, or refuses everything, is waited for.
 *
 * A document is known to be one that can't when it is refused while the collection takes others (see Proof).
 */
export class Writer {
  /** the insertions that have been sent and not answered */
  private readonly sent = new Set<Promise<unknown>>();
  private readonly proof = new Proof();

  constructor(private readonly options: WriterOptions) {}

  /** Whether the collection takes documents at present. @throws what keeps it from being asked */
  async takesAny(signal: AbortSignal): Promise<boolean> {
    return this.proof.seek(await this.options.collection(signal), [], () => undefined);
  }

  /**
   * Several calls may overlap.
   * @returns what became of each document, in their order
   * @throws an AbortError once the signal is aborted; nothing else
   */
  async write(documents: readonly ReadingDocument[], signal: AbortSignal): Promise<Outcome[]> {
    const work = new Work(documents, this.sent, this.proof);
    const attempt = async (): Promise<void> => work.attempt(await this.options.collection(signal));
    await keepTrying(attempt, {
      signal,
      onError: (error, delay) => this.options.onWaiting(waitReason(error), Date.now() + delay),
    });
    return work.outcomes();
  }
}

/** A document that was refused and may be at fault. */
interface Suspect {
  /** how often it was refused while others were taken */
  times: number;
  /** the proof that had been given when it was refused */
  given: number;
}

/** The documents of one call and what is known of them so far. */
class Work {
  private readonly settled = new Map<ReadingDocument, Outcome>();
  private readonly suspects = new Map<ReadingDocument, Suspect>();
  private refusedBatches = 0;
  /** of this attempt */
  private halving = false;
  private doubt: Error | undefined;

  constructor(
    private readonly documents: readonly ReadingDocument[],
    private readonly sent: Set<Promise<unknown>>,
    private readonly proof: Proof,
  ) {}

  outcomes(): Outcome[] {
    if (this.settled.size === 0) return this.documents.map(() => 'inserted');
    return this.documents.map((document) => this.settled.get(document) ?? 'inserted');
  }

  /**
   * Writes what is not settled yet.
   * @throws what keeps some of them from being settled now
   */
  async attempt(collection: Collection<ReadingDocument>): Promise<void> {
    this.halving = false;
    this.doubt = undefined;
    for (;;) {
      await this.insert(collection, this.open());
      if (!this.doubt) return;
      const doubt: Error = this.doubt;
      this.doubt = undefined;
      const proven = await this.seekProof(collection);
      // A code that is about documents needs no pause: the next refusal is the last.
      if (!proven || errorKind(doubt) !== 'document') throw doubt;
    }
  }

  private open(): readonly ReadingDocument[] {
    const { settled, documents } = this;
    return settled.size === 0 ? documents : documents.filter((each) => !settled.has(each));
  }

  private seekProof(collection: Collection<ReadingDocument>): Promise<boolean> {
    return this.proof.seek(collection, this.open(), (document) => this.settled.set(document, 'inserted'));
  }

  private async insert(
    collection: Collection<ReadingDocument>,
    documents: readonly ReadingDocument[],
  ): Promise<void> {
    if (documents.length === 0) return;
    try {
      await this.send(insertAll(collection, documents, { ignoreUndefined: true }));
    } catch (error) {
      if (accountsForAll(error, documents.length)) return this.settle(collection, documents, error);
      return this.refused(collection, documents, error);
    }
    this.proof.has(documents[0]);
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

  /** The whole was refused, and the error does not say because of which documents. */
  private async refused(
    collection: Collection<ReadingDocument>,
    documents: readonly ReadingDocument[],
    error: unknown,
  ): Promise<void> {
    const kind = errorKind(error);
    if (kind !== 'document' && kind !== 'unknown') throw error;
    const [first] = documents;
    const ofDriver = isOfDriver(error);
    if (first && documents.length === 1) return this.suspect(first, toError(error), ofDriver);
    if (!this.halving && !ofDriver) {
      if (kind === 'unknown' && ++this.refusedBatches < UNKNOWN_BATCHES) throw error;
      if (!(await this.seekProof(collection))) throw error;
      this.halving = true;
    }
    const half = documents.length >> 1;
    for (const some of [documents.slice(0, half), documents.slice(half)])
      await this.insert(
        collection,
        some.filter((document) => !this.settled.has(document)),
      );
  }

  /** @param proven whether others were taken by the same command */
  private suspect(document: ReadingDocument, error: Error, proven: boolean): void {
    const before = this.suspects.get(document);
    const { given } = this.proof;
    const counts = proven || (before !== undefined && given > before.given);
    const times = (before?.times ?? 0) + (counts ? 1 : 0);
    const isAboutDocuments = errorKind(error) === 'document';
    if (times >= (isAboutDocuments ? 1 : UNKNOWN_REFUSALS)) return this.refuse(document, error);
    this.suspects.set(document, { times, given });
    if (!this.doubt || !isAboutDocuments) this.doubt = error;
  }

  private refuse(document: ReadingDocument, error: Error): void {
    this.settled.set(document, refusedByDatabase(document, error));
  }

  /** Each document was tried, and the error says which were not inserted. */
  private async settle(
    collection: Collection<ReadingDocument>,
    documents: readonly ReadingDocument[],
    error: MongoBulkWriteError,
  ): Promise<void> {
    const refusals = new Map(writeErrorsOf(error).map((each) => [each.index, new WriteRefusal(each)]));
    const duplicates = new Map<ReadingDocument, WriteRefusal>();
    let waiting: WriteRefusal | undefined;
    const taken = documents.filter((_, i) => !refusals.has(i));
    for (const document of taken) this.settled.set(document, 'inserted');
    this.proof.has(taken[0]);
    for (const [i, refusal] of refusals) {
      const document = documents[i];
      if (!document) continue;
      const kind = errorKind(refusal);
      if (refusal.code === DUPLICATE_KEY) duplicates.set(document, refusal);
      else if (kind === 'document' || kind === 'unknown') this.suspect(document, refusal, taken.length > 0);
      else waiting = refusal;
    }
    await this.settleDuplicates(collection, duplicates);
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
  ): Promise<void> {
    if (duplicates.size === 0) return;
    // What another batch is just inserting can be seen before it is safe.
    await Promise.allSettled(this.sent);
    const found = await compareStored(collection, Array.from(duplicates.keys()));
    for (const [document, same] of found) {
      this.settled.set(document, same ? 'alreadyThere' : idTaken(document));
      this.proof.has(document);
    }
    const unexplained = Array.from(duplicates).filter(([document]) => !this.settled.has(document));
    const [first] = unexplained;
    if (!first) return;
    const otherIndex = await hasOtherUniqueIndex(collection);
    for (const [document, refusal] of unexplained) {
      if (refusal.isOfOtherIndex) this.refuse(document, refusal);
      else if (otherIndex) this.suspect(document, refusal, true);
    }
    const rest = unexplained.find(([document]) => !this.settled.has(document));
    if (rest) throw rest[1];
  }
}

async function hasOtherUniqueIndex(collection: Collection<ReadingDocument>): Promise<boolean> {
  const indexes = await collection.indexes();
  return indexes.some(({ unique, name }) => unique === true && name !== '_id_');
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
