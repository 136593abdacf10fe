import { formatNumber, ratiosOf, type MeasuredRow, type Report } from './report';
import type { Bound, Failure, Series } from './row';
import { summarize } from './statistics';

const HEAD = [
  '| row | measured | median | beside it | median | ratio, and its rounds | goal |',
  '|---|---|---|---|---|---|---|',
];

const COSTS_HEAD = [
  '| row | contender | us of CPU each | most memory, MB | event loop blocked at most, ms | one collection of garbage at most, ms |',
  '|---|---|---|---|---|---|',
];

/** @returns what was measured against what it should be, as Markdown */
export function toMarkdown(report: Report): string {
  const { machine, database, rows } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const about = [
    `With ${database}, on ${machine.processor} (${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system});`,
    `${versions.join(', ')}.`,
    rows.map(conditionsOf).join('; ') + '.',
  ];
  const costs = rows.flatMap(costsOf);
  return [
    about.join(' '),
    '',
    ...HEAD,
    ...rows.flatMap(linesOf),
    ...(costs.length > 0 ? ['', ...COSTS_HEAD, ...costs] : []),
  ].join('\n');
}

function conditionsOf({ row, measured: { rounds, date, commit } }: MeasuredRow): string {
  return `row ${row}: ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${date.slice(0, 10)}, commit ${commit}`;
}

function linesOf(result: MeasuredRow): string[] {
  const { row, series, bounds = [], failures = [] } = result;
  const figure = (name: string): string => {
    const one = series.find((candidate) => candidate.name === name);
    return one ? `${formatNumber(summarize(one.figures).median)} ${one.unit}` : '';
  };
  const ratios = ratiosOf(result).map(({ of, to, median, min, max, atLeast }) => {
    const goal = atLeast === undefined ? '' : verdict(`at least ${atLeast}`, median >= atLeast);
    const ratio = `${formatNumber(median)} (${formatNumber(min)} to ${formatNumber(max)})`;
    return line(row, of, figure(of), to, figure(to), ratio, goal);
  });
  const bounded = bounds.map(({ of, atMost }) => {
    const goal = verdict(`at most ${atMost}`, isWithin(series, { of, atMost }));
    return line(row, of, figure(of), '', '', '', goal);
  });
  return [...ratios, ...bounded, ...othersOf(result, figure), ...failures.map((one) => failed(row, one))];
}

/** What each contender used, where that was measured. */
function costsOf({ row, series }: MeasuredRow): string[] {
  return series.flatMap(({ name, cpu, memoryMB, loopMs, gcMs }) => {
    if (!cpu?.length || (!memoryMB?.length && !loopMs?.length)) return [];
    const most = (values?: readonly number[]): string =>
      values?.length ? formatNumber(Math.max(...values)) : '';
    return [line(row, name, formatNumber(summarize(cpu).median), most(memoryMB), most(loopMs), most(gcMs))];
  });
}

/** What is neither part of a ratio nor bounded. */
function othersOf(result: MeasuredRow, figure: (name: string) => string): string[] {
  const told = new Set([
    ...ratiosOf(result).flatMap(({ of, to }) => [of, to]),
    ...(result.bounds ?? []).map(({ of }) => of),
  ]);
  return result.series
    .filter(({ name }) => !told.has(name))
    .map(({ name }) => line(result.row, name, figure(name), '', '', '', ''));
}

function failed(row: number, { of, reason }: Failure): string {
  return line(row, of, reason, '', '', '', '');
}

function isWithin(series: readonly Series[], { of, atMost }: Bound): boolean {
  const one = series.find(({ name }) => name === of);
  return one !== undefined && summarize(one.figures).median <= atMost;
}

function verdict(goal: string, met: boolean): string {
  return met ? goal : `${goal}: **missed**`;
}

function line(...cells: (string | number)[]): string {
  return `| ${cells.join(' | ')} |`.replaceAll(/ +/g, ' ');
}
