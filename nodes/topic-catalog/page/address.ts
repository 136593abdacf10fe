/**
 * What the page shows, as it stands in the browser's address. The page shares the fragment with its host: the classic
 * dashboard keeps its tab there (`#!/0`), so ours is the query part behind it (`#!/0?nodo=comuna_15&rango=1h`).
 */

import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/durations';

export type ViewName =
  'nodes' | 'node' | 'compare' | 'wall' | 'screen' | 'topics' | 'live' | 'inside' | 'events';

/** A variable of a node. */
export interface SeriesName {
  nodo: string;
  variable: string;
}

/** A wall shows no more: each series asks the database. */
export const MOST_SERIES = 12;
/** So many are read out of an address, so that it can be said which ones are not shown. */
export const MOST_NAMED = 100;

export type Range =
  | { kind: 'last'; count: number }
  | { kind: 'recent'; milliseconds: number }
  | { kind: 'between'; from: number; to: number }
  | { kind: 'all' };

export type NodeColumn = 'nodo' | 'topic' | 'ts' | 'state';

/** What of a list of nodes is shown. What is absent is as a list begins: all of them, by name, the first page. */
export interface ListPlace {
  search?: string;
  sort?: NodeColumn;
  descending?: true;
  /** from 2 on */
  page?: number;
  /** in a long list, the last name of the page before */
  after?: string;
}

export interface Address {
  view: ViewName;
  /** view "node" */
  nodo?: string;
  /** view "topics": the one that is open; view "live": only this one */
  topic?: string;
  /** view "nodes"; view "topics": of the nodes of the open one */
  list?: ListPlace;
  /** views "topics" and "inside": what names in their lists have to contain */
  filter?: string;
  /** views "compare", "wall" and "screen": what is shown, in this order; more than there is room for is said */
  series?: readonly SeriesName[];
  /** views "wall" and "screen": how a screen without controls looks, and what it speaks; absent: as the browser does */
  theme?: 'light' | 'dark';
  language?: 'es' | 'en';
  range: Range;
}

export const LAST_10: Range = { kind: 'last', count: 10 };

/** The ranges that can be chosen by name, as the address calls them. */
export const NAMED_RANGES: readonly (readonly [name: string, range: Range])[] = [
  ['10', LAST_10],
  ['15m', { kind: 'recent', milliseconds: 15 * MINUTE_MS }],
  ['1h', { kind: 'recent', milliseconds: HOUR_MS }],
  ['24h', { kind: 'recent', milliseconds: DAY_MS }],
  ['7d', { kind: 'recent', milliseconds: 7 * DAY_MS }],
  ['30d', { kind: 'recent', milliseconds: 30 * DAY_MS }],
  ['todo', { kind: 'all' }],
];

const VIEWS: ReadonlyMap<string, ViewName> = new Map([
  ['comparar', 'compare'],
  ['pared', 'wall'],
  ['pantalla', 'screen'],
  ['topics', 'topics'],
  ['vivo', 'live'],
  ['kafka', 'inside'],
  ['sucesos', 'events'],
]);

const OF_SERIES: readonly ViewName[] = ['compare', 'wall', 'screen'];
const OF_NODES: readonly ViewName[] = ['nodes', 'topics'];
const OF_TOPICS: readonly ViewName[] = ['topics', 'inside'];
const ORDERS: readonly (readonly [name: string, column: NodeColumn])[] = [
  ['nodo', 'nodo'],
  ['topic', 'topic'],
  ['fecha', 'ts'],
  ['estado', 'state'],
];
/** The longest name that a list holds, and the longest text that one is searched for. */
export const LONGEST_NAME = 256;
const MOST_PAGES = 1e9;
const THEMES = { claro: 'light', oscuro: 'dark' } as const;

/** @returns the name of a range, or undefined for one from a time to a time */
export function rangeName(range: Range): string | undefined {
  return NAMED_RANGES.find(([, named]) => JSON.stringify(named) === JSON.stringify(range))?.[0];
}

/** @param fragment location.hash; what can't be read in it counts as absent */
export function readAddress(fragment: string): Address {
  const query = fragment.includes('?') ? fragment.slice(fragment.indexOf('?') + 1) : '';
  const fields = new URLSearchParams(query);
  const range = readRange(fields);
  const nodo = fields.get('nodo');
  if (nodo) return { view: 'node', nodo, range };
  const view = VIEWS.get(fields.get('vista') ?? '') ?? 'nodes';
  if (OF_SERIES.includes(view))
    return { view, range, series: readSeries(fields), ...(view === 'compare' ? {} : readLook(fields)) };
  const topic = fields.get('topic');
  const list = OF_NODES.includes(view) ? readList(fields) : {};
  const filter = OF_TOPICS.includes(view) ? fields.get('filtro')?.slice(0, LONGEST_NAME) : undefined;
  return {
    view,
    range,
    ...(topic ? { topic } : {}),
    ...(filter ? { filter } : {}),
    ...(Object.keys(list).length > 0 ? { list } : {}),
  };
}

/** @returns the fragment that shows this; what the host has in the present one stays */
export function writeAddress(fragment: string, address: Address): string {
  const { view, nodo, topic, filter, series, range, list = {} } = address;
  const fields: [string, string][] = [];
  const viewName = [...VIEWS].find(([, name]) => name === view)?.[0];
  if (view === 'node' && nodo !== undefined) fields.push(['nodo', nodo], ...writeRange(range));
  else if (viewName !== undefined) fields.push(['vista', viewName]);
  if (OF_SERIES.includes(view))
    fields.push(...writeSeries(series ?? []), ...writeRange(range), ...writeLook(address));
  if (view !== 'node' && topic !== undefined) fields.push(['topic', topic]);
  if (OF_TOPICS.includes(view) && filter) fields.push(['filtro', filter]);
  if (OF_NODES.includes(view)) fields.push(...writeList(list));
  const host = fragment.replace(/^#/, '').split('?', 1)[0] ?? '';
  const query = fields.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  return query === '' ? `#${host}` : `#${host}?${query}`;
}

function readList(fields: URLSearchParams): ListPlace {
  const search = fields.get('buscar')?.slice(0, LONGEST_NAME);
  const order = fields.get('orden') ?? '';
  const sort = ORDERS.find(([name]) => name === order.replace(/^-/, ''))?.[1];
  const page = Number(fields.get('pagina'));
  const after = fields.get('tras');
  const isPage = Number.isInteger(page) && page > 1 && page <= MOST_PAGES;
  return {
    ...(search ? { search } : {}),
    ...(sort && order !== 'nodo' ? { sort } : {}),
    ...(sort && order.startsWith('-') ? { descending: true } : {}),
    ...(isPage ? { page } : {}),
    ...(isPage && after && after.length <= LONGEST_NAME ? { after } : {}),
  };
}

function writeList({ search, sort = 'nodo', descending, page, after }: ListPlace): [string, string][] {
  const fields: [string, string][] = [];
  const order = `${descending ? '-' : ''}${ORDERS.find(([, column]) => column === sort)![0]}`;
  if (search) fields.push(['buscar', search]);
  if (order !== 'nodo') fields.push(['orden', order]);
  if (page !== undefined) fields.push(['pagina', String(page)]);
  if (page !== undefined && after !== undefined) fields.push(['tras', after]);
  return fields;
}

function readLook(fields: URLSearchParams): Pick<Address, 'theme' | 'language'> {
  const theme = Object.entries(THEMES).find(([name]) => name === fields.get('tema'))?.[1];
  const language = (['es', 'en'] as const).find((name) => name === fields.get('idioma'));
  return { ...(theme ? { theme } : {}), ...(language ? { language } : {}) };
}

function writeLook({ theme, language }: Address): [string, string][] {
  return [
    ...Object.entries(THEMES).flatMap(([name, value]): [string, string][] =>
      value === theme ? [['tema', name]] : [],
    ),
    ...(language ? ([['idioma', language]] satisfies [string, string][]) : []),
  ];
}

/** `nodo:variable`; a colon of the node's own name is escaped, so that the first one parts the two. */
function readSeries(fields: URLSearchParams): SeriesName[] {
  const series = fields.getAll('serie').flatMap((text): SeriesName[] => {
    const colon = text.indexOf(':');
    const nodo = text.slice(0, Math.max(colon, 0)).replace(/%3A|%25/g, decodeURIComponent);
    const variable = text.slice(colon + 1);
    return nodo === '' || variable === '' ? [] : [{ nodo, variable }];
  });
  return distinct(series).slice(0, MOST_NAMED);
}

function writeSeries(series: readonly SeriesName[]): [string, string][] {
  return series.map(({ nodo, variable }) => [
    'serie',
    `${nodo.replace(/[%:]/g, encodeURIComponent)}:${variable}`,
  ]);
}

/** @returns each series once, where it stands first */
export function distinct(series: readonly SeriesName[]): SeriesName[] {
  return [...new Map(series.map((one) => [keyOf(one), one])).values()];
}

/** @returns a text that tells one series from another */
export function keyOf({ nodo, variable }: SeriesName): string {
  return JSON.stringify([nodo, variable]);
}

function readRange(fields: URLSearchParams): Range {
  const [from, to] = [Date.parse(fields.get('desde') ?? ''), Date.parse(fields.get('hasta') ?? '')];
  if (from < to) return { kind: 'between', from, to };
  return NAMED_RANGES.find(([name]) => name === fields.get('rango'))?.[1] ?? LAST_10;
}

function writeRange(range: Range): [string, string][] {
  if (range.kind === 'between') {
    return [
      ['desde', new Date(range.from).toISOString()],
      ['hasta', new Date(range.to).toISOString()],
    ];
  }
  const name = rangeName(range);
  return name === undefined || name === '10' ? [] : [['rango', name]];
}

/**
 * Encodes as AngularJS's $location does: it rewrites an address that it would write differently, which would add a step
 * to the browser's history.
 */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(?:40|3A|24|2C|3B)/g, decodeURIComponent);
}
