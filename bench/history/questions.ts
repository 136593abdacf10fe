import { DAY_MS, HOUR_MS } from '../../nodes/shared/durations';
import { hourOf } from '../../nodes/shared/summary-chunks';
import { NODES } from './generator';

/** What the dashboard asks of topic-catalog for one of its pages, as nodes/topic-catalog/page/views/ sends it. */
export interface Question {
  name: string;
  requests: { action: string; payload: object }[];
  /** a node that was looked at before, as it was when somebody changes the range */
  known?: string;
}

/** The page's own number of points. */
const POINTS = 600;

/** One that sends each 3 s in the last hours, and one that never does. */
const DENSE = NODES[0] ?? '';
const SPARSE = NODES.at(-1) ?? '';

/** Which question is compared with which: a year beside an hour. */
export const RATIOS: readonly (readonly [of: string, to: string])[] = [
  ['3 s: year', '3 s: hour'],
  ['3 s: all', '3 s: hour'],
  ['315 s: year', '3 s: hour'],
  ['315 s: year', '315 s: hour'],
];

export function questionsAt(now: number): Question[] {
  const closed = hourOf(now);
  const list = { search: '', sort: 'nodo', descending: false, offset: 0, limit: 50 };
  const about = { action: 'nodes', payload: { nodo: DENSE } };
  const series = (known: string, range: object): Question['requests'][number] => ({
    action: 'series',
    payload: { nodo: known, ...range, points: POINTS },
  });
  const ranges = (kind: string, known: string): Question[] =>
    Object.entries({
      'last 10': { last: 10 },
      hour: { from: closed - HOUR_MS, to: closed },
      // As the page's own button, had it been pressed when the last reading came.
      'hour until now': { from: now - HOUR_MS, to: now },
      'day until now': { recent: DAY_MS },
      'week until now': { recent: 7 * DAY_MS },
      'month until now': { recent: 30 * DAY_MS },
      year: { from: closed - 365 * DAY_MS, to: closed },
      all: { all: true },
    }).map(([range, fields]) => ({
      name: `${kind}: ${range}`,
      requests: [series(known, fields)],
      known,
    }));
  return [
    { name: 'topics page', requests: [{ action: 'topics', payload: {} }] },
    { name: 'nodes page', requests: [{ action: 'nodes', payload: list }] },
    { name: 'node page, last 10', requests: [about, series(DENSE, { last: 10 })] },
    ...ranges('3 s', DENSE),
    ...ranges('315 s', SPARSE),
  ];
}
