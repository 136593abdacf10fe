import type {
  BulkWriteOptions,
  Collection,
  Document,
  OptionalUnlessRequiredId,
  UnorderedBulkOperation,
} from 'mongodb';
import { TurnShare, nextTurn } from '../../shared/turns';

/** Documents between two looks at the time. */
const PER_LOOK = 32;

/**
 * Makes ready what `insertMany` would insert, each document by itself whatever becomes of the others. `insertMany` makes
 * the bytes of all of them in one go, during which nothing else runs; here others have their turn in between.
 * @returns what execute() inserts
 * @throws what the driver has against a document, or that there is no connection
 */
export async function insertionOf<T extends Document>(
  collection: Collection<T>,
  documents: readonly OptionalUnlessRequiredId<T>[],
  options: Pick<BulkWriteOptions, 'ignoreUndefined'>,
): Promise<UnorderedBulkOperation> {
  const insertion = collection.initializeUnorderedBulkOp(options);
  const share = new TurnShare(PER_LOOK);
  for (const document of documents) {
    if (share.isUsed()) await nextTurn();
    insertion.insert(document);
  }
  return insertion;
}
