import { UserError, shorten } from '../../shared/user-error';
import type { Range } from '../checks/plausible';

const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads names, one a line or with commas between them. */
export function readNames(text: string): string[] {
  return text
    .split(/[\n,;]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/**
 * Reads variables with what they can be, one a line: `temperatura: -40..85`, `humedad: 0..`, or a name alone.
 * @throws UserError that names the line
 */
export function readRanges(text: string): Map<string, Range> {
  return new Map(linesOf(text).map((line) => readRange(line)));
}

function readRange(line: string): [string, Range] {
  const colon = line.lastIndexOf(':');
  if (colon < 0) return [line, { min: -Infinity, max: Infinity }];
  const name = line.slice(0, colon).trim();
  const [min, max, ...more] = line
    .slice(colon + 1)
    .split('..')
    .map((bound) => bound.trim());
  const range = { min: boundOf(min, -Infinity), max: boundOf(max, Infinity) };
  if (name !== '' && more.length === 0 && max !== undefined && range.min <= range.max) return [name, range];
  throw new UserError('serial-json-in.errors.not-a-range', { value: shorten(line) });
}

function boundOf(text: string | undefined, otherwise: number): number {
  if (text === '') return otherwise;
  return text !== undefined && NUMBER.test(text) ? Number(text) : NaN;
}

/**
 * Reads other names for fields, one a line: `Temp 1 = temperatura`.
 * @throws UserError that names the line
 */
export function readRenames(text: string): Map<string, string> {
  return new Map(
    linesOf(text).map((line) => {
      const equals = line.lastIndexOf('=');
      const [from, to] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
      if (equals > 0 && from !== '' && to !== '') return [from, to];
      throw new UserError('serial-json-in.errors.not-a-rename', { value: shorten(line) });
    }),
  );
}

/** Reads patterns or the like, one a line. */
export function readLines(text: string): string[] {
  return linesOf(text, /\n/);
}

function linesOf(text: string, separator = /[\n;]/): string[] {
  return text
    .split(separator)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
