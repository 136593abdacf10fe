import { BSON, type Document } from 'mongodb';
import { excessOf, type DataBounds } from '../shared/data-bounds';
import { isFromBrowser } from '../shared/from-browser';
import { UserError, shorten, toError } from '../shared/user-error';
import { isJsonObject, readCollection, type FindSettings, type JsonObject, type Operation } from './config';

/** What the database is asked, checked. */
export interface Question {
  operation: Operation;
  collection: string;
  filter: Document;
  /** of an aggregation */
  pipeline: Document[];
  /** of `distinct` */
  field: string;
  projection: Document | undefined;
  sort: Document | undefined;
  skip: number;
  /** documents at most */
  limit: number;
}

/** What a message may say of its question, beside the query itself. */
export interface Asking {
  collection?: unknown;
  projection?: unknown;
  sort?: unknown;
  skip?: unknown;
  limit?: unknown;
  field?: unknown;
}

/** More than anybody writes; what is deeper, the driver could only read by recursion. */
const QUERY_BOUNDS: DataBounds = {
  depth: 100,
  fields: 10_000,
  elements: 100_000,
  name: 1_024,
  nodo: Infinity,
};
/** Of a query's texts and bytes; a document holds as much. */
const MAX_SIZE = 16 * 1024 * 1024;
/** Programs that the server would run: they may do what the query itself could not. */
const CODE = new Set(['$where', '$function', '$accumulator']);
/** Of operators that servers use among each other, `$_internalJsEmit` say; some also take programs. */
const INTERNAL = '$_internal';
const WRITES = new Set(['$out', '$merge']);

/**
 * Makes a question of a message and the settings.
 *
 * Extended JSON is understood, `$oid` and `$date` say, beside Dates and what the driver has for other types.
 * @param query what the setting for the query gives
 * @throws UserError that names the field and its value
 */
export function readQuestion(message: Asking & object, query: unknown, settings: FindSettings): Question {
  // A page that chooses the query reads the whole database, whatever it is meant to show.
  if (isFromBrowser(message) && (settings.query.type === 'msg' || chooses(message)))
    throw new UserError('mongo-find.errors.from-browser');
  const { operation, allowWrites } = settings;
  for (const part of [query, message.projection, message.sort]) requireHarmless(part, allowWrites);
  const read = readQuery(query, operation);
  const pipeline = Array.isArray(read) ? read : [];
  const filter = Array.isArray(read) ? {} : read;
  const question: Question = {
    operation,
    collection: message.collection === undefined ? settings.collection : collectionOf(message.collection),
    filter: toBson(filter, 'query') as Document,
    pipeline: toBson(pipeline, 'query') as Document[],
    field: operation === 'distinct' ? fieldOf(message.field) : '',
    projection: bsonOf(partOf(message.projection, 'projection'), 'projection') ?? settings.projection,
    sort: bsonOf(partOf(message.sort, 'sort'), 'sort') ?? settings.sort,
    skip: countOf(message.skip, 'skip', 0),
    limit: Math.min(countOf(message.limit, 'limit', settings.maxDocuments), settings.maxDocuments),
  };
  // What is sent: a Map, or what says itself what it is written as, shows its fields to nobody before.
  for (const part of [question.filter, question.pipeline, question.projection, question.sort])
    requireHarmless(part, allowWrites);
  return question;
}

function bsonOf(part: Document | undefined, field: string): Document | undefined {
  return part && (toBson(part, field) as Document);
}

function chooses(message: Asking): boolean {
  return [message.collection, message.projection, message.field].some((part) => part !== undefined);
}

function readQuery(query: unknown, operation: Operation): JsonObject | JsonObject[] {
  if (operation === 'aggregate') {
    if (Array.isArray(query) && query.every(isJsonObject)) return query;
    throw new UserError('mongo-find.errors.pipeline', { value: shorten(query) });
  }
  if (query === undefined || query === null || query === '') return {};
  if (isJsonObject(query)) return query;
  throw new UserError('mongo-find.errors.query', { value: shorten(query) });
}

function requireHarmless(part: unknown, allowWrites: boolean): void {
  const excess = excessOf(part, QUERY_BOUNDS);
  if (excess) throw new UserError('mongo-find.errors.bounds', { ...excess });
  const waiting: unknown[] = [part];
  let size = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'bigint') requireInt64(value);
    if (typeof value === 'string') size += value.length;
    if (ArrayBuffer.isView(value)) size += value.byteLength;
    if (size > MAX_SIZE) throw new UserError('mongo-find.errors.query-size', { size, limit: MAX_SIZE });
    // Bytes hold no operators, and would be gone through one by one.
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    for (const [name, inner] of Object.entries(value)) {
      if (CODE.has(name) || name.startsWith(INTERNAL))
        throw new UserError('mongo-find.errors.code', { operator: name });
      if (!allowWrites && WRITES.has(name)) throw new UserError('mongo-find.errors.writes', { stage: name });
      waiting.push(inner);
    }
  }
}

/** The driver would send what its lowest 64 bits are: another number. */
function requireInt64(value: bigint): void {
  if (BigInt.asIntN(64, value) === value) return;
  const reason = `${shorten(value)} has more than 64 bits`;
  throw new UserError('mongo-find.errors.not-bson', { field: 'query', reason });
}

/**
 * Extended JSON becomes what it stands for; what already is of such a type stays it. Whole numbers of 64 bits become
 * bigint: as a number, one beyond 2^53 would be another one.
 */
function toBson(value: Document | Document[], field: string): unknown {
  try {
    const json = BSON.EJSON.serialize(value, { relaxed: false });
    keepPatterns(json);
    return BSON.EJSON.deserialize(json, { relaxed: true, useBigInt64: true });
  } catch (error) {
    const { message } = toError(error);
    throw new UserError('mongo-find.errors.not-bson', { field, reason: message }, { cause: error });
  }
}

/** What Extended JSON has for a pattern, which nothing else is taken for. */
const PATTERN = '$regularExpression';

/** Extended JSON knows `$regex` as a pattern that is all of its object: the operators beside it would be dropped. */
function keepPatterns(json: unknown): void {
  if (typeof json !== 'object' || json === null) return;
  for (const inner of Object.values(json)) keepPatterns(inner);
  const fields = json as JsonObject;
  const { $regex, $options } = fields;
  const isAlone = Object.keys(fields).every((name) => name === '$regex' || name === '$options');
  if (isAlone || typeof $regex !== 'string' || ($options !== undefined && typeof $options !== 'string'))
    return;
  fields.$regex = { [PATTERN]: { pattern: $regex, options: $options ?? '' } };
  delete fields.$options;
}

function partOf(value: unknown, field: string): Document | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (!isJsonObject(value)) throw new UserError('mongo-find.errors.json', { field, value: shorten(value) });
  return value;
}

function collectionOf(value: unknown): string {
  if (typeof value !== 'string')
    throw new UserError('mongo-find.errors.collection', { value: shorten(value) });
  return readCollection(value);
}

function fieldOf(value: unknown): string {
  if (typeof value === 'string' && /^[^$\0]{1,1000}$/.test(value)) return value;
  throw new UserError('mongo-find.errors.field', { value: shorten(value) });
}

function countOf(value: unknown, field: string, otherwise: number): number {
  if (value === undefined || value === null || value === '') return otherwise;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new UserError('mongo-find.errors.count', { field, value: shorten(value) });
}
