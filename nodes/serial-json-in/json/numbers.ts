/** How a value that JSON does not have was understood. */
export type RepairKind =
  /** nan, inf, ovf: what a sensor library gives when it has no value; null */
  | 'no-number'
  /** +5, .5, 5., 007, 23,5, 0x1F, 1_000, 1,234.5: the number meant */
  | 'number-form'
  /** a number beyond what a double holds, such as 1e999; null */
  | 'too-great'
  /** a number nearer to 0 than a double can be, such as 1e-400; 0 */
  | 'too-small'
  /** a whole number of more digits than a double holds; kept exactly, as text */
  | 'kept-as-text'
  /** nothing between the colon and the comma; null */
  | 'no-value'
  /** True, None and their like, in the words of other languages */
  | 'word';

/** A value as a board printed it, and what was made of it; `repair` where that is not what JSON says. */
export interface Scalar {
  value: string | number | boolean | null;
  repair?: RepairKind;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const MEANT_NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** As `print(x, HEX)` behind a `0x`; of more digits a double does not hold all. */
const HEXADECIMAL = /^([+-]?)(0[xX][0-9A-Fa-f]{1,13})$/;
/** As Python prints it for people. */
const UNDERSCORED = /^[+-]?\d{1,3}(?:_\d{3})+(?:\.\d+)?$/;
/** In groups of three digits, so that nothing else can be meant: with both signs, or several commas. 192.168.100.100 is none. */
const GROUPED = /^[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:\.\d{3})+,\d+|(?:,\d{3}){2,})$/;
const WHOLE = /^[+-]?\d+$/;
/** A digit other than 0 before the exponent. */
const NOT_ZERO = /^[^eE]*[1-9]/;
/** Shorter ones are exact in any case. */
const EXACT_DIGITS = 15;
/** A double has no more before its point. */
const MOST_DIGITS = 310;

/** What Arduino's Print (nan, inf, ovf), C, Python and people print for a number that is none. */
const NO_NUMBER = new Set([
  'nan',
  'inf',
  'infinity',
  'ovf',
  'nan(ind)',
  'nan(snan)',
  '--',
  '---',
  'n/a',
  '1.#inf',
  '1.#qnan',
  '1.#ind',
]);
const WORDS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['none', null],
  ['nil', null],
  ['undefined', null],
]);

/**
 * Reads a value without quotes.
 * @param word without spaces around it
 * @param lenient whether values are understood that JSON does not have
 * @returns undefined when it is none
 */
export function readScalar(word: string, lenient: boolean): Scalar | undefined {
  if (JSON_NUMBER.test(word)) return numberOf(word);
  const exact = word === 'true' ? true : word === 'false' ? false : word === 'null' ? null : undefined;
  if (exact !== undefined) return { value: exact };
  return lenient ? meant(word) : undefined;
}

function meant(word: string): Scalar | undefined {
  if (MEANT_NUMBER.test(word)) {
    const read = numberOf(word);
    return { ...read, repair: read.repair ?? 'number-form' };
  }
  if (UNDERSCORED.test(word)) return { value: Number(word.replaceAll('_', '')), repair: 'number-form' };
  const [, sign, digits] = HEXADECIMAL.exec(word) ?? [];
  if (digits !== undefined) {
    const value = Number(digits);
    return { value: sign === '-' ? -value : value, repair: 'number-form' };
  }
  const lower = word.toLowerCase();
  const known = WORDS.get(lower);
  if (known !== undefined) return { value: known, repair: 'word' };
  return isNoNumber(lower) ? { value: null, repair: 'no-number' } : undefined;
}

function isNoNumber(lower: string): boolean {
  return NO_NUMBER.has(lower) || NO_NUMBER.has(lower.replace(/^[+-]/, ''));
}

/** @returns the number of a text such as `1,234.5` or `1.234,5`; undefined when it is none of these */
export function groupedNumber(text: string): number | undefined {
  if (!GROUPED.test(text)) return undefined;
  const last = Math.max(text.lastIndexOf(','), text.lastIndexOf('.'));
  const hasDecimals = text.includes(',') && text.includes('.');
  const whole = hasDecimals ? text.slice(0, last) : text;
  const decimals = hasDecimals ? `.${text.slice(last + 1)}` : '';
  return Number(`${whole.replace(/[.,]/g, '')}${decimals}`);
}

/** A double in place of a 64-bit id would be another id, and no one would see it. */
function numberOf(word: string): Scalar {
  const value = Number(word);
  if (!Number.isFinite(value)) return { value: null, repair: 'too-great' };
  if (value === 0 && NOT_ZERO.test(word)) return { value, repair: 'too-small' };
  if (word.length > EXACT_DIGITS && WHOLE.test(word) && !isExact(word, value)) {
    return { value: word, repair: 'kept-as-text' };
  }
  return { value };
}

function isExact(word: string, value: number): boolean {
  return Number.isSafeInteger(value) || (word.length < MOST_DIGITS && BigInt(word) === BigInt(value));
}
