import type { Machine } from '../support/machine';
import { quantile } from '../support/statistics';
import { RATIOS } from './questions';

/** Milliseconds of each round. */
export interface Times {
  /** from the request to the answer */
  answer: number[];
  /** in which the database had something to do, also for what goes on behind the answer */
  database: number[];
}

export interface Loading {
  readings: number;
  /** in Kafka */
  records: number;
  /** that storing and summarising took */
  seconds: number;
  /** node-hours that the summariser did once more, and how many became different */
  checked: { hours: number; different: number };
}

/** What was measured of one history. */
export interface SizeResult extends Loading {
  /** of the server */
  memory: { nowMB: number; peakMB: number };
  questions: Record<string, Times>;
}

/** A run, as it is written to a file. */
export interface HistoryReport {
  date: string;
  machine: Machine;
  database: string;
  memoryCapMB: number;
  rounds: number;
  /** mean number of waiting processes over the last minute, before and after the questions */
  load: [number, number];
  sizes: SizeResult[];
}

/** @returns a report as a person reads it */
export function formatReport({ sizes, load }: HistoryReport): string {
  const lines = [`load ${load.map((one) => one.toFixed(1)).join(' to ')}; ms and ratios: median (quartiles)`];
  for (const { readings, memory, questions } of sizes) {
    const memories = `${Math.round(memory.nowMB)} MB, at most ${Math.round(memory.peakMB)} MB`;
    lines.push(``, `${count(readings)} readings; ${memories}`, row('', 'database', 'answer'));
    for (const [name, times] of Object.entries(questions)) {
      lines.push(row(name, spread(times.database), spread(times.answer)));
    }
    for (const [of, to] of RATIOS) lines.push(ratioRow(`${of} / ${to}`, questions[of], questions[to]));
  }
  const [least, ...greater] = sizes;
  for (const { readings, questions } of greater) {
    lines.push(``, `${count(readings)} readings / ${count(least?.readings ?? 0)} readings`);
    for (const [name, times] of Object.entries(questions)) {
      lines.push(ratioRow(name, times, least?.questions[name]));
    }
  }
  return lines.join('\n');
}

/** Of the same round, so that what else the machine was doing is in both. */
function ratioRow(name: string, of: Times | undefined, to: Times | undefined): string {
  const [database, answer] = (['database', 'answer'] as const).map((part) =>
    spread((of?.[part] ?? []).map((ms, round) => ms / (to?.[part][round] ?? NaN))),
  );
  return row(name, `${database} x`, `${answer} x`);
}

function row(name: string, database: string, answer: string): string {
  return `  ${name.padEnd(36)}${database.padEnd(28)}${answer}`;
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => {
    const value = quantile(sorted, share);
    return value.toFixed(value < 10 ? 2 : 1);
  });
  return `${middle} (${low} to ${high})`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
