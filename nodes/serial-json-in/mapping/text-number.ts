import { readScalar, type Scalar } from '../json/numbers';

/** A number, and behind it a unit of letters: 23.5 C, 60%, 1.2 kW/m². */
const WITH_UNIT = /^([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?) ?[*°]?[%A-Za-zµμΩ°²³/·]{0,12}$/;
const LONGEST = 64;
/** Its 0 is no number with a unit behind it. */
const HEXADECIMAL = /^[+-]?0[xX]/;

/**
 * Reads a text that means a number: `60`, `23,5`, `23.5 C`, `nan`.
 * @returns undefined when it means none
 */
export function textToNumber(text: string): Scalar | undefined {
  const word = text.trim();
  if (word.length > LONGEST) return undefined;
  const number = HEXADECIMAL.test(word) ? undefined : WITH_UNIT.exec(word)?.[1]?.replace(',', '.');
  const read = readScalar(number ?? word, true);
  if (!read || typeof read.value === 'boolean') return undefined;
  // That it was written as a text is what the setting is for, and no repair.
  return read.repair === 'number-form' ? { value: read.value } : read;
}
