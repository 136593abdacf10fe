import { Long } from 'mongodb';
import { isWideNumber, numberOf } from '../shared/stored-reading';
import { shorten } from '../shared/user-error';
import { variablesIn } from '../shared/variables';
import type { Values } from './contract';

const MAX_TEXT = 200;
const MAX_SENT = 10_000;

/**
 * The variables of a reading as JSON can carry them: numbers, null, booleans and short texts, what is nested by its path.
 *
 * Object.fromEntries makes own properties whatever they are called, `__proto__` included.
 */
export function variablesOf(reading: object): Values {
  return Object.fromEntries(variablesIn(reading).map(([name, value]) => [name, plainValue(value)]));
}

/** The same with texts as they are, and integers with all digits, for whoever wants what was sent. */
export function sentValuesOf(reading: object): Values {
  return Object.fromEntries(variablesIn(reading).map(([name, value]) => [name, sentValue(value)]));
}

function sentValue(value: unknown): Values[string] {
  if (typeof value === 'string' && value.length <= MAX_SENT) return value;
  return exactInteger(value) ?? plainValue(value, MAX_SENT);
}

/** @returns the digits of an integer that JavaScript's numbers would round */
function exactInteger(value: unknown): string | undefined {
  return value instanceof Long && isWideNumber(value) && !Number.isSafeInteger(value.toNumber())
    ? value.toString()
    : undefined;
}

/** @returns the value as a number, null, a boolean or a short text. */
export function plainValue(value: unknown, maxText = MAX_TEXT): number | null | boolean | string {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || isWideNumber(value)) return numberOf(value);
  if (typeof value === 'boolean') return value;
  return shorten(value, maxText);
}

/** @returns a text field of a document, or null when it is missing or something else. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? shorten(value, MAX_TEXT) : null;
}
