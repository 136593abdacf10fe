import type { RawReading, ReadingsAnswer, Values } from '../contract';
import type { Zone } from '../../shared/zone';
import type { Client } from './client';
import { csvFile, isoTime, type CsvFile } from './csv';

export interface ExportOptions {
  nodo: string;
  /** milliseconds since 1970, as is `to` */
  from: number;
  to: number;
  /** the variables that are known to be there, in the order of their columns */
  names: readonly string[];
  /** what stands above a variable's column; its name without it */
  heading?: (variable: string) => string;
  /** as in CsvStyle */
  locale: string | undefined;
  zone?: Zone;
  /** heading of the column for what else a reading turns out to have */
  others: string;
  /** told how many readings have been written, and what share of the time is done, from 0 to 1 */
  onProgress: (readings: number, share: number) => void;
  signal: AbortSignal;
}

/**
 * Writes every reading of a range as it was sent, into a file that the browser keeps: it takes pieces of it to its disk,
 * so that the page's memory does not grow with it.
 * @throws AnswerError where there is no answer; an AbortError once the signal is aborted
 */
export async function exportReadings(
  client: Pick<Client, 'ask'>,
  {
    nodo,
    from,
    to,
    names,
    heading = (name) => name,
    locale,
    zone,
    others,
    onProgress,
    signal,
  }: ExportOptions,
): Promise<Blob> {
  const file = csvFile(locale, zone);
  const head = locale === undefined ? ['ts'] : ['fecha', 'ts (UTC)'];
  let blob = new Blob(['\uFEFF', file.line([...head, ...names.map(heading), others])]);
  let next: number | null = from;
  let width: number | undefined;
  let count = 0;
  while (next !== null) {
    signal.throwIfAborted();
    const answer: ReadingsAnswer = await client.ask<ReadingsAnswer>('readings', {
      nodo,
      from: next,
      to,
      ...(width === undefined ? {} : { width }),
    });
    blob = new Blob([blob, answer.readings.map((reading) => lineOf(reading, names, file)).join('')]);
    count += answer.readings.length;
    ({ next, width } = answer);
    onProgress(count, next === null ? 1 : (next - from) / (to - from));
  }
  return new Blob([blob], { type: 'text/csv;charset=utf-8' });
}

function lineOf({ ts, valores }: RawReading, names: readonly string[], file: CsvFile): string {
  const known = new Set(names);
  const rest = Object.entries(valores).filter(([name]) => !known.has(name));
  const times = file.locale === undefined ? [isoTime(ts)] : [file.wallTime(ts), isoTime(ts)];
  const cells = names.map((name) => cellOf(Object.hasOwn(valores, name) ? valores[name] : null, file));
  return file.line([...times, ...cells, rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(rest))]);
}

function cellOf(value: Values[string] | undefined, file: CsvFile): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' ? file.number(value) : String(value);
}
