import { isObject } from '../shared/reading';
import { shorten } from '../shared/user-error';
import { CatalogError } from './catalog-error';

export interface TopicsRequest {
  action: 'topics';
}

export type NodeOrder = 'nodo' | 'topic' | 'ts' | 'state';

export interface NodesRequest {
  action: 'nodes';
  /** only this node */
  nodo: string | undefined;
  /** only nodes of this topic; null: only those of which no topic is known */
  topic: string | null | undefined;
  /** part of a node's name, whatever its case and accents */
  search: string;
  sort: NodeOrder;
  descending: boolean;
  offset: number;
  limit: number;
}

/** The last readings, a range of time, the time until now, or everything. */
export type SeriesRange =
  | { kind: 'last'; count: number }
  | { kind: 'between'; from: number; to: number }
  | { kind: 'recent'; milliseconds: number }
  | { kind: 'all' };

export interface SeriesRequest {
  action: 'series';
  nodo: string;
  range: SeriesRange;
  /** the greatest number of points to answer with */
  points: number;
}

export interface EventsRequest {
  action: 'events';
}

export type CatalogRequest = TopicsRequest | NodesRequest | SeriesRequest | EventsRequest;

const MAX_NAME_LENGTH = 4_096;
const MAX_LAST = 1_000;
const DEFAULT_LAST = 10;
const MAX_POINTS = 2_000;
const DEFAULT_POINTS = 600;
const MAX_PAGE = 500;
const DEFAULT_PAGE = 50;
/** ObjectIds, which the readings are found by, hold 32 bits of seconds. */
const MAX_TIME = (2 ** 32 - 1) * 1000;
const ORDERS: readonly NodeOrder[] = ['nodo', 'topic', 'ts', 'state'];

/**
 * Reads a request message. It may come from a browser, so nothing is taken from it but what is named here, each of the
 * type that is expected: a name is a string and never a query operator.
 * @param action msg.action
 * @param payload msg.payload; absent (or empty, or a timestamp as an inject node sends it) where everything has a default
 * @throws CatalogError that names the field and its value
 */
export function readRequest(action: unknown, payload: unknown): CatalogRequest {
  switch (action) {
    case 'topics':
      fieldsOf(payload, []);
      return { action };
    case 'events':
      fieldsOf(payload, []);
      return { action };
    case 'nodes':
      return nodesRequest(
        fieldsOf(payload, ['nodo', 'topic', 'search', 'sort', 'descending', 'offset', 'limit']),
      );
    case 'series':
      // A dropdown's choice can be wired straight in.
      return seriesRequest(
        typeof payload === 'string'
          ? { nodo: payload }
          : fieldsOf(payload, ['nodo', 'last', 'from', 'to', 'recent', 'all', 'points']),
      );
    default:
      throw new CatalogError('request', 'action', { value: shorten(action) });
  }
}

function nodesRequest(fields: Fields): NodesRequest {
  return {
    action: 'nodes',
    nodo: fields.nodo === undefined ? undefined : name(fields, 'nodo'),
    topic: fields.topic === undefined || fields.topic === null ? fields.topic : name(fields, 'topic'),
    search: fields.search === undefined || fields.search === '' ? '' : name(fields, 'search'),
    sort: fields.sort === undefined ? 'nodo' : order(fields),
    descending: fields.descending === undefined ? false : flag(fields, 'descending'),
    offset: whole(fields, 'offset', 0, Number.MAX_SAFE_INTEGER, 0),
    limit: whole(fields, 'limit', 1, MAX_PAGE, DEFAULT_PAGE),
  };
}

function seriesRequest(fields: Fields): SeriesRequest {
  return {
    action: 'series',
    nodo: name(fields, 'nodo'),
    range: seriesRange(fields),
    points: whole(fields, 'points', 10, MAX_POINTS, DEFAULT_POINTS),
  };
}

function seriesRange(fields: Fields): SeriesRange {
  if (fields.from !== undefined || fields.to !== undefined) {
    const from = whole(fields, 'from', 0, MAX_TIME, 0);
    const to = whole(fields, 'to', 0, MAX_TIME, MAX_TIME);
    if (from >= to) refuse('to', fields.to);
    return { kind: 'between', from, to };
  }
  if (fields.recent !== undefined)
    return { kind: 'recent', milliseconds: whole(fields, 'recent', 1, MAX_TIME, 1) };
  if (fields.all !== undefined && flag(fields, 'all')) return { kind: 'all' };
  return { kind: 'last', count: whole(fields, 'last', 1, MAX_LAST, DEFAULT_LAST) };
}

type Fields = Record<string, unknown>;

function fieldsOf(payload: unknown, known: readonly string[]): Fields {
  if (payload === undefined || payload === null || payload === '' || typeof payload === 'number') return {};
  if (!isObject(payload)) throw new CatalogError('request', 'payload', { value: shorten(payload) });
  const unknown = Object.keys(payload).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new CatalogError('request', 'unknown-field', { field: shorten(unknown) });
  return payload;
}

function name(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value !== 'string' || value === '' || value.length > MAX_NAME_LENGTH) refuse(field, value);
  return value;
}

function flag(fields: Fields, field: string): boolean {
  const value = fields[field];
  if (typeof value !== 'boolean') refuse(field, value);
  return value;
}

function whole(fields: Fields, field: string, min: number, max: number, absent: number): number {
  const value = fields[field];
  if (value === undefined) return absent;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    refuse(field, value);
  return value;
}

function order(fields: Fields): NodeOrder {
  const found = ORDERS.find((known) => known === fields.sort);
  if (!found) refuse('sort', fields.sort);
  return found;
}

function refuse(field: string, value: unknown): never {
  throw new CatalogError('request', 'field', { field, value: value === undefined ? '-' : shorten(value) });
}
