import { Zone } from '../../shared/zone';
import { localeOf } from './format';
import { isLocale } from './locale';
import { joinTimes } from './joined-times';
import type { SeriesModel } from './series-model';
import type { Language } from './texts';

/** How a file of values is written, and what its columns are called. */
export interface CsvStyle {
  /** a full tag such as es-CO; absent: for programs (RFC 4180, decimal points, times in ISO 8601) */
  locale: string | undefined;
  mean: string;
  min: string;
  max: string;
  /** what stands above a variable's column; its name without it */
  heading?: (variable: string) => string;
  /** by whose clocks the first column is; the browser's without it */
  zone?: Zone;
}

/** A column of a table: what it is called, and what stands in each row. */
interface TableColumn {
  heading: string;
  cell: (row: number) => number | string | null | undefined;
}

/** A variable of a node in a table of several. */
export interface TablePart {
  model: SeriesModel;
  variable: string;
  heading: string;
}

/**
 * @returns the points as a table with a column for each variable. A spreadsheet of the locale reads it with a double
 *   click: it takes the semicolon between columns where the comma is in its numbers, and dates without a zone
 */
export function toCsv(model: SeriesModel, names: string[], style: CsvStyle): string {
  const columns = names.flatMap((name) => {
    const heading = style.heading?.(name) ?? name;
    return columnsOf({ model, variable: name, heading }, style);
  });
  return table(model.times, columns, style);
}

/** @returns the points of several nodes as one table, in the order of time; a node has empty cells at others' times */
export function joinedCsv(parts: readonly TablePart[], style: CsvStyle): string {
  const { times, rows } = joinTimes(parts.map(({ model }) => model.times));
  const columns = parts.flatMap((part, place) =>
    columnsOf(part, style).map(({ heading, cell }): TableColumn => {
      const at = (row: number): number | undefined => rows[row]?.[place];
      return { heading, cell: (row) => (at(row) === undefined ? null : cell(at(row)!)) };
    }),
  );
  return table(times, columns, style);
}

/** @returns a variable's columns: least, mean and greatest where a point stands for many readings */
function columnsOf({ model, variable, heading }: TablePart, style: CsvStyle): TableColumn[] {
  const { mean, min, max, states, isBoolean } = model.columns.get(variable)!;
  if (model.bucketMs > 0 && model.hasNumbers(variable)) {
    return [
      { heading: `${heading} ${style.mean}`, cell: (row) => mean[row] },
      { heading: `${heading} ${style.min}`, cell: (row) => min[row] },
      { heading: `${heading} ${style.max}`, cell: (row) => max[row] },
    ];
  }
  const cell = (row: number): number | string | null | undefined => {
    const value = mean[row];
    return states?.[row] ?? (isBoolean && typeof value === 'number' ? String(value === 1) : value);
  };
  return [{ heading, cell }];
}

function table(times: readonly number[], columns: readonly TableColumn[], style: CsvStyle): string {
  const { locale, zone = Zone.own() } = style;
  const decimal = locale === undefined ? '.' : decimalSignOf(locale);
  const separator = decimal === ',' ? ';' : ',';
  const cellOf = (value: number | string | null | undefined): string =>
    typeof value === 'string' ? quoted(value, separator) : String(value ?? '').replace('.', decimal);
  const header = [
    ...(locale === undefined ? ['ts'] : ['fecha', 'ts (UTC)']),
    ...columns.map(({ heading }) => quoted(heading, separator)),
  ];
  const shown = locale === undefined ? times.map(isoTime) : localTimes(times, decimal, zone);
  const rows = times.map((time, row) => [
    shown[row],
    // A spreadsheet's time has no zone, and one hour of the year comes twice: this one is unmistakable.
    ...(locale === undefined ? [] : [isoTime(time)]),
    ...columns.map(({ cell }) => cellOf(cell(row))),
  ]);
  return [header, ...rows].map((row) => row.join(separator) + '\r\n').join('');
}

/**
 * @param languages the browser's, the preferred one first
 * @returns the locale by which a file is written; undefined for a reader of English, who gets what programs read
 */
export function csvLocale(language: Language, languages: readonly string[]): string | undefined {
  const own = localeOf(language, languages);
  const [first = own] = languages.filter(isLocale);
  // A page in English is also what those get whose language the page does not speak; who reads Spanish has chosen it.
  const locale = language === 'en' && !first.toLowerCase().startsWith('es') ? first : own;
  return locale.toLowerCase().startsWith('en') ? undefined : locale;
}

export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/** How lines are written that come one after the other. */
export interface CsvFile {
  locale: string | undefined;
  line(cells: readonly string[]): string;
  number(value: number): string;
  /** the time on the wall, with milliseconds */
  wallTime(time: number): string;
}

/** @param locale as in CsvStyle, as is `zone` */
export function csvFile(locale: string | undefined, zone = Zone.own()): CsvFile {
  const decimal = locale === undefined ? '.' : decimalSignOf(locale);
  const separator = decimal === ',' ? ';' : ',';
  return {
    locale,
    line: (cells) => cells.map((cell) => quoted(cell, separator)).join(separator) + '\r\n',
    number: (value) => String(value).replace('.', decimal),
    wallTime: (time) => {
      const shifted = isoTime(zone.wallOf(time));
      return `${shifted.slice(0, 19).replace('T', ' ')}${decimal}${shifted.slice(20, 23)}`;
    },
  };
}

/**
 * Times of the zone, as spreadsheets of all languages read them. Milliseconds, which they show in place of the
 * date, only where seconds do not tell one reading from the next.
 */
function localTimes(times: readonly number[], decimal: string, zone: Zone): string[] {
  const seconds = times.map((time) => Math.floor(time / 1_000));
  const fine = seconds.some((second, index) => second === seconds[index - 1]);
  return times.map((time) => {
    const shifted = isoTime(zone.wallOf(time));
    return shifted.slice(0, 19).replace('T', ' ') + (fine ? decimal + shifted.slice(20, 23) : '');
  });
}

/** Of the digits that a file is written with, whatever others the locale has of its own. */
function decimalSignOf(locale: string): string {
  const parts = new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).formatToParts(1.5);
  return parts.find(({ type }) => type === 'decimal')?.value ?? '.';
}

/** What begins with a sign and is a number is no formula. */
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?$/;

/**
 * Where a spreadsheet may find a formula: at the beginning, and behind what another language has between columns, also
 * within quotes. Some take the wide forms of the signs, too.
 */
const FORMULA = /(^|[;,\t\r\n])(?=[=+\-@＝＋－＠])(?![+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?:$|[;,\t\r\n]))/gi;

function quoted(text: string, separator: string): string {
  // A spreadsheet would run it; a leading apostrophe makes it a text.
  const safe = NUMBER.test(text) ? text : text.replace(/^(?=[\t\r\n])/, "'").replace(FORMULA, "$1'");
  return safe.includes(separator) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
