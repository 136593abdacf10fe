import { groupedNumber, readScalar, type Scalar } from '../json/numbers';

/** A unit: C, °C, *C, %, kW/m², m/s2, µg/m^3. */
const UNIT = '[*°º˚]?(?:[%A-Za-zµμΩ\\u2126°º²³⁻¹/·]|[ms]\\^?-?[123]){0,12}';
const SPACE = '[ \\u00a0\\u202f]?';
const WITH_UNIT = new RegExp(
  `^([+-]?(?:[\\d.,]*\\d(?:[.,](?![A-Za-z]))?)(?:[eE][+-]?\\d+)?)${SPACE}${UNIT}$`,
);
/** What a sensor library gives in place of a number keeps its unit; without a sign before it, `info` would be one. */
const NONE_WITH_UNIT = new RegExp(`^([+-]?(?:nan|inf|ovf)|--|---)(?=[ \\u00a0*°º˚%])${SPACE}${UNIT}$`, 'i');
const LONGEST = 64;
/** Its 0 is no number with a unit behind it. */
const HEXADECIMAL = /^[+-]?0[xX]/;

/**
 * Reads a text that means a number: `60`, `23,5`, `1,234.5`, `23.5 C`, `nan`.
 * @returns undefined when it means none
 */
export function textToNumber(text: string): Scalar | undefined {
  const word = text.trim();
  if (word.length > LONGEST) return undefined;
  const number = HEXADECIMAL.test(word)
    ? undefined
    : (WITH_UNIT.exec(word) ?? NONE_WITH_UNIT.exec(word))?.[1];
  const grouped = number === undefined ? undefined : groupedNumber(number);
  if (grouped !== undefined) return { value: grouped };
  const read = readScalar(number?.replace(',', '.') ?? word, true);
  if (!read || typeof read.value === 'boolean') return undefined;
  // That it was written as a text is what the setting is for, and no repair.
  return read.repair === 'number-form' ? { value: read.value } : read;
}
