import { isObject } from '../../shared/reading';
import { readJson, textAfter, type JsonError, type JsonOptions, type Repair } from '../json/json-reader';
import { readPlainObject } from '../json/plain-object';
import { checkAt } from '../lines/checksum';
import { nextMark, trimmed } from '../lines/line-text';
import type { LinePart } from './line-part';

export interface JsonLineOptions extends JsonOptions {
  /** whether an object without a checksum is refused */
  checksumRequired: boolean;
}

/** How much text is read again, at most, to find where a board began anew in the middle of a line. */
const SEARCH_BUDGET = 1_000_000;
const MOST_ATTEMPTS = 64;
const FEWEST_ATTEMPTS = 4;
/** A field and its value, of which a line is known again. */
const LONGEST_PAIR = 300;
/** Behind these, JSON has an object inside of another, or the next of a list. */
const EXPECTS_VALUE = ':,[';
const OPENING_BRACE = 0x7b;
/** An object of which nothing but the first name has come. */
const FIRST_NAME = /^\{\s*("[^"\s]+")\s*:\s*$/;
/** `[12:03] {...}` begins none. */
const BEGINS_OBJECTS = /^(?:\{|\[\s*(?:\{|$))/;
/** What a label or a time of day may have before an object, and JSON has not: brackets with neither texts nor objects in them. */
const BRACKETED = /\[[^[\]{}"]*\]/g;
/** Between objects of one line, and behind the last one. */
const SEPARATORS = ',;';

/**
 * Reads a line of one JSON object, of several one after the other, or of an array of them, each with a checksum behind it
 * or without.
 *
 * Where an object breaks off and another one begins, as when the board was reset in the middle of a line, the second one
 * counts; so does an object behind the noise that a board makes when it starts. What comes behind an object and is no
 * other one damages the whole line: it may be the rest of a checksum.
 */
export function readJsonLine(line: string, options: JsonLineOptions): LinePart[] {
  const text = trimmed(line);
  const plain = readPlain(text, options);
  if (plain) return [plain];
  const parts: LinePart[] = [];
  // Whoever prints a list puts the commas before its lines, or behind them.
  let from = text.startsWith(',') ? nextMark(text, 1) : 0;
  while (from < text.length) {
    const read = readObjects(text, from, options);
    if ('end' in read) {
      parts.push(...read.parts);
      from = nextMark(text, read.end);
      if (SEPARATORS.includes(text.charAt(from))) from = nextMark(text, from + 1);
      if (options.lenient) from = behindComment(text, from);
      if (from < text.length && text[from] !== '{' && text[from] !== '[') {
        return [{ kind: 'broken', reason: 'not-json', text, error: textAfter(text, from) }];
      }
      continue;
    }
    const next = beginningAgain(text, from, options);
    if (next === undefined) {
      parts.push({ kind: 'broken', ...read.broken, text: parts.length === 0 ? text : text.slice(from) });
      return parts;
    }
    parts.push({ kind: 'broken', ...brokenOff(text, from), text: trimmed(text.slice(from, next)) });
    from = next;
  }
  return parts.length > 0 ? parts : [{ kind: 'broken', reason: 'not-json', text: line, error: empty }];
}

/** One object and nothing else, save a checksum. */
function readPlain(text: string, options: JsonLineOptions): LinePart | undefined {
  const end = text.endsWith('}') ? text.length : text.lastIndexOf('}') + 1;
  if (end === 0 || text.charCodeAt(0) !== OPENING_BRACE) return undefined;
  if (end < text.length) {
    const { checksum, end: checked } = checkAt(text, 0, end);
    if (checked < text.length || checksum !== 'right') return undefined;
  } else if (options.checksumRequired) return undefined;
  const value = readPlainObject(end === text.length ? text : text.slice(0, end));
  return value && { kind: 'object', value, repairs: [], text };
}

const empty: JsonError = { problem: 'unfinished', at: 0, found: '', field: '' };

type ObjectsRead =
  | { parts: LinePart[]; end: number }
  | { broken: { reason: 'not-json' | 'not-object' | 'checksum'; error?: JsonError } };

/** Reads the object, or the array of objects, that begins at `from`. */
function readObjects(text: string, from: number, options: JsonLineOptions): ObjectsRead {
  const read = readJson(text, from, options);
  if (!read.ok) return { broken: { reason: 'not-json', error: read.error } };
  const { checksum, end } = checkAt(text, from, read.end);
  if (checksum === 'wrong') return { broken: { reason: 'checksum' } };
  const { value, repairs } = read;
  const values: unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
  if (!values.every(isObject)) {
    // A number with a text behind it (`12:03 wifi up`) is no JSON at all.
    const next = nextMark(text, end);
    if (next < text.length) return { broken: { reason: 'not-json', error: textAfter(text, next) } };
    return { broken: { reason: 'not-object' } };
  }
  const missing = checksum === 'none' && options.checksumRequired;
  const whole = text.slice(from, end);
  const parts = values.map((object, i): LinePart => {
    if (missing) return { kind: 'broken', reason: 'no-checksum', text: whole };
    const own = values.length > 1 ? repairsOf(repairs, i) : repairs;
    return { kind: 'object', value: object, repairs: own, text: whole };
  });
  return { parts, end };
}

/** The repairs of one element of an array, without its index in the fields' names. */
function repairsOf(repairs: Repair[], index: number): Repair[] {
  const prefix = `${index}.`;
  return repairs
    .filter(({ field }) => field.startsWith(prefix))
    .map((repair) => ({ ...repair, field: repair.field.slice(prefix.length) }));
}

/** @returns where, behind a broken beginning, a whole object stands that is not a part of it */
function beginningAgain(text: string, from: number, options: JsonLineOptions): number | undefined {
  const budget = Math.floor(SEARCH_BUDGET / (text.length - from + 1));
  let attempts = Math.min(MOST_ATTEMPTS, Math.max(FEWEST_ATTEMPTS, budget));
  for (let at = text.indexOf('{', from + 1); at >= 0 && attempts > 0; at = text.indexOf('{', at + 1)) {
    if (!beginsAnew(text, from, at)) continue;
    attempts -= 1;
    const read = readObjects(text, at, options);
    if (!('end' in read)) continue;
    const next = nextMark(text, read.end);
    if (next === text.length || text[next] === '{') return at;
  }
  return undefined;
}

/**
 * @returns whether the `{` at an index begins another line rather than an object inside of the one broken: nothing before
 * it asks for a value, or it begins with the very field and value that the broken one began with, or with its field where
 * that one has no value yet.
 */
function beginsAnew(text: string, from: number, at: number): boolean {
  if (isLabel(text, from, at)) return true;
  let before = at - 1;
  while (before > from && text[before]?.trim() === '') before -= 1;
  if (!EXPECTS_VALUE.includes(text.charAt(before))) return true;
  const first = firstPair(text, from);
  if (first !== undefined && first === firstPair(text, at)) return true;
  const name = at - from > LONGEST_PAIR ? undefined : FIRST_NAME.exec(text.slice(from, at))?.[1];
  return (
    name !== undefined &&
    text
      .slice(at, at + LONGEST_PAIR)
      .replace(/\s/g, '')
      .startsWith(`{${name}:`)
  );
}

/** `DATA: {...}`: what stands there opens nothing and quotes nothing, so nothing of JSON can be broken in it. */
function isLabel(text: string, from: number, at: number): boolean {
  return at - from <= LONGEST_PAIR && !/[{["]/.test(text.slice(from, at).replace(BRACKETED, ''));
}

/** `{...} // a comment`: what stands there is nothing of the line's checksum. */
function behindComment(text: string, at: number): number {
  if (text.startsWith('//', at)) return text.length;
  if (!text.startsWith('/*', at)) return at;
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? at : nextMark(text, end + 2);
}

function firstPair(text: string, from: number): string | undefined {
  const start = text.slice(from, from + LONGEST_PAIR);
  const end = start.indexOf(',');
  return start.startsWith('{') && end > 0 ? start.slice(0, end) : undefined;
}

/** A line that had begun was broken off; anything else is what stands before a line. */
function brokenOff(
  text: string,
  from: number,
): { reason: 'restarted' } | { reason: 'not-json'; error: JsonError } {
  if (BEGINS_OBJECTS.test(text.slice(from, from + LONGEST_PAIR))) return { reason: 'restarted' };
  const found = text.slice(from, from + 12);
  return { reason: 'not-json', error: { problem: 'value', at: from, found, field: '' } };
}
