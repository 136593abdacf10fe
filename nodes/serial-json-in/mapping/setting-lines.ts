import { UserError, shorten } from '../../shared/user-error';
import {
  partsOf,
  rangeIn,
  rangeLines,
  renameIn,
  renameLines,
  type Range,
} from '../../shared/serial-settings';

/** Reads names, one a line or with commas between them. */
export function readNames(text: string): string[] {
  return partsOf(text, /[\n,;]/);
}

/**
 * Reads variables with what they can be, one a line or with commas between them: `temperatura: -40..85`, `humedad: 0..`,
 * or a name alone.
 * @throws UserError that names the line
 */
export function readRanges(text: string): Map<string, Range> {
  return new Map(rangeLines(text).map((line) => rangeIn(line) ?? refuse('not-a-range', line)));
}

/**
 * Reads other names for fields, one a line or with commas between them: `Temp 1 = temperatura`.
 * @throws UserError that names the line
 */
export function readRenames(text: string): Map<string, string> {
  return new Map(renameLines(text).map((line) => renameIn(line) ?? refuse('not-a-rename', line)));
}

function refuse(key: string, line: string): never {
  throw new UserError(`serial-json-in.errors.${key}`, { value: shorten(line) });
}

/** Reads patterns or the like, one a line. */
export function readLines(text: string): string[] {
  return partsOf(text, /\n/);
}
