import {
  BSON,
  MongoError,
  type BulkWriteOptions,
  type Collection,
  type Document,
  type OptionalUnlessRequiredId,
} from 'mongodb';
import { toError } from '../../shared/user-error';
import { insertionOf } from './insertion';

/** The answer to a write does not say that all of it was done, nor what was not: it has to be asked again. */
export class UnsureAnswer extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * Inserts documents, in any order.
 *
 * The driver takes any answer without errors for a success, and what it can't read in one for an error of whoever asked:
 * neither says anything of the documents.
 * @throws what the driver throws; an UnsureAnswer where the server acknowledges another number of documents, or what it
 *   says can't be read
 */
export async function insertAll<T extends Document>(
  collection: Collection<T>,
  documents: readonly OptionalUnlessRequiredId<T>[],
  options: Pick<BulkWriteOptions, 'ignoreUndefined'> = {},
): Promise<void> {
  let inserted: number;
  try {
    const insertion = await insertionOf(collection, documents, options);
    ({ insertedCount: inserted } = await insertion.execute());
  } catch (error) {
    if (error instanceof MongoError || !documents.every((document) => isWritable(document))) throw error;
    const { message } = toError(error);
    throw new UnsureAnswer(`the answer can't be read: ${message}`, { cause: error });
  }
  requireAll(inserted, documents.length);
}

/** @throws an UnsureAnswer where the server acknowledges another number of writes than it was asked for */
export function requireAll(acknowledged: unknown, asked: number): void {
  if (acknowledged !== asked)
    throw new UnsureAnswer(`the server acknowledges ${String(acknowledged)} of ${asked} documents`);
}

/** Whether the driver has a form for it; it throws errors of any kind where it has none. */
function isWritable(document: Document): boolean {
  try {
    BSON.calculateObjectSize(document, { ignoreUndefined: true });
    BSON.serialize(document, { ignoreUndefined: true });
    return true;
  } catch {
    return false;
  }
}
