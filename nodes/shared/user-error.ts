import { plainText } from './plain-text';
import { shownValue } from './shown-value';

/** What fills in a catalog text. */
export type TextParams = Record<string, string | number>;

/**
 * An error that a person is going to read.
 *
 * It carries the key of its text instead of the text itself, because the logic that throws it does not know the
 * language of the runtime. `key` starts with the node type whose catalog holds it (`kafka-producer.errors.no-topic`),
 * `params` fills in the placeholders. A node's registration file puts the text in with `localizeError`.
 */
export class UserError extends Error {
  constructor(
    readonly key: string,
    readonly params: TextParams = {},
    options?: { cause?: unknown },
  ) {
    super(untranslated(key, params), options);
    this.name = new.target.name;
  }

  /** Node-RED makes the text that a Catch node gets of this: a class name in front of it tells nobody anything. */
  override toString(): string {
    return this.message;
  }
}

/** @returns the message of a UserError that nobody has translated */
export function untranslated(key: string, params: TextParams): string {
  return `${key} ${JSON.stringify(params)}`;
}

/**
 * Shortens a value for an error or a status text.
 * @param value anything; objects are shown as JSON, Buffers as text
 * @param max the greatest number of characters to keep
 */
export function shorten(value: unknown, max = 80): string {
  // Of a long text no more is looked at than may be shown: a character takes up to two units of it.
  const text = plainText(asText(value, 4 * max).replace(/\s+/g, ' '));
  const characters = Array.from(text);
  return characters.length <= max ? text : `${characters.slice(0, max).join('')}…`;
}

function asText(value: unknown, max: number): string {
  if (typeof value === 'string') return value.slice(0, max);
  if (ArrayBuffer.isView(value) && Buffer.isBuffer(value)) return value.subarray(0, max).toString('utf8');
  return shownValue(value, max).slice(0, max);
}

/** @returns the error itself where it is one that can be read, else an Error made of what was thrown. */
export function toError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(shorten(thrown));
}

/** Whoever throws may throw anything: an Error that does not let itself be asked is none. */
function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error && typeof thrown.message === 'string' && typeof thrown.stack !== 'symbol';
  } catch {
    return false;
  }
}
