import type { SeriesModel } from './series-model';

/** How a file of values is written, and what its columns are called. */
export interface CsvStyle {
  /** a full tag such as es-CO; absent: for programs (RFC 4180, decimal points, times in ISO 8601) */
  locale: string | undefined;
  mean: string;
  min: string;
  max: string;
}

/**
 * @returns the points as a table with a column for each variable. A spreadsheet of the locale reads it with a double
 *   click: it takes the semicolon between columns where the comma is in its numbers, and dates without a zone
 */
export function toCsv(model: SeriesModel, names: string[], style: CsvStyle): string {
  const columns = names.map((name) => model.columns.get(name)!);
  const folded = model.bucketMs > 0;
  const decimal = style.locale === undefined ? '.' : decimalSignOf(style.locale);
  const separator = decimal === ',' ? ';' : ',';
  const header = [
    style.locale === undefined ? 'ts' : 'fecha',
    ...names.flatMap((name) =>
      folded ? [style.mean, style.min, style.max].map((part) => `${name} ${part}`) : [name],
    ),
  ];
  const times = style.locale === undefined ? model.times.map(isoTime) : localTimes(model.times, decimal);
  const number = (value: number | null | undefined): string => String(value ?? '').replace('.', decimal);
  const rows = times.map((time, index) => [
    time,
    ...columns.flatMap(({ mean, min, max }) =>
      (folded ? [mean[index], min[index], max[index]] : [mean[index]]).map(number),
    ),
  ]);
  return [header.map((text) => quoted(text, separator)), ...rows]
    .map((row) => row.join(separator) + '\r\n')
    .join('');
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/**
 * Times of the browser's zone, as spreadsheets of all languages read them. Milliseconds, which they show in place of the
 * date, only where seconds do not tell one reading from the next.
 */
function localTimes(times: readonly number[], decimal: string): string[] {
  const seconds = times.map((time) => Math.floor(time / 1_000));
  const fine = seconds.some((second, index) => second === seconds[index - 1]);
  return times.map((time) => {
    const date = new Date(time);
    const shifted = new Date(time - date.getTimezoneOffset() * 60_000).toISOString();
    return shifted.slice(0, 19).replace('T', ' ') + (fine ? decimal + shifted.slice(20, 23) : '');
  });
}

function decimalSignOf(locale: string): string {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  return parts.find(({ type }) => type === 'decimal')?.value ?? '.';
}

function quoted(text: string, separator: string): string {
  // A spreadsheet would run a text that begins like a formula; a leading apostrophe makes it a text.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return safe.includes(separator) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
