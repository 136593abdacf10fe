import { MongoServerError, type Collection, type Document, type Filter, type FindOptions } from 'mongodb';
import { DATA_BOUNDS } from '../shared/data-bounds';
import { LISTED_NODO } from '../shared/listed-nodo';

/** What is left of a name that is longer than a list takes: enough to tell that it is, and what follows after it. */
const CUT_LENGTH = DATA_BOUNDS.nodo + 1;

/** So long a server is taken for one that cuts no names. */
const REFUSED_MS = 600_000;

/** A name as a server sends it: other programs may have stored names of any length and kind. */
const CUT_NODO: Document = {
  $cond: [{ $eq: [{ $type: '$nodo' }, 'string'] }, { $substrCP: ['$nodo', 0, CUT_LENGTH] }, ''],
};

/**
 * What no list can hold. A schema says of a name how long it is at a fraction of what a pattern costs the embedded
 * database's Rust build, which makes the pattern anew for each document.
 */
export const UNLISTABLE: Filter<Document> = {
  $nor: [
    {
      $jsonSchema: {
        required: ['nodo'],
        properties: { nodo: { bsonType: 'string', minLength: 1, maxLength: DATA_BOUNDS.nodo } },
      },
    },
  ],
};
/** The same for a server that knows no schemas. */
export const UNLISTABLE_BY_PATTERN: Filter<Document> = { nodo: { $not: LISTED_NODO } };

/** Whether a server has cut this name, or it is none. */
function isListable(nodo: unknown): nodo is string {
  if (typeof nodo !== 'string' || nodo === '') return false;
  return nodo.length <= DATA_BOUNDS.nodo || Array.from(nodo).length <= DATA_BOUNDS.nodo;
}

/**
 * Asks for documents of nodes with their names cut by the server, so that the filter has no more than an index serves: a
 * pattern in it makes the embedded database look at all nodes, whatever the range. A server that cuts no names is asked by
 * the pattern.
 */
export class ListedNames {
  private refusedUntil = 0;

  /**
   * @param filter a range of names, and what else is equal; nothing where all are meant
   * @param each told of a document, and whether its name is one that a list takes; of others it may be cut, or ""
   * @returns how many documents came
   */
  async forEach(
    nodos: Collection,
    filter: Filter<Document>,
    projection: Document,
    options: FindOptions,
    each: (document: Document, isListable: boolean) => void,
  ): Promise<number> {
    if (performance.now() < this.refusedUntil)
      return this.forEachByPattern(nodos, filter, projection, options, each);
    let count = 0;
    try {
      const cut = { ...projection, nodo: CUT_NODO };
      for await (const document of nodos.find(filter, { ...options, projection: cut })) {
        count++;
        each(document, isListable(document.nodo));
      }
      return count;
    } catch (error) {
      if (count > 0 || !(error instanceof MongoServerError)) throw error;
      // Where it refuses this as well, the projection was not to blame.
      const found = await this.forEachByPattern(nodos, filter, projection, options, each);
      this.refusedUntil = performance.now() + REFUSED_MS;
      return found;
    }
  }

  /** The same by the pattern: whatever else there is, only names that a list takes come. */
  async forEachByPattern(
    nodos: Collection,
    filter: Filter<Document>,
    projection: Document,
    options: FindOptions,
    each: (document: Document, isListable: boolean) => void,
  ): Promise<number> {
    const { nodo, ...rest } = filter as { nodo?: object };
    const listed = { ...rest, nodo: { ...nodo, ...LISTED_NODO } };
    let count = 0;
    for await (const document of nodos.find(listed, { ...options, projection: { ...projection, nodo: 1 } })) {
      count++;
      each(document, isListable(document.nodo));
    }
    return count;
  }
}
