import { MAX_NAME_BYTES, isKafkaName } from './kafka-name';
import { requireSet } from './unset-variable';
import { UserError, shorten } from './user-error';

/** What a dialog saves of a field; numbers are text there, so that they can come from the environment. */
export type FieldValue = string | number | undefined;

/** Makes the error about a value that its field can't have; the value comes shortened. */
export type Refuse = (value: string) => UserError;

/** What a number may be, both ends included, and what an empty field stands for. */
export interface NumberRule {
  otherwise: number;
  min: number;
  max: number;
}

/** @returns whether nothing is in the field but spaces */
export function isBlank(value: FieldValue): value is undefined | '' {
  return String(value ?? '').trim() === '';
}

/**
 * Reads text without the spaces around it; '' where the field is empty.
 * @param field its name as the catalogs know it
 * @param unset the catalog text for a value that names an environment variable that is not set
 * @throws UserError of that text; see requireSet
 */
export function readText(value: FieldValue, field: string, unset: string): string {
  return requireSet(String(value ?? '').trim(), field, unset);
}

/**
 * @param refusal the catalog text for a name that is too long; gets `field`, `value` and `most`
 * @returns the name of a group or a client, unless none can have it
 * @throws UserError of that text
 */
export function requireKafkaName(name: string, field: string, refusal: string): string {
  if (isKafkaName(name)) return name;
  throw new UserError(refusal, { field, value: shorten(name), most: MAX_NAME_BYTES });
}

/** Reads a number. @throws what `refuse` makes, where it is none or out of bounds */
export function readNumber(value: FieldValue, { otherwise, min, max }: NumberRule, refuse: Refuse): number {
  const number = isBlank(value) ? otherwise : Number(value);
  if (Number.isFinite(number) && number >= min && number <= max) return number;
  throw refuse(shorten(value));
}

/** Reads a whole number. @throws what `refuse` makes, where it is none or out of bounds */
export function readWholeNumber(value: FieldValue, rule: NumberRule, refuse: Refuse): number {
  const number = readNumber(value, rule, refuse);
  if (Number.isInteger(number)) return number;
  throw refuse(shorten(value));
}

/** Reads one of several values, the first of them where the field is empty. @throws what `refuse` makes for any other */
export function readChoice<const T extends string | number>(
  value: FieldValue,
  choices: readonly [T, ...T[]],
  refuse: Refuse,
): T {
  if (isBlank(value)) return choices[0];
  const choice = choices.find((one) => String(one) === String(value));
  if (choice === undefined) throw refuse(shorten(value));
  return choice;
}
