import {
  isBlank,
  readChoice,
  readNumber,
  readText,
  readWholeNumber,
  type FieldValue,
  type NumberRule,
} from './fields';
import { UserError } from './user-error';

/** A node's catalog texts for what its fields can't be; each gets `field` and `value`. */
export interface FieldTexts {
  /** gets `variable` too; see requireSet */
  unset: string;
  /** gets `choices` too */
  choice: string;
  /** gets `min` and `max` too */
  number: string;
}

/** Reads the fields of a node's dialog; `field` is a field's name as the catalogs know it. All throw UserErrors. */
export class FieldReader {
  constructor(private readonly texts: FieldTexts) {}

  /** @returns the text without the spaces around it; '' where the field is empty */
  text(value: FieldValue, field: string): string {
    return readText(value, field, this.texts.unset);
  }

  /** @returns the first of the choices where the field is empty */
  choice<const T extends string | number>(
    value: FieldValue,
    field: string,
    choices: readonly [T, ...T[]],
  ): T {
    return readChoice(this.text(value, field), choices, (wrong) => {
      const params = { field, value: wrong, choices: choices.join(', ') };
      return new UserError(this.texts.choice, params);
    });
  }

  number(value: FieldValue, field: string, rule: NumberRule): number {
    return readNumber(this.text(value, field), rule, this.refusal(field, rule, this.texts.number));
  }

  /** @param text instead of the text for numbers */
  wholeNumber(value: FieldValue, field: string, rule: NumberRule, text = this.texts.number): number {
    return readWholeNumber(this.text(value, field), rule, this.refusal(field, rule, text));
  }

  /** @returns undefined where the field is empty */
  optional<T>(value: FieldValue, read: (value: NonNullable<FieldValue>) => T): T | undefined {
    return isBlank(value) ? undefined : read(value);
  }

  private refusal(field: string, { min, max }: NumberRule, text: string): (value: string) => UserError {
    return (value) => new UserError(text, { field, value, min, max });
  }
}
