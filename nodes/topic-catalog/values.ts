import { isVariable, isWideNumber, numberOf } from '../shared/stored-reading';
import { shorten } from '../shared/user-error';
import type { Values } from './answers';

const MAX_TEXT = 200;
/** A page can't show more variables of one node than this; the rest is left out. */
const MAX_VARIABLES = 200;

/**
 * The variables of a reading as JSON can carry them: numbers, null, booleans and short texts.
 *
 * Object.fromEntries makes own properties whatever they are called, `__proto__` included.
 */
export function variablesOf(reading: object): Values {
  return Object.fromEntries(
    Object.entries(reading)
      .filter(([name]) => isVariable(name))
      .slice(0, MAX_VARIABLES)
      .map(([name, value]) => [name, plainValue(value)]),
  );
}

/** @returns the value as a number, null, a boolean or a short text. */
export function plainValue(value: unknown): number | null | boolean | string {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || isWideNumber(value)) return numberOf(value);
  if (typeof value === 'boolean') return value;
  return shorten(value, MAX_TEXT);
}

/** @returns a text field of a document, or null when it is missing or something else. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? shorten(value, MAX_TEXT) : null;
}
