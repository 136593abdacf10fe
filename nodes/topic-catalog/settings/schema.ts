import {
  array,
  check,
  finite,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  nullable,
  number,
  optional,
  picklist,
  pipe,
  regex,
  safeParse,
  strictObject,
  string,
  trim,
  type GenericSchema,
} from '../../vendored/schema';
import { READING_BOUNDS } from '../../shared/data-bounds';
import type { Note, VariableSetting } from '../contract';

/** How much may be set on the page. */
export const SETTINGS_BOUNDS = {
  /** variables that are set, each for all nodes or for one */
  variables: 500,
  notes: 2_000,
  /** limits of a variable */
  limits: 4,
  /** entries of each kind that one message may bring in */
  imported: 50,
} as const;

/** Characters of the path of a variable that is nested in others. */
const MAX_PATH = 512;
const MAX_NAME = 80;
const MAX_UNIT = 20;
const MAX_TEXT = 500;
const MAX_DECIMALS = 6;
const COLOURS = 8;
const MAX_ORDER = 999;
const MAX_SECONDS = 7 * 86_400;
/** What JavaScript's Date can hold, on both sides of 1970. */
const MAX_DATE = 8.64e15;

/** Neither control characters nor those that turn the direction of what follows: both change what stands beside it. */
const ONE_LINE = /^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u;
const LINES = /^(?:[^\p{Cc}\u202A-\u202E\u2066-\u2069]|\n)*$/u;
const ID = /^[\da-f-]{36}$/;

const shown = (max: number) => pipe(string(), trim(), minLength(1), maxLength(max), regex(ONE_LINE));
const whole = (min: number, max: number) => pipe(number(), integer(), minValue(min), maxValue(max));
const time = whole(-MAX_DATE, MAX_DATE);
/** Names that data has, of which any text may be one. */
const nodo = pipe(string(), minLength(1), maxLength(READING_BOUNDS.nodo));
const size = pipe(number(), finite());

const limit = strictObject({
  side: picklist(['above', 'below']),
  value: size,
  seconds: pipe(size, minValue(0), maxValue(MAX_SECONDS)),
  hysteresis: pipe(size, minValue(0)),
});

const variableFields = {
  nodo: nullable(nodo),
  variable: pipe(string(), minLength(1), maxLength(MAX_PATH)),
  name: optional(shown(MAX_NAME)),
  unit: optional(shown(MAX_UNIT)),
  decimals: optional(whole(0, MAX_DECIMALS)),
  colour: optional(whole(1, COLOURS)),
  order: optional(whole(1, MAX_ORDER)),
  limits: optional(pipe(array(limit), maxLength(SETTINGS_BOUNDS.limits))),
};

const noteFields = {
  nodo,
  from: time,
  to: nullable(time),
  text: pipe(string(), trim(), minLength(1), maxLength(MAX_TEXT), regex(LINES)),
};

const isInOrder = ({ from, to }: { from: number; to: number | null }): boolean => to === null || to > from;

const variable = strictObject(variableFields);
const newNote = pipe(
  strictObject(noteFields),
  check((note) => isInOrder(note)),
);
const id = pipe(string(), regex(ID));
const note = pipe(
  strictObject({ id, ...noteFields, written: time }),
  check((note) => isInOrder(note)),
);
const deletion = strictObject({ id });

/** A note that is still to get its id. */
export type NewNote = Pick<Note, 'nodo' | 'from' | 'to' | 'text'>;

/** What was read, or the field that is wrong. */
export type Checked<T> = { value: T } | { field: string; given: unknown };

/** Each checks what came from outside; nothing is taken from it but what is named above. */
export const checkVariable = (given: unknown): Checked<VariableSetting> => checked(variable, given);
export const checkNewNote = (given: unknown): Checked<NewNote> => checked(newNote, given);
export const checkNote = (given: unknown): Checked<Note> => checked(note, given);
export const checkDeletion = (given: unknown): Checked<{ id: string }> => checked(deletion, given);

function checked<T>(schema: GenericSchema<unknown, unknown>, given: unknown): Checked<T> {
  const result = safeParse(schema, given, { abortEarly: true });
  // The schemas are made after the types of the contract, which know no `undefined`; test and database have none either.
  if (result.success) return { value: result.output as T };
  const [issue] = result.issues;
  const field = (issue.path ?? []).map(({ key }) => String(key)).join('.');
  return { field: field || 'payload', given: issue.input };
}
