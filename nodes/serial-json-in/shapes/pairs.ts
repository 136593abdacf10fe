import { textToNumber } from '../mapping/text-number';
import type { LinePart } from './line-part';
import { NamedValues, unquoted } from './named-values';

const NAME = /^[^:={}[\]]{1,256}$/;
/** The spaces around what stands between a name and its value. */
const AROUND_COLON = /(?:(?<! ) +)?([:=]) */g;
/** What separates pairs in any case. */
const SEPARATOR = /[;\t|&]| {2,}/;
/** A comma before the next name; any other is a part of the value: 23,5. */
const COMMA = /,(?=[^,:=]*[:=])/;
/** A word behind a number that is its unit rather than the next name: three letters at most, or with such a sign. */
const UNIT = /^.{1,3}$|[%°º*/²³µΩ\d^]/;
const LONG_UNITS = new Set([
  'mbar',
  'inhg',
  'degc',
  'degf',
  'ohms',
  'kohm',
  'volt',
  'volts',
  'watt',
  'watts',
  'amps',
  'lumen',
]);

/**
 * Reads a line such as `temp:23,hum:60`, as a micro:bit prints it, or `Humidity: 60.00 %  Temperature: 26.00 *C 78.80 *F`:
 * a `:` or a `=` behind each name, and between the pairs commas, semicolons, tabs, bars or spaces. Numbers become numbers,
 * with or without a unit, the first where there are several; other values stay texts.
 * @param texts the names whose values stay texts, whatever they are, such as that of the node
 */
export function readPairs(line: string, texts: readonly string[]): LinePart {
  const broken: LinePart = { kind: 'broken', reason: 'not-pairs', text: line };
  const values = new NamedValues(texts);
  let isEmpty = true;
  for (const pair of pairsIn(line)) {
    const at = pair.search(/[:=]/);
    const name = unquoted(pair.slice(0, Math.max(0, at)));
    const text = pair.slice(at + 1).trim();
    // Of a name of several words only a number shows that it is one, and no sentence of a log.
    if (!NAME.test(name) || /[{}]/.test(text) || (name.includes(' ') && !isNumber(text))) return broken;
    if (text.includes(',') && !/^["']/.test(text) && !textToNumber(text)) return broken;
    values.put(name, unquoted(text));
    if (text !== '') isEmpty = false;
  }
  return isEmpty ? broken : { kind: 'object', value: values.value, repairs: values.repairs, text: line };
}

function isNumber(text: string): boolean {
  return text === '' || text === '-' || /^[+-]?[.,]?\d/.test(text) || textToNumber(text) !== undefined;
}

function pairsIn(line: string): string[] {
  const bare = /^\{[^]*\}$/.test(line) ? line.slice(1, -1) : line;
  return bare
    .replace(AROUND_COLON, '$1')
    .split(SEPARATOR)
    .flatMap((piece) => piece.split(COMMA))
    .map(withoutCommas)
    .filter((piece) => piece !== '')
    .flatMap(spaced);
}

function withoutCommas(piece: string): string {
  let [from, end] = [0, piece.length];
  while (from < end && ' ,'.includes(piece.charAt(from))) from += 1;
  while (end > from && ' ,'.includes(piece.charAt(end - 1))) end -= 1;
  return piece.slice(from, end);
}

/** Pairs with spaces alone between them: a name may have several words, and a number may have a unit behind it. */
function spaced(piece: string): string[] {
  const pairs: string[] = [];
  let words: string[] = [];
  for (const word of piece.split(' ')) {
    if (!/[:=]/.test(word)) {
      words.push(word);
      continue;
    }
    const last = pairs.pop();
    const units = last === undefined ? 0 : unitsIn(last, words);
    if (last !== undefined) pairs.push([last, ...words.slice(0, units)].join(' '));
    pairs.push([...words.slice(units), word].join(' '));
    words = [];
  }
  return [...pairs.slice(0, -1), [...pairs.slice(-1), ...words].join(' ')];
}

/** @returns how many of the words behind a pair belong to its value */
function unitsIn(pair: string, words: string[]): number {
  const value = pair.slice(pair.search(/[:=]/) + 1);
  if (!textToNumber(value)) return words.length;
  const end = words.findIndex((word) => !UNIT.test(word) && !LONG_UNITS.has(word.toLowerCase()));
  return end < 0 ? words.length : end;
}
