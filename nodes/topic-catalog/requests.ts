import { isObject } from '../shared/reading';
import { shorten } from '../shared/user-error';
import { Zone } from '../shared/zone';
import { CatalogError } from './catalog-error';
import type { SettingsFile, VariableSetting } from './contract';
import {
  SETTINGS_BOUNDS,
  checkDeletion,
  checkNewNote,
  checkNote,
  checkVariable,
  type Checked,
  type NewNote,
} from './settings/schema';

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
  /** in place of `offset`: the name before the first one, as the answer of a long list says it */
  after: string | undefined;
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
  /** by whose clocks hours and days begin; absent: UTC's */
  zone: Zone | undefined;
}

export interface EventsRequest {
  action: 'events';
}

/** The readings themselves, from the oldest on, a piece with each answer. */
export interface ReadingsRequest {
  action: 'readings';
  nodo: string;
  from: number;
  to: number;
  /** as the answer before said it */
  width: number | undefined;
}

export interface InsideRequest {
  action: 'inside';
  /** part of a topic's or a group's name, whatever its case */
  search: string;
  /** where in the lists of what matches the answer begins */
  topicOffset: number;
  groupOffset: number;
}

/** What is set on the page. */
export interface SettingsRequest {
  action: 'settings';
}

export interface NotesRequest {
  action: 'notes';
  /** only this node's */
  nodo: string | undefined;
  offset: number;
  limit: number;
}

export interface SetVariableRequest {
  action: 'set-variable';
  setting: VariableSetting;
}

export interface AddNoteRequest {
  action: 'add-note';
  note: NewNote;
}

export interface DeleteNoteRequest {
  action: 'delete-note';
  id: string;
}

/** Numbers of what is set on the page. */
export interface SettingsTotal {
  variables: number;
  notes: number;
}

/** A part of a file of settings. */
export interface ImportRequest {
  action: 'import';
  /** whether to say only what is wrong with it */
  check: boolean;
  file: SettingsFile;
  /** how many there would be once the whole file is in: to be refused before a part of it is */
  total: SettingsTotal | undefined;
}

/** What changes something. */
export type ChangeRequest = SetVariableRequest | AddNoteRequest | DeleteNoteRequest | ImportRequest;

export type CatalogRequest =
  | InsideRequest
  | TopicsRequest
  | NodesRequest
  | SeriesRequest
  | EventsRequest
  | ReadingsRequest
  | SettingsRequest
  | NotesRequest
  | ChangeRequest;

const MAX_NAME_LENGTH = 4_096;
const MAX_LAST = 1_000;
const DEFAULT_LAST = 10;
const MAX_POINTS = 2_000;
const DEFAULT_POINTS = 600;
const MAX_PAGE = 500;
const DEFAULT_PAGE = 50;
/** ObjectIds, which the readings are found by, hold 32 bits of seconds. */
const MAX_TIME = (2 ** 32 - 1) * 1000;
/** What JavaScript's Date can hold, on both sides of 1970. */
const MAX_DATE = 8.64e15;
const ZONE_NAME = /^[\w+/-]{1,64}$/;
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
    case 'inside':
      return insideRequest(fieldsOf(payload, ['search', 'topicOffset', 'groupOffset']));
    case 'events':
      fieldsOf(payload, []);
      return { action };
    case 'nodes':
      return nodesRequest(
        fieldsOf(payload, ['nodo', 'topic', 'search', 'sort', 'descending', 'offset', 'after', 'limit']),
      );
    case 'series':
      // A dropdown's choice can be wired straight in.
      return seriesRequest(
        typeof payload === 'string'
          ? { nodo: payload }
          : fieldsOf(payload, ['nodo', 'last', 'from', 'to', 'recent', 'all', 'points', 'zone']),
      );
    case 'readings':
      return readingsRequest(fieldsOf(payload, ['nodo', 'from', 'to', 'width']));
    case 'settings':
      fieldsOf(payload, []);
      return { action };
    case 'notes':
      return notesRequest(fieldsOf(payload, ['nodo', 'offset', 'limit']));
    case 'set-variable':
      return { action, setting: valid(checkVariable(payload)) };
    case 'add-note':
      return { action, note: valid(checkNewNote(payload)) };
    case 'delete-note':
      return { action, ...valid(checkDeletion(payload)) };
    case 'import':
      return importRequest(fieldsOf(payload, ['check', 'variables', 'notes', 'total']));
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
    after: fields.after === undefined ? undefined : name(fields, 'after'),
    limit: whole(fields, 'limit', 1, MAX_PAGE, DEFAULT_PAGE),
  };
}

function insideRequest(fields: Fields): InsideRequest {
  return {
    action: 'inside',
    search: fields.search === undefined || fields.search === '' ? '' : name(fields, 'search'),
    topicOffset: whole(fields, 'topicOffset', 0, Number.MAX_SAFE_INTEGER, 0),
    groupOffset: whole(fields, 'groupOffset', 0, Number.MAX_SAFE_INTEGER, 0),
  };
}

function seriesRequest(fields: Fields): SeriesRequest {
  return {
    action: 'series',
    nodo: name(fields, 'nodo'),
    range: seriesRange(fields),
    points: whole(fields, 'points', 10, MAX_POINTS, DEFAULT_POINTS),
    zone: zone(fields),
  };
}

function readingsRequest(fields: Fields): ReadingsRequest {
  const { from, to } = between(fields);
  const width = fields.width === undefined ? undefined : whole(fields, 'width', 1_000, MAX_TIME, 1_000);
  return { action: 'readings', nodo: name(fields, 'nodo'), from, to, width };
}

function notesRequest(fields: Fields): NotesRequest {
  return {
    action: 'notes',
    nodo: fields.nodo === undefined ? undefined : name(fields, 'nodo'),
    offset: whole(fields, 'offset', 0, Number.MAX_SAFE_INTEGER, 0),
    limit: whole(fields, 'limit', 1, MAX_PAGE, DEFAULT_PAGE),
  };
}

function importRequest(fields: Fields): ImportRequest {
  return {
    action: 'import',
    check: fields.check === undefined ? false : flag(fields, 'check'),
    file: {
      variables: list(fields, 'variables').map((one) => valid(checkVariable(one))),
      notes: list(fields, 'notes').map((one) => valid(checkNote(one))),
    },
    total: fields.total === undefined ? undefined : total(fields),
  };
}

function total({ total: given }: Fields): SettingsTotal {
  if (!isObject(given)) refuse('total', given);
  const fields = fieldsOf(given, ['variables', 'notes']);
  const number = (field: string): number => whole(fields, field, 0, Number.MAX_SAFE_INTEGER, 0);
  return { variables: number('variables'), notes: number('notes') };
}

function list(fields: Fields, field: string): unknown[] {
  const value = fields[field];
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > SETTINGS_BOUNDS.imported) refuse(field, value);
  return value;
}

function valid<T>(checked: Checked<T>): T {
  if (!('value' in checked)) refuse(shorten(checked.field), checked.given);
  return checked.value;
}

function seriesRange(fields: Fields): SeriesRange {
  if (fields.from !== undefined || fields.to !== undefined) {
    return { kind: 'between', ...between(fields) };
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

/** A browser may know zones that are newer than this runtime: then UTC's hours have to do. */
function zone({ zone: value }: Fields): Zone | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !ZONE_NAME.test(value)) refuse('zone', value);
  return Zone.named(value);
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

function between(fields: Fields): { from: number; to: number } {
  const from = time(fields, 'from', 0);
  const to = time(fields, 'to', MAX_TIME);
  if (from >= to) refuse('to', fields.to);
  // Before and after that there is nothing, which is an answer too.
  const begin = Math.min(Math.max(0, from), MAX_TIME - 1);
  return { from: begin, to: Math.min(Math.max(begin + 1, to), MAX_TIME) };
}

/** Any time that a date can say; the page's address may hold any. */
function time(fields: Fields, field: string, absent: number): number {
  return whole(fields, field, -MAX_DATE, MAX_DATE, absent);
}

function order(fields: Fields): NodeOrder {
  const found = ORDERS.find((known) => known === fields.sort);
  if (!found) refuse('sort', fields.sort);
  return found;
}

function refuse(field: string, value: unknown): never {
  throw new CatalogError('request', 'field', { field, value: value === undefined ? '-' : shorten(value) });
}
