import { MongoServerError, type Collection } from 'mongodb';
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
  const refused = await refusalOf(() => readings.createIndex({ nodo: 1, _id: -1 }));
  return refused && indexError(readings, refused);
}

/** Codes of MongoDB's `error_codes.yml` for an index that is there already, with other options. */
const INDEX_CONFLICTS = [85, 86];
/** ... and for one that is not there. */
const INDEX_NOT_FOUND = 27;

/**
 * Makes the index that keeps a node from standing twice in `nodos`. Where one does, it makes a plain one, and replaces
 * that at the next start once each stands there once.
 * @returns whether there is one; where there is none, `problem` says why
 * @throws what is transient
 */
export async function ensureNodosIndex(
  nodos: Collection<NodoDocument>,
): Promise<{ unique: boolean; problem?: UserError }> {
  let refused = await refusalOf(() => makeUnique(nodos));
  let twice: unknown[] = [];
  if (hasCode(refused, INDEX_CONFLICTS)) {
    twice = await duplicateNodos(nodos);
    if (twice.length === 0) refused = await refusalOf(() => replacePlainIndex(nodos));
  }
  if (!refused) return { unique: true };
  if (hasCode(refused, [DUPLICATE_KEY])) {
    const plainRefused = await refusalOf(() => nodos.createIndex({ nodo: 1 }));
    if (plainRefused) return { unique: false, problem: indexError(nodos, plainRefused) };
    twice = await duplicateNodos(nodos);
  } else if (twice.length === 0) {
    return { unique: false, problem: indexError(nodos, refused) };
  }
  const names = twice.map((nodo) => shorten(nodo)).join(', ');
  const params = { collection: nodos.collectionName, nodos: names };
  return {
    unique: false,
    problem: new UserError('mongo-sink.errors.nodos-twice', params, { cause: refused }),
  };
}

function makeUnique(nodos: Collection<NodoDocument>): Promise<string> {
  return nodos.createIndex({ nodo: 1 }, { unique: true });
}

/**
 * Drops the index that a unique one serves as well as, then makes that: a server older than 5.0 takes no second index of
 * the same field, whatever its name. Another sink may be doing the same.
 */
async function replacePlainIndex(nodos: Collection<NodoDocument>): Promise<void> {
  const plain = (await nodos.indexes()).find(
    ({ key, unique, sparse, partialFilterExpression, collation }) =>
      JSON.stringify(key) === '{"nodo":1}' && !unique && !sparse && !partialFilterExpression && !collation,
  );
  const name = plain?.name;
  if (name !== undefined) {
    const refused = await refusalOf(() => nodos.dropIndex(name));
    if (refused && !hasCode(refused, [INDEX_NOT_FOUND])) throw refused;
  }
  await makeUnique(nodos);
}

async function duplicateNodos(nodos: Collection<NodoDocument>): Promise<unknown[]> {
  const groups = nodos.aggregate<{ _id: unknown }>([
    { $group: { _id: '$nodo', count: { $sum: 1 } } },
    { $match: { count: { $gt: 1 } } },
    { $limit: 5 },
  ]);
  return (await groups.toArray()).map(({ _id }) => _id);
}

/** @returns why the database refuses something, if it does so lastingly. @throws what is transient */
async function refusalOf(work: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (failureKind(error) === 'transient') throw error;
    return toError(error);
  }
}

function hasCode(error: Error | undefined, codes: readonly unknown[]): boolean {
  return error instanceof MongoServerError && codes.includes(error.code);
}

function indexError({ collectionName }: { collectionName: string }, cause: Error): UserError {
  const params = { collection: collectionName, reason: shorten(cause.message, 300) };
  return new UserError('mongo-sink.errors.index', params, { cause });
}
