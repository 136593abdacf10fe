import { isUtf8 } from 'node:buffer';
import type { RecordRejection } from '../../kafka-cluster/types';
import type { SchemaRejection } from '../../schema-registry/types';
import { DATA_BOUNDS, describeExcess, excessOf, type MemoryMeter } from '../../shared/data-bounds';
import { excessOfJson } from '../../shared/json-extent';
import { parseExactly, type LargeIntegers } from '../../shared/exact-json';

/** Some programs write it in front of their text; JSON has no place for it. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** What code of this file knows, and the schemas of a registry. */
export type OutputFormat = PlainFormat | 'registry';
export type PlainFormat = 'json' | 'string' | 'buffer';

/**
 * Why a record is set aside instead of going on: `bounds` for JSON that is too deep or too wide, `failed` for what
 * nobody foresaw, and what kafka-cluster and schema-registry find wrong with it.
 */
export type AsideReason =
  | 'no-value'
  | 'not-text'
  | 'not-json'
  | 'bounds'
  | 'failed'
  | 'rejected'
  | 'unconfirmed'
  | RecordRejection['reason']
  | SchemaRejection;

/** A record that is set aside, and why. `detail` is for people, in whatever language its origin speaks. */
export class Rejection {
  constructor(
    readonly reason: AsideReason,
    readonly detail: string,
  ) {}
}

/**
 * @param value a record's value
 * @param meter told how much memory the parsed value takes
 * @returns what becomes the payload; or a Rejection where the record has no value, is not UTF-8 where text is asked for, or
 *   not JSON where that is asked for, or JSON that Node-RED could not handle
 */
export function decode(
  value: Buffer | null,
  format: PlainFormat,
  integers: LargeIntegers = 'text',
  meter?: MemoryMeter,
): unknown {
  if (value === null) return noValue();
  if (format === 'buffer') return value;
  if (!isUtf8(value)) return new Rejection('not-text', 'the value is not UTF-8');
  if (format === 'string') return value.toString('utf8');
  const tooMuch = excessOfJson(value, DATA_BOUNDS);
  if (tooMuch) return new Rejection('bounds', describeExcess(tooMuch));
  let parsed: unknown;
  try {
    const text = value.toString('utf8', startsWithMark(value) ? BYTE_ORDER_MARK.length : 0);
    parsed = parseExactly(text, integers);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new Rejection('not-json', error.message);
  }
  const excess = excessOf(parsed, DATA_BOUNDS, meter);
  return excess ? new Rejection('bounds', describeExcess(excess)) : parsed;
}

/**
 * @param key a record's key
 * @returns what becomes msg.key, in the chosen form or else the next one that keeps it as it is: JSON, text, its bytes
 */
export function decodeKey(
  key: Buffer | null,
  format: PlainFormat,
  integers: LargeIntegers = 'text',
  meter?: MemoryMeter,
): unknown {
  if (key === null || format === 'buffer' || !isUtf8(key)) return key;
  if (format === 'json') {
    const parsed = decode(key, 'json', integers, meter);
    if (!(parsed instanceof Rejection)) return parsed;
  }
  return key.toString('utf8');
}

export function noValue(): Rejection {
  return new Rejection('no-value', 'the record has no value (a tombstone)');
}

function startsWithMark(value: Buffer): boolean {
  return value[0] === BYTE_ORDER_MARK[0] && value.subarray(0, 3).equals(BYTE_ORDER_MARK);
}
