import type { Machine } from './machine';
import type { Goal, RowResult, Series } from './row';
import { summarize, type Summary } from './statistics';

/** How a row was measured. */
export interface Conditions {
  date: string;
  /** of the code that was measured; "+" where the nodes have been changed since */
  commit: string;
  rounds: number;
  /** how much of the machine's processors everybody else used meanwhile, from 0 to 1 */
  others: number;
}

export interface MeasuredRow extends RowResult {
  measured: Conditions;
}

/** Rows that were measured on one machine with one database, as they are written to a file. */
export interface Report {
  machine: Machine;
  database: string;
  rows: MeasuredRow[];
}

/** A goal and what it came to, round by round. */
export interface Ratio extends Goal, Summary {
  row: number;
  /** that of the best round of each: what other load has spoilt least */
  best: number;
  /** the same as best of what each costs in processor time, so that more is better here too */
  cpu?: number;
}

/** @returns the ratios of a row: of each round, since only what was measured side by side can be compared */
export function ratiosOf({ row, series, goals }: RowResult): Ratio[] {
  return goals.flatMap((goal) => {
    const of = find(series, goal.of);
    const to = find(series, goal.to);
    if (!of || !to) return [];
    const best = Math.max(...of.figures) / Math.max(...to.figures);
    const cpu = of.cpu && to.cpu ? { cpu: Math.min(...to.cpu) / Math.min(...of.cpu) } : {};
    return [{ row, ...goal, ...summarize(byRound(of.figures, to.figures)), best, ...cpu }];
  });
}

/** @returns a row as a person reads it */
export function formatRow(result: RowResult): string {
  const lines = [``, `${result.row}. ${result.title}`];
  const width = Math.max(0, ...result.series.map(({ name }) => name.length));
  for (const { name, unit, figures, cpu, memoryMB, loopMs, gcMs } of result.series) {
    const { median, min, max } = summarize(figures);
    const bound = result.bounds?.find(({ of }) => of === name);
    const verdict = bound ? `   at most ${bound.atMost}: ${median <= bound.atMost ? 'met' : 'MISSED'}` : '';
    const cost = cpu ? `   ${formatNumber(summarize(cpu).median)} us of CPU each` : '';
    const memory = memoryMB?.length ? `, ${formatNumber(Math.max(...memoryMB))} MB` : '';
    const garbage = gcMs?.length ? ` (one collection ${formatNumber(Math.max(...gcMs))})` : '';
    const loop = loopMs?.length
      ? `, event loop blocked for ${formatNumber(Math.max(...loopMs))} ms${garbage}`
      : '';
    lines.push(
      `   ${name.padEnd(width)}  ${formatNumber(median).padStart(11)} ${unit}  (${formatNumber(min)} to ${formatNumber(max)})${cost}${memory}${loop}${verdict}`,
    );
  }
  for (const ratio of ratiosOf(result)) {
    const { of, to, median, min, max, atLeast, cpu } = ratio;
    const byCpu = cpu === undefined ? '' : `, by CPU ${cpu.toFixed(2)}`;
    const verdict =
      atLeast === undefined ? '' : `   at least ${atLeast}: ${median >= atLeast ? 'met' : 'MISSED'}`;
    lines.push(
      `   ${median.toFixed(2)} x  (${min.toFixed(2)} to ${max.toFixed(2)}${byCpu})  ${of} / ${to}${verdict}`,
    );
  }
  for (const { of, reason } of result.failures ?? []) lines.push(`   ${of}: ${reason}`);
  for (const note of result.notes) lines.push(`   - ${note}`);
  return lines.join('\n');
}

function byRound(of: readonly number[], to: readonly number[]): number[] {
  return of.map((figure, i) => figure / (to[i] ?? NaN));
}

function find(series: readonly Series[], name: string): Series | undefined {
  return series.find((one) => one.name === name);
}

/** @returns as many digits as mean something */
export function formatNumber(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value < 10 ? 2 : 1);
}
