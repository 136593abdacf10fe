import {
  MongoServerError,
  type Collection,
  type CreateIndexesOptions,
  type IndexSpecification,
} from 'mongodb';
import { UserError, shorten, toError } from '../shared/user-error';
import type { ReadingDocument } from './document';
import { DUPLICATE_KEY, failureKind } from './failure';
import type { NodoDocument } from './nodo';

/**
 * Makes the index by which a node's readings are found in the order of time, also those of the original system, which
 * have no `ts` but an `_id` that holds the time.
 * @returns a UserError where the database refuses it; the sink works without it, and so do short histories
 * @throws what is transient
 */
export async function ensureReadingsIndex(
  readings: Collection<ReadingDocument>,
): Promise<UserError | undefined> {
  const refused = await tryIndex(readings, { nodo: 1, _id: -1 }, {});
  return refused && indexError(readings, refused);
}

/**
 * Makes the index that keeps a node from standing twice in `nodos`.
 * @returns whether there is one; where there is none, `problem` says why
 * @throws what is transient
 */
export async function ensureNodosIndex(
  nodos: Collection<NodoDocument>,
): Promise<{ unique: boolean; problem?: UserError }> {
  const refused = await tryIndex(nodos, { nodo: 1 }, { unique: true });
  if (!refused) return { unique: true };
  if (!(refused instanceof MongoServerError) || refused.code !== DUPLICATE_KEY) {
    return { unique: false, problem: indexError(nodos, refused) };
  }
  const plainRefused = await tryIndex(nodos, { nodo: 1 }, {});
  if (plainRefused) return { unique: false, problem: indexError(nodos, plainRefused) };
  const names = (await duplicateNodos(nodos)).map((nodo) => shorten(nodo)).join(', ');
  const params = { collection: nodos.collectionName, nodos: names };
  return {
    unique: false,
    problem: new UserError('mongo-sink.errors.nodos-twice', params, { cause: refused }),
  };
}

async function duplicateNodos(nodos: Collection<NodoDocument>): Promise<unknown[]> {
  const groups = nodos.aggregate<{ _id: unknown }>([
    { $group: { _id: '$nodo', count: { $sum: 1 } } },
    { $match: { count: { $gt: 1 } } },
    { $limit: 5 },
  ]);
  return (await groups.toArray()).map(({ _id }) => _id);
}

/** @returns the refusal, if it is a lasting one. */
async function tryIndex<T extends object>(
  collection: Collection<T>,
  keys: IndexSpecification,
  options: CreateIndexesOptions,
): Promise<Error | undefined> {
  try {
    await collection.createIndex(keys, options);
    return undefined;
  } catch (error) {
    if (failureKind(error) === 'transient') throw error;
    return toError(error);
  }
}

function indexError({ collectionName }: { collectionName: string }, cause: Error): UserError {
  const params = { collection: collectionName, reason: shorten(cause.message, 300) };
  return new UserError('mongo-sink.errors.index', params, { cause });
}
