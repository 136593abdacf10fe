import { Commas } from '../json/commas';
import { groupedNumber, readScalar, type Scalar } from '../json/numbers';
import { isMultiplier, isUnit } from './units';

/** A number that stood in a text, with its unit, `` where it has none. */
export interface Measure extends Scalar {
  unit?: string;
}

/** A unit: C, °C, *C, %, kW/m², m/s2, µg/m^3. */
const UNIT = '[*°º˚]?(?:[%A-Za-zµμΩ℃℉\\u2126°º²³⁻¹/·]|[ms]\\^?-?[123]){0,12}';
const SPACE = '[ \\u00a0\\u202f]?';
const WITH_UNIT = new RegExp(
  `^([+-]?(?:[\\d.,]*\\d(?:[.,](?![A-Za-z]))?)(?:[eE][+-]?\\d+)?)(${SPACE})(${UNIT})$`,
);
/** What a sensor library gives in place of a number keeps its unit; without a sign before it, `info` would be one. */
const NONE_WITH_UNIT = new RegExp(`^([+-]?(?:nan|inf|ovf)|--|---)(?=[ \\u00a0*°º˚%])${SPACE}${UNIT}$`, 'i');
const LONGEST = 64;
/** Its 0 is no number with a unit behind it. */
const HEXADECIMAL = /^[+-]?0[xX]/;
/** Programs print an exponent with its sign, behind a point, or with a small `e`; what reads `12E4` is the number of a tag or a chip. */
const LIKE_EXPONENT = /^[+-]?\d+E\d+$/;

/**
 * Reads a text that means a number: `60`, `23,5`, `1,234.5`, `23.5 C`, `nan`.
 * @param commas what this board's commas mean
 * @returns undefined when it means none, or may mean two
 */
export function textToNumber(text: string, commas = new Commas()): Measure | undefined {
  const word = text.trim();
  if (word.length > LONGEST || LIKE_EXPONENT.test(word)) return undefined;
  const measured = HEXADECIMAL.test(word) ? null : WITH_UNIT.exec(word);
  if (!measured) return withoutForm(readScalar(NONE_WITH_UNIT.exec(word)?.[1] ?? word, true));
  const [, number = '', space, unit = ''] = measured;
  if (unit !== '' && (space === '' ? !isUnit(unit) : isMultiplier(unit))) return undefined;
  const grouped = groupedNumber(number);
  if (grouped !== undefined) return { value: grouped, unit };
  if (!number.includes(',')) return withUnit(readScalar(number, true), unit);
  const meant = commas.read(number);
  return meant === undefined ? undefined : withUnit(readScalar(number.replace(',', '.'), true), unit, meant);
}

/** @returns the number of a text whose comma may be that of decimals or that of thousands, as it stands */
export function doubtfulNumber(text: string, commas: Commas): string | undefined {
  const number = numberIn(text);
  if (number === undefined || !number.includes(',') || groupedNumber(number) !== undefined) return undefined;
  return commas.read(number) === undefined ? number : undefined;
}

/** @returns the number of a text without its unit, as it stands */
export function numberIn(text: string): string | undefined {
  const word = text.trim();
  return word.length > LONGEST ? undefined : WITH_UNIT.exec(word)?.[1];
}

function withUnit(read: Scalar | undefined, unit: string, meant?: number): Measure | undefined {
  const number = withoutForm(read);
  if (!number) return undefined;
  if (meant !== undefined && typeof number.value === 'number') number.value = meant;
  return { ...number, unit };
}

/** That it was written as a text is what the setting is for, and no repair. */
function withoutForm(read: Scalar | undefined): Scalar | undefined {
  if (!read || typeof read.value === 'boolean') return undefined;
  return read.repair === 'number-form' ? { value: read.value } : read;
}
