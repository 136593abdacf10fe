/** A number as boards print it into a text, with a point or a comma before the decimals. */
const NUMBER_TEXT = /^\s*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*$/;
/** No number that says anything is longer; what is, is not looked at. */
const MAX_LENGTH = 60;

/**
 * @returns a value as a chart draws it: a number, the number that a text says, 1 and 0 for true and false; null for all
 *   else, as no answer of the sensor, NaN or another text
 */
export function drawnNumber(value: unknown): number | null {
/**
 * Variables of a node that are drawn of one range. Who sends more has names that change from reading to reading, as a
 * scanner's whose names are the addresses that it has heard.
 */
export const MAX_DRAWN = 500;

  if (typeof value === 'boolean') return Number(value);
  const number = typeof value === 'string' ? numberIn(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function numberIn(text: string): number | null {
  return text.length <= MAX_LENGTH && NUMBER_TEXT.test(text) ? Number(text.replace(',', '.')) : null;
}

/** @returns a value that is a text and no number: the name of a state */
export function stateOf(value: unknown): string | null {
  return typeof value === 'string' && drawnNumber(value) === null ? value : null;
}
