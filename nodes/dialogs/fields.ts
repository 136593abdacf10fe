/** Comes from the environment of the runtime, which alone can check it. */
const VARIABLE = /\$\{[^}]+\}/;

/** @returns what is in a field, without the spaces around it */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

export function namesVariable(text: string): boolean {
  return VARIABLE.test(text);
}

/**
 * Makes a field's validator. A variable is right, and so is what is not there at all: an earlier version saved the flow.
 * @param isRight whether the text can be the field's
 * @param key the catalog text that says what it can be, filled in by `params`
 */
export function rule(
  isRight: (text: string, node: EditorNode) => boolean,
  key: string,
  params: Record<string, number> = {},
): Validator {
  return function (value, options) {
    const text = textOf(value);
    if (value === undefined || namesVariable(text) || isRight(text, this)) return true;
    return options ? this._(key, params) : false;
  };
}

/** Both ends included; an empty field is not a number. */
export function isWholeNumber(text: string, min: number, max: number): boolean {
  const number = Number(text);
  return text !== '' && Number.isInteger(number) && number >= min && number <= max;
}
