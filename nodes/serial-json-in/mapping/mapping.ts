import { isObject, type Reading } from '../../shared/reading';
import { shorten } from '../../shared/user-error';
import type { Repair } from '../json/json-reader';
import type { LocalClock } from '../lines/local-time';
import { readBoardTime } from './board-time';
import { textToNumber } from './text-number';

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
  /** the field with the board's own time; empty: the time of arrival is the reading's */
  timeField: string;
}

/** A reading in its own words; `time` in milliseconds since 1970 where the board gave one that can be believed. */
export type Mapped = { reading: Reading; repairs: MappingNote[]; time?: number } | undefined;

/** What the mapping had to leave out or change. */
export type MappingNote = Repair | { field: string; found: string; problem: 'time' };

/**
 * Makes a reading of an object; the object is used up.
 * @param arrived milliseconds since 1970
 * @param clock that on the wall, for times of the board without a zone
 * @returns undefined when nothing names the node
 */
export function mapReading(
  object: Record<string, unknown>,
  rules: MappingRules,
  arrived: number,
  clock: LocalClock,
): Mapped {
  const repairs: MappingNote[] = [];
  const nodo = takeNode(object, rules);
  if (nodo === undefined) return undefined;
  const time =
    rules.timeField === '' ? undefined : takeTime(object, rules.timeField, arrived, clock, repairs);
  const fields = rules.flatten ? flattened(object, repairs) : object;
  const reading = rename(nodo, fields, rules.rename, repairs);
  if (rules.textNumbers) numbersForTexts(reading, repairs);
  return time === undefined ? { reading, repairs } : { reading, repairs, time };
}

function takeNode(
  object: Record<string, unknown>,
  { nodeFields, defaultNode }: MappingRules,
): string | undefined {
  for (const field of nodeFields) {
    const name = nameOf(valueAt(object, field));
    if (name === undefined) continue;
    if (field !== 'nodo') removeAt(object, field);
    return name;
  }
  return defaultNode === '' ? undefined : defaultNode;
}

function nameOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function takeTime(
  object: Record<string, unknown>,
  field: string,
  arrived: number,
  clock: LocalClock,
  repairs: MappingNote[],
): number | undefined {
  const value = valueAt(object, field);
  if (value === undefined) return undefined;
  removeAt(object, field);
  const time = readBoardTime(value, arrived, clock);
  if (time === undefined) repairs.push({ field, found: shorten(value), problem: 'time' });
  return time;
}

/** @returns what stands under a name, or under names inside of each other (`meta.id`) */
function valueAt(object: Record<string, unknown>, field: string): unknown {
  const holder = holderOf(object, field);
  return holder?.object[holder.name];
}

function removeAt(object: Record<string, unknown>, field: string): void {
  const holder = holderOf(object, field);
  if (holder) delete holder.object[holder.name];
}

function holderOf(
  object: Record<string, unknown>,
  field: string,
): { object: Record<string, unknown>; name: string } | undefined {
  if (Object.hasOwn(object, field)) return { object, name: field };
  const names = field.split('.');
  const name = names.pop() ?? '';
  let inner: unknown = object;
  for (const outer of names) {
    if (!isObject(inner) || !Object.hasOwn(inner, outer)) return undefined;
    inner = inner[outer];
  }
  return isObject(inner) && Object.hasOwn(inner, name) ? { object: inner, name } : undefined;
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
  }
  return Object.assign(Object.fromEntries(renamed), { nodo });
}

function numbersForTexts(reading: Reading, repairs: MappingNote[]): void {
  for (const [name, value] of Object.entries(reading)) {
    if (name === 'nodo' || typeof value !== 'string') continue;
    const number = textToNumber(value);
    if (number === undefined) continue;
    reading[name] = number.value;
    if (number.repair) repairs.push({ field: name, found: value.slice(0, 80), problem: number.repair });
  }
}
