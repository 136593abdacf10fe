import { readFileSync } from 'node:fs';
import { BenchError, messageOf } from './errors';
import type { Signal } from './signal';
import { isQuantity, type Quantity } from './surroundings';

/** A recorded course of values, to be played. */
export interface Day {
  /** How long it takes to play. */
  seconds: number;
  signals: Partial<Record<Quantity, Signal>>;
}

interface Row {
  at: number;
  values: number[];
}

const TIME_COLUMNS = ['segundos', 'seconds', 'hora', 'time'];

/**
 * Reads a table of numbers: a heading, then one line a moment, with commas or semicolons between the columns. The first
 * column is the time, `segundos` from the beginning or `hora` as HH:MM or HH:MM:SS; the others are named after the settings
 * (`humedad`, `temperatura`, `a1`). Between two lines values go straight from one to the other.
 * @param speed how many times as fast it is played
 * @throws BenchError naming file, line and what is wrong
 */
export function readDay(file: string, speed: number): Day {
  const [heading = '', ...lines] = read(file)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const [time = '', ...names] = cells(heading);
  const unknown = names.find((name) => !isQuantity(name));
  if (!TIME_COLUMNS.includes(time) || names.length === 0 || unknown !== undefined) {
    throw new BenchError(
      `${file}: the heading must be ${TIME_COLUMNS.join(' or ')} and names of settings, not ${JSON.stringify(heading.slice(0, 60))}`,
    );
  }
  const rows = lines.map((line, index) => parseRow(line, names.length, `${file}:${index + 2}`));
  const last = rows.at(-1);
  if (last === undefined || rows.some(({ at }, index) => at < (rows[index - 1]?.at ?? 0))) {
    throw new BenchError(`${file}: there must be lines, one after the other in time`);
  }
  const begin = rows[0]?.at ?? 0;
  const signals = Object.fromEntries(
    names.map((name, column): [string, Signal] => [name, (t) => valueAt(rows, column, begin + t * speed)]),
  );
  return { seconds: Math.max(last.at - begin, 1) / speed, signals };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BenchError(`cannot read the table: ${messageOf(cause)}`, { cause });
  }
}

function cells(line: string): string[] {
  return line.split(/[;,]/).map((cell) => cell.trim());
}

function parseRow(line: string, columns: number, place: string): Row {
  const [time = '', ...values] = cells(line);
  const row = { at: parseTime(time), values: values.map((value) => (value === '' ? NaN : Number(value))) };
  if (!(row.at >= 0) || row.values.length !== columns || row.values.some(Number.isNaN)) {
    throw new BenchError(
      `${place}: ${JSON.stringify(line.slice(0, 60))} is not a time and ${columns} numbers`,
    );
  }
  return row;
}

function parseTime(text: string): number {
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text);
  if (clock === null) return text === '' ? NaN : Number(text);
  const [, hours = 0, minutes = 0, seconds = 0] = clock;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function valueAt(rows: Row[], column: number, time: number): number {
  const next = firstAfter(rows, time);
  const after = rows[Math.min(next, rows.length - 1)];
  const before = rows[Math.max(0, next - 1)];
  const from = before?.values[column] ?? 0;
  const to = after?.values[column] ?? 0;
  const start = before?.at ?? 0;
  const span = (after?.at ?? 0) - start;
  return span <= 0 || time < start ? to : from + ((to - from) * (time - start)) / span;
}

/** @returns the index of the first row later than `time`, as many as there are rows when there is none */
function firstAfter(rows: Row[], time: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.at ?? Infinity) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}
