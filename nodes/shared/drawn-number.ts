/** A number as boards print it into a text, with a point or a comma before the decimals. */
const NUMBER_TEXT = /^\s*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*$/;
/**
 * The same with its thousands parted, as programs write it for people. It needs decimals behind another sign: of one kind of
 * sign alone, an address, a version and a date are made as well.
 */
const GROUPED_TEXT = /^\s*[+-]?\d{1,3}([.,'’ \u00a0\u202f])\d{3}(?:\1\d{3})*(?!\1)[.,]\d+\s*$/;
/** No number that says anything is longer; what is, is not looked at. */
const MAX_LENGTH = 60;

/**
 * Variables of a node that are drawn of one range. Who sends more has names that change from reading to reading, as a
 * scanner's whose names are the addresses that it has heard.
 */
export const MAX_DRAWN = 500;

/**
 * @returns a value as a chart draws it: a number, the number that a text says, 1 and 0 for true and false; null for all
 *   else, as no answer of the sensor, NaN or another text
 */
export function drawnNumber(value: unknown): number | null {
  if (typeof value === 'boolean') return Number(value);
  const number = typeof value === 'string' ? numberIn(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function numberIn(given: string): number | null {
  if (given.length > MAX_LENGTH) return null;
  // A minus as typographers have it.
  const text = given.replace('\u2212', '-');
  if (NUMBER_TEXT.test(text)) return Number(text.replace(',', '.'));
  const [, parting] = GROUPED_TEXT.exec(text) ?? [];
  return parting === undefined ? null : Number(text.replaceAll(parting, '').replace(',', '.'));
}

/** @returns a value that is a text and no number: the name of a state */
export function stateOf(value: unknown): string | null {
  return typeof value === 'string' && drawnNumber(value) === null ? value : null;
}
