import { FieldReader } from '../shared/field-reader';
import type { FieldValue } from '../shared/fields';
import { requireSet } from '../shared/unset-variable';
import { UserError, shorten } from '../shared/user-error';

/** What the dialog saves; numbers are text there, so that they can come from the environment. */
export interface FindConfig {
  database?: string;
  collection?: string;
  operation?: string;
  query?: string;
  queryType?: string;
  /** JSON; empty for none */
  projection?: string;
  /** JSON; empty for none */
  sort?: string;
  output?: string;
  pageSize?: string | number;
  maxDocuments?: string | number;
  maxMB?: string | number;
  timeoutSeconds?: string | number;
  allowWrites?: boolean;
}

export const OPERATIONS = ['find', 'aggregate', 'count', 'distinct'] as const;
export type Operation = (typeof OPERATIONS)[number];
export type Output = 'array' | 'pages' | 'single';
export type JsonObject = Record<string, unknown>;

export interface FindSettings {
  collection: string;
  operation: Operation;
  /** where the query stands; as the dialog's typed input saves it */
  query: { type: string; value: string };
  projection: JsonObject | undefined;
  sort: JsonObject | undefined;
  output: Output;
  /** documents of one message */
  pageSize: number;
  /** more are not given out, whatever the message asks for */
  maxDocuments: number;
  /** of all documents of one message, as the database keeps them */
  maxBytes: number;
  timeoutMs: number;
  /** whether an aggregation may write, by $out or $merge */
  allowWrites: boolean;
}

const UNSET = 'mongo-find.errors.unset-variable';
const MOST_DOCUMENTS = 10_000_000;
const MOST_IN_A_MESSAGE = 100_000;
const MOST_MB = 1_024;
const MOST_SECONDS = 3_600;

const fields = new FieldReader({
  unset: UNSET,
  choice: 'mongo-find.errors.choice',
  number: 'mongo-find.errors.number',
});

/**
 * Reads the dialog's fields.
 * @throws UserError that names the field and its value
 */
export function readFindConfig(config: FindConfig): FindSettings {
  const count = (value: FieldValue, field: string, otherwise: number, max: number): number =>
    fields.wholeNumber(value, field, { otherwise, min: 1, max });
  return {
    collection: readCollection(fields.text(config.collection, 'collection')),
    operation: fields.choice(config.operation, 'operation', OPERATIONS),
    query: {
      type: config.queryType || 'msg',
      value: requireSet(config.query ?? 'payload', 'query', UNSET),
    },
    projection: readJson(config.projection, 'projection'),
    sort: readJson(config.sort, 'sort'),
    output: fields.choice(config.output, 'output', ['array', 'pages', 'single']),
    pageSize: count(config.pageSize, 'pageSize', 100, MOST_IN_A_MESSAGE),
    maxDocuments: count(config.maxDocuments, 'maxDocuments', 1_000, MOST_DOCUMENTS),
    maxBytes: 2 ** 20 * count(config.maxMB, 'maxMB', 16, MOST_MB),
    timeoutMs: 1_000 * count(config.timeoutSeconds, 'timeoutSeconds', 10, MOST_SECONDS),
    allowWrites: config.allowWrites ?? false,
  };
}

/** @returns the name of a collection that MongoDB allows */
export function readCollection(name: string): string {
  const allowed = /^[^$\0]{1,200}$/.test(name) && !/^\.|\.$|\.\./.test(name);
  if (!allowed) throw new UserError('mongo-find.errors.collection', { value: shorten(name) });
  return name;
}

function readJson(value: string | undefined, field: string): JsonObject | undefined {
  const text = fields.text(value, field);
  if (text === '') return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new UserError('mongo-find.errors.json', { field, value: shorten(text) }, { cause: error });
  }
  if (!isJsonObject(read)) throw new UserError('mongo-find.errors.json', { field, value: shorten(text) });
  return read;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
