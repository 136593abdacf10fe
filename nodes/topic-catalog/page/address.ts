/**
 * What the page shows, as it stands in the browser's address. The page shares the fragment with its host: the classic
 * dashboard keeps its tab there (`#!/0`), so ours is the query part behind it (`#!/0?nodo=comuna_15&rango=1h`).
 */

export type ViewName = 'nodes' | 'node' | 'topics' | 'live' | 'events';

export type Range =
  | { kind: 'last'; count: number }
  | { kind: 'recent'; milliseconds: number }
  | { kind: 'between'; from: number; to: number }
  | { kind: 'all' };

export interface Address {
  view: ViewName;
  /** view "node" */
  nodo?: string;
  /** view "topics": the one that is open; view "live": only this one */
  topic?: string;
  range: Range;
}

export const LAST_10: Range = { kind: 'last', count: 10 };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The ranges that can be chosen by name, as the address calls them. */
export const NAMED_RANGES: readonly (readonly [name: string, range: Range])[] = [
  ['10', LAST_10],
  ['15m', { kind: 'recent', milliseconds: 15 * MINUTE }],
  ['1h', { kind: 'recent', milliseconds: 60 * MINUTE }],
  ['24h', { kind: 'recent', milliseconds: DAY }],
  ['7d', { kind: 'recent', milliseconds: 7 * DAY }],
  ['30d', { kind: 'recent', milliseconds: 30 * DAY }],
  ['todo', { kind: 'all' }],
];

const VIEWS: ReadonlyMap<string, ViewName> = new Map([
  ['topics', 'topics'],
  ['vivo', 'live'],
  ['sucesos', 'events'],
]);

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
  const topic = fields.get('topic');
  return { view, range, ...(topic ? { topic } : {}) };
}

/** @returns the fragment that shows this; what the host has in the present one stays */
export function writeAddress(fragment: string, { view, nodo, topic, range }: Address): string {
  const fields: [string, string][] = [];
  const viewName = [...VIEWS].find(([, name]) => name === view)?.[0];
  if (view === 'node' && nodo !== undefined) fields.push(['nodo', nodo], ...writeRange(range));
  else if (viewName !== undefined) fields.push(['vista', viewName]);
  if (view !== 'node' && topic !== undefined) fields.push(['topic', topic]);
  const host = fragment.replace(/^#/, '').split('?', 1)[0] ?? '';
  const query = fields.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  return query === '' ? `#${host}` : `#${host}?${query}`;
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
