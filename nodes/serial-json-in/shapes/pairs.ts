import { doubtfulNumber, textToNumber } from '../mapping/text-number';
import type { LinePart } from './line-part';
import { NamedValues, newMemory, unquoted } from './named-values';

const NAME = /^[^:={}[\]]{1,256}$/;
/** A name that begins with a digit: before a number (`5V:4.98`) it is one; else a time or an address is cut there. */
const BEGINS_WITH_DIGIT = /^\d/;
/** A number, or what a sensor library gives in place of one. */
const BEGINS_AS_VALUE = /^(?:[+-]?[.,]?\d|(?:[+-]?(?:nan|inf|ovf)|--)[ *°º˚℃℉%])/i;
const TIME_OF_DAY = /^\d\d:[0-5]\d$/;
/** `1:open` of the first of several. */
const INDEX = /^\d{1,3}$/;
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
 * @param memory what is known of the board
 */
export function readPairs(line: string, texts: readonly string[], memory = newMemory()): LinePart {
  const broken: LinePart = { kind: 'broken', reason: 'not-pairs', text: line };
  const values = new NamedValues(texts, memory);
  let isEmpty = true;
  let first: string | undefined;
  for (const pair of pairsIn(line)) {
    const at = pair.search(/[:=]/);
    const name = unquoted(pair.slice(0, Math.max(0, at)));
    const text = pair.slice(at + 1).trim();
    // Of a name of several words only a number shows that it is one, and no sentence of a log.
    if (!NAME.test(name) || /[{}]/.test(text) || (name.includes(' ') && !isNumber(text))) return broken;
    const number = textToNumber(text, memory.commas);
    if (text.includes(',') && !/^["']/.test(text) && !number && !doubtfulNumber(text, memory.commas))
      return broken;
    if (TIME_OF_DAY.test(`${name}:${text}`)) return broken;
    if (!number && BEGINS_WITH_DIGIT.test(name) && !(INDEX.test(name) && !/^\d/.test(text))) return broken;
    first ??= name;
    if (beginsAgain(text, first)) return { kind: 'broken', reason: 'restarted', text: line };
    values.put(name, unquoted(text));
    if (text !== '') isEmpty = false;
  }
  if (isEmpty) return broken;
  const doubt = values.doubt();
  if (doubt) return { kind: 'broken', reason: 'doubtful', text: line, params: doubt };
  values.learn();
  return { kind: 'object', value: values.value, repairs: values.repairs, text: line };
}

/** @returns whether the line's first name stands in a value: its end was lost, and the next line is run together with it */
function beginsAgain(text: string, first: string): boolean {
  const at = text.indexOf(first);
  return at >= 0 && /^ ?[:=]/.test(text.slice(at + first.length));
}

function isNumber(text: string): boolean {
  return text === '' || text === '-' || BEGINS_AS_VALUE.test(text) || textToNumber(text) !== undefined;
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
