import type { Reading } from '../../shared/reading';
import { Commas } from '../json/commas';
import { shorten } from '../../shared/user-error';
import type { Repair } from '../json/json-reader';
import type { LocalClock } from '../lines/local-time';
import { readBoardTime } from './board-time';
import { numberIn, textToNumber } from './text-number';

/** How a board's words become those of a reading. */
export interface MappingRules {
  /** the fields that may name the sensor node, the first that is there counts; `meta.id` looks inside of another */
  nodeFields: readonly string[];
  /** the node's name where no field gives one; empty: such a line is no reading */
  defaultNode: string;
  /** other names for fields: from the board's name to that of the reading */
  rename: ReadonlyMap<string, string>;
  /** whether `"23.5 C"` becomes 23.5 */
  textNumbers: boolean;
  /** whether `{"bme":{"t":1}}` becomes `bme.t` */
  flatten: boolean;
  /** the fields that may have the board's own time, the first that is there counts; none: the time of arrival is the reading's */
  timeFields: readonly string[];
  /** the fields that may have the board's number of the line, which is no variable */
  sequenceFields: readonly string[];
}

/**
 * A reading in its own words; `time` in milliseconds since 1970 where the board gave one that can be believed, `number`
 * where it numbers its lines.
 */
export type Mapped = { reading: Reading; repairs: MappingNote[]; time?: number; number?: number } | undefined;

/** What the mapping had to leave out or change. */
export type MappingNote = Repair | { field: string; found: string; problem: 'time' };

/**
 * Makes a reading of an object; the object is used up.
 * @param arrived milliseconds since 1970
 * @param clock that on the wall, for times of the board without a zone
 * @param commas what this board's commas mean
 * @returns undefined when nothing names the node
 */
export function mapReading(
  object: Record<string, unknown>,
  rules: MappingRules,
  arrived: number,
  clock: LocalClock,
  commas = new Commas(),
): Mapped {
  const repairs: MappingNote[] = [];
  const nodo = takeNode(object, rules, repairs);
  if (nodo === undefined) return undefined;
  const time = takeTime(object, rules.timeFields, arrived, clock, repairs);
  const number = takeNumber(object, rules.sequenceFields);
  const fields = rules.flatten ? flattened(object, repairs) : object;
  const reading = rename(nodo, fields, rules.rename, repairs);
  if (rules.textNumbers) numbersForTexts(reading, repairs, commas);
  const mapped: Mapped = { reading, repairs };
  if (time !== undefined) mapped.time = time;
  if (number !== undefined) mapped.number = number;
  return mapped;
}

function takeNode(
  object: Record<string, unknown>,
  { nodeFields, defaultNode }: MappingRules,
  repairs: MappingNote[],
): string | undefined {
  for (const field of nodeFields) {
    const name = nameOf(valueAt(object, field));
    if (name === undefined) continue;
    if (field === 'nodo') return name;
    removeAt(object, field);
    const other = Object.hasOwn(object, 'nodo') ? object.nodo : undefined;
    if (other !== undefined && nameOf(other) !== name)
      repairs.push({ field: 'nodo', found: shorten(other), problem: 'repeated' });
    return name;
  }
  return defaultNode === '' ? undefined : defaultNode;
}

function nameOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  const name = typeof value === 'string' ? value.trim() : '';
  return name === '' ? undefined : name;
}

function takeTime(
  object: Record<string, unknown>,
  fields: readonly string[],
  arrived: number,
  clock: LocalClock,
  repairs: MappingNote[],
): number | undefined {
  const [named] = fields;
  if (named === undefined) return undefined;
  const field = fields.find((one) => valueAt(object, one) !== undefined);
  const value = field === undefined ? undefined : valueAt(object, field);
  if (field !== undefined) removeAt(object, field);
  const time = readBoardTime(value, arrived, clock);
  // Also of a board that gives none: someone waits for it.
  if (time === undefined)
    repairs.push({
      field: field ?? named,
      found: value === undefined ? '' : shorten(value),
      problem: 'time',
    });
  return time;
}

const DIGITS = /^\d{1,15}$/;

/** Takes the board's number of the line out of an object; what is none stays where it is. */
function takeNumber(object: Record<string, unknown>, fields: readonly string[]): number | undefined {
  for (const field of fields) {
    const value = valueAt(object, field);
    const number = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) continue;
    removeAt(object, field);
    return number;
  }
  return undefined;
}

/** @returns what stands under a name, or under names inside of each other (`meta.id`, `nodes.0.id`) */
export function valueAt(object: Record<string, unknown>, field: string): unknown {
  const holder = holderOf(object, field);
  return holder?.object[holder.name];
}

/** In a list it stays: the others keep their numbers. */
function removeAt(object: Record<string, unknown>, field: string): void {
  const holder = holderOf(object, field);
  if (holder && !Array.isArray(holder.object)) delete holder.object[holder.name];
}

interface Holder {
  object: Record<string, unknown>;
  name: string;
}

/** A name may have dots in it, at each level: the whole is looked for first, then the object under its beginning. */
function holderOf(object: unknown, field: string): Holder | undefined {
  if (typeof object !== 'object' || object === null) return undefined;
  const holder = object as Record<string, unknown>;
  if (Object.hasOwn(holder, field)) return { object: holder, name: field };
  for (let dot = field.indexOf('.'); dot >= 0; dot = field.indexOf('.', dot + 1)) {
    const outer = field.slice(0, dot);
    const found = Object.hasOwn(holder, outer) ? holderOf(holder[outer], field.slice(dot + 1)) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** Objects and arrays become fields of one level: `bme.t`, `s.0`. Empty ones vanish. */
function flattened(object: Record<string, unknown>, repairs: MappingNote[]): Record<string, unknown> {
  const flat = new Map<string, unknown>();
  const spread = (prefix: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) {
      putInto(flat, prefix, value, repairs);
      return;
    }
    for (const [name, inner] of Object.entries(value))
      spread(prefix === '' ? name : `${prefix}.${name}`, inner);
  };
  spread('', object);
  return Object.fromEntries(flat);
}

/** Two fields may come to one name: the last one counts, as where a key stands twice, and it is told where they differ. */
function putInto(fields: Map<string, unknown>, name: string, value: unknown, repairs: MappingNote[]): void {
  const before = fields.get(name);
  if (fields.has(name) && before !== value) {
    repairs.push({ field: name, found: shorten(before), problem: 'repeated' });
  }
  fields.set(name, value);
}

/** The fields keep their order, and `nodo` stands where it stood, or first. */
function rename(
  nodo: string,
  fields: Record<string, unknown>,
  names: ReadonlyMap<string, string>,
  repairs: MappingNote[],
): Reading {
  if (names.size === 0 && Object.hasOwn(fields, 'nodo')) {
    fields.nodo = nodo;
    return fields as Reading;
  }
  const renamed = new Map<string, unknown>([['nodo', nodo]]);
  for (const [name, value] of Object.entries(fields)) {
    const to = names.get(name) ?? name;
    if (to !== 'nodo') putInto(renamed, to, value, repairs);
    else if (name !== 'nodo' && nameOf(value) !== nodo)
      repairs.push({ field: name, found: shorten(value), problem: 'repeated' });
  }
  return Object.assign(Object.fromEntries(renamed), { nodo });
}

function numbersForTexts(reading: Reading, repairs: MappingNote[], commas: Commas): void {
  for (const [name, value] of Object.entries(reading)) {
    if (name === 'nodo' || typeof value !== 'string') continue;
    if (value.trim() === '') {
      reading[name] = null;
      repairs.push({ field: name, found: '', problem: 'no-value' });
      continue;
    }
    const number = textToNumber(value, commas);
    if (number === undefined) continue;
    commas.learn(numberIn(value) ?? '');
    reading[name] = number.value;
    if (number.repair) repairs.push({ field: name, found: value.slice(0, 80), problem: number.repair });
  }
}
