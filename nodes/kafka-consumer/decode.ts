import { isUtf8 } from 'node:buffer';

export type OutputFormat = 'json' | 'string' | 'buffer';

/** Why a record is set aside instead of going on. */
export type AsideReason = 'no-value' | 'not-text' | 'not-json' | 'rejected' | 'unconfirmed';

/** A record that is set aside, and why. `detail` is for people, in whatever language its origin speaks. */
export class Fault {
  constructor(
    readonly reason: AsideReason,
    readonly detail: string,
  ) {}
}

/**
 * @param value a record's value
 * @returns what becomes the payload; or a Fault where the record has no value, is not UTF-8 where text is asked for, or
 *   not JSON where that is asked for
 */
export function decode(value: Buffer | null, format: OutputFormat): unknown {
  if (value === null) return new Fault('no-value', 'the record has no value (a tombstone)');
  if (format === 'buffer') return value;
  if (!isUtf8(value)) return new Fault('not-text', 'the value is not UTF-8');
  const text = value.toString('utf8');
  if (format === 'string') return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    return new Fault('not-json', (error as SyntaxError).message);
  }
}
