/** The smallest and the greatest value that a variable can have; both may be infinite. */
export interface Range {
  min: number;
  max: number;
}

const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?$/;
/** Between variables: a comma between digits is that of a decimal. */
const BETWEEN_RANGES = /[\n;]|(?<!\d),|,(?!\d)/;
/** Between pairs of names: a comma before the `=` is a part of the board's name. */
const BETWEEN_RENAMES = /[\n;]|(?<==[^=\n;,]{0,300}),/;

/** @returns the parts of the setting that has variables with what they can be */
export function rangeLines(text: string): string[] {
  return partsOf(text, BETWEEN_RANGES);
}

/** @returns the parts of the setting that has other names for fields */
export function renameLines(text: string): string[] {
  return partsOf(text, BETWEEN_RENAMES);
}

/** @returns the parts of a text, without spaces around them and without empty ones */
export function partsOf(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Reads `temperatura: -40..85`, `humedad: 0..`, or a name alone. @returns undefined when it is none of these */
export function rangeIn(line: string): [string, Range] | undefined {
  const colon = line.lastIndexOf(':');
  if (colon < 0) return line.includes('..') ? undefined : [line, { min: -Infinity, max: Infinity }];
  const name = line.slice(0, colon).trim();
  const bounds = line
    .slice(colon + 1)
    .split('..')
    .map((bound) => bound.trim());
  const [min, max] = [boundOf(bounds[0], -Infinity), boundOf(bounds[1], Infinity)];
  // Of three dots the last would be that of a decimal.
  const isRange = name !== '' && bounds.length === 2 && !line.includes('...') && min <= max;
  return isRange ? [name, { min, max }] : undefined;
}

function boundOf(text: string | undefined, otherwise: number): number {
  if (text === '') return otherwise;
  return text !== undefined && NUMBER.test(text) ? Number(text.replace(',', '.')) : NaN;
}

/** Reads `Temp 1 = temperatura`: the board's name and the new one. @returns undefined when one is missing */
export function renameIn(line: string): [string, string] | undefined {
  const equals = line.lastIndexOf('=');
  const [from, to] = [line.slice(0, Math.max(0, equals)).trim(), line.slice(equals + 1).trim()];
  return from !== '' && to !== '' ? [from, to] : undefined;
}
