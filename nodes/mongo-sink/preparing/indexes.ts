import { MongoServerError, type Collection, type Db } from 'mongodb';
import { UserError, shorten, toError } from '../../shared/user-error';
import type { ReadingDocument } from '../storing/document';
import { DUPLICATE_KEY, isPassingError } from '../storing/write-errors';
import type { NodoDocument } from '../storing/nodo';
import { makeIndex } from './make-index';

/**
 * Makes the index by which a node's readings are found in the order of time, also those of the original system, which
 * have no `ts` but an `_id` that holds the time.
 * @returns a UserError where the database refuses it; the sink works without it, and so do short histories
 * @throws what is transient
 */
export async function ensureReadingsIndex(
  db: Db,
  readings: Collection<ReadingDocument>,
): Promise<UserError | undefined> {
  const refused = await refusalOf(() => makeIndex(db, readings, { nodo: 1, _id: -1 }));
  return refused && indexError(readings, refused);
}

/**
 * Makes the index by which a topic's nodes are shown and counted where there are very many.
 * @returns a UserError where the database refuses it
 * @throws what is transient
 */
export async function ensureTopicsIndex(
  db: Db,
  nodos: Collection<NodoDocument>,
): Promise<UserError | undefined> {
  const refused = await refusalOf(() => makeIndex(db, nodos, { topic: 1, nodo: 1 }));
  return refused && indexError(nodos, refused);
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
  db: Db,
  nodos: Collection<NodoDocument>,
): Promise<{ unique: boolean; problem?: UserError }> {
  let refused = await refusalOf(() => makeUnique(db, nodos));
  let twice: unknown[] = [];
  if (hasCode(refused, INDEX_CONFLICTS)) {
    twice = await duplicateNodos(nodos);
    if (twice.length === 0) refused = await refusalOf(() => replacePlainIndex(db, nodos));
  }
  if (!refused) return { unique: true };
  // Not every server says of duplicates that they are: PostgreSQL's DocumentDB speaks of an internal error.
  if (refused && twice.length === 0 && !hasCode(refused, [DUPLICATE_KEY]))
    twice = await duplicateNodos(nodos);
  if (hasCode(refused, [DUPLICATE_KEY]) || (twice.length > 0 && !hasCode(refused, INDEX_CONFLICTS))) {
    const plainRefused = await refusalOf(() => makeIndex(db, nodos, { nodo: 1 }));
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

function makeUnique(db: Db, nodos: Collection<NodoDocument>): Promise<void> {
  return makeIndex(db, nodos, { nodo: 1 }, { unique: true });
}

/**
 * Drops the index that a unique one serves as well as, then makes that: a server older than 5.0 takes no second index of
 * the same field, whatever its name. Another sink may be doing the same.
 */
async function replacePlainIndex(db: Db, nodos: Collection<NodoDocument>): Promise<void> {
  const plain = (await nodos.indexes()).find(
    ({ key, unique, sparse, partialFilterExpression, collation }) =>
      JSON.stringify(key) === '{"nodo":1}' && !unique && !sparse && !partialFilterExpression && !collation,
  );
  const name = plain?.name;
  if (name !== undefined) {
    const refused = await refusalOf(() => nodos.dropIndex(name));
    if (refused && !hasCode(refused, [INDEX_NOT_FOUND])) throw refused;
  }
  await makeUnique(db, nodos);
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
    if (isPassingError(error)) throw error;
    return toError(error);
  }
}

function hasCode(error: Error | undefined, codes: readonly unknown[]): boolean {
  return error instanceof MongoServerError && codes.includes(error.code);
}

/** @returns what is told where an index can't be made, or not for long */
export function indexError({ collectionName }: { collectionName: string }, cause: Error): UserError {
  const params = { collection: collectionName, reason: shorten(cause.message, 300) };
  return new UserError('mongo-sink.errors.index', params, { cause });
}
