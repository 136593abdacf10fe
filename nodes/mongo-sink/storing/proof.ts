import { MongoBulkWriteError, MongoServerError, ObjectId, type Collection } from 'mongodb';
import type { ReadingDocument } from './document';
import { insertAll } from './insert-all';
import { READ_OPTIONS } from './same-reading';
import { DUPLICATE_KEY, writeErrorsOf } from './write-errors';

/** How many of the documents that wait are tried one by one, where none is known that the collection has. */
const SAMPLES = 5;

/**
 * Whether the collection takes documents at present. A refusal does not tell by itself whether the document is at fault
 * or the server, whatever its code: only that another document of the same collection was taken after it does.
 */
export class Proof {
  /** Grows with each write in which the collection took a document, or knew it. */
  given = 0;
  private known: ReadingDocument | undefined;

  /** The collection has just taken this document, or knew it. */
  has(document: ReadingDocument | undefined): void {
    if (!document) return;
    this.given++;
    this.known = document;
  }

  /**
   * Tries whether the collection takes anything: a document that it has is inserted once more, which a server that is
   * well answers with a duplicate key; where none is known, some of those that wait are inserted one by one.
   * @param waiting documents that are to be written in any case
   * @param onInserted told which of them it has now
   */
  async seek(
    collection: Collection<ReadingDocument>,
    waiting: readonly ReadingDocument[],
    onInserted: (document: ReadingDocument) => void,
  ): Promise<boolean> {
    this.known = await knownOf(collection, this.known);
    if (this.known) {
      if ((await insertionOf(collection, this.known)) === 'refused') return false;
      this.given++;
      return true;
    }
    for (const document of sampleOf(waiting)) {
      const insertion = await insertionOf(collection, document);
      if (insertion === 'refused') continue;
      if (insertion === 'done') onInserted(document);
      this.has(document);
      return true;
    }
    return false;
  }
}

/**
 * @param before the one that it is known to have had
 * @returns a document that the collection has now: one that is gone would be stored again
 */
async function knownOf(
  collection: Collection<ReadingDocument>,
  before: ReadingDocument | undefined,
): Promise<ReadingDocument | undefined> {
  if (before && (await isThere(collection, before))) return before;
  const found = await collection.findOne({}, READ_OPTIONS);
  return found && hasSameIdAgain(found) ? found : undefined;
}

async function isThere(collection: Collection<ReadingDocument>, { _id }: ReadingDocument): Promise<boolean> {
  try {
    return (await collection.findOne({ _id }, { projection: { _id: 1 } })) !== null;
  } catch (error) {
    // Who may not read, or not now, can still learn something by writing.
    if (error instanceof MongoServerError) return true;
    throw error;
  }
}

/**
 * Whether a document that was read goes back under the `_id` that it has. Other programs store what the driver gives a new
 * `_id` to (null), or leaves out (undefined inside of one): that would be stored a second time.
 */
function hasSameIdAgain({ _id }: { _id: unknown }): boolean {
  return _id instanceof ObjectId || typeof _id === 'string' || typeof _id === 'number';
}

async function insertionOf(
  collection: Collection<ReadingDocument>,
  document: ReadingDocument,
): Promise<'done' | 'there' | 'refused'> {
  try {
    await insertAll(collection, [document], { ignoreUndefined: true });
    return 'done';
  } catch (error) {
    const isThere =
      error instanceof MongoBulkWriteError &&
      error.result.getWriteConcernError() === undefined &&
      writeErrorsOf(error).some(({ code }) => code === DUPLICATE_KEY);
    // Why it is refused is told of the document that was refused before it.
    return isThere ? 'there' : 'refused';
  }
}

/** Of one document alone nothing is learned. */
function sampleOf(documents: readonly ReadingDocument[]): Set<ReadingDocument> {
  const sample = new Set<ReadingDocument>();
  for (let i = 0; i < SAMPLES && documents.length > 1; i++) {
    const document = documents[Math.floor(Math.random() * documents.length)];
    if (document) sample.add(document);
  }
  return sample;
}
