import type { MemoryMeter } from '../../shared/data-bounds';
import type { LargeIntegers } from '../../shared/exact-json';
import type { SchemaType } from '../../shared/schema-types';

/** A schema's text, and those that it refers to: each behind those that it needs itself. */
export interface SchemaSource {
  type: SchemaType;
  text: string;
  references: readonly Reference[];
}

export interface Reference {
  /** as the schema calls it: a type's name, an address, a file */
  name: string;
  text: string;
}

/** Reads and writes values by one schema, without the frame. */
export interface Codec {
  /**
   * @param meter told how much memory the value takes
   * @param behindName what stands behind the schema's name, if that is in a header and not in front of the bytes
   * @throws DecodeError
   */
  decode(bytes: Buffer, integers: LargeIntegers, meter?: MemoryMeter, behindName?: Buffer): unknown;
  /**
   * @param message the full name of the message, where a schema has several; its first when absent
   * @throws MisfitError
   */
  encode(value: unknown, message?: string): Buffer;
}

/** Bytes that are not what their schema describes, or too much of it. In English, as details of rejections are. */
export class DecodeError extends Error {
  constructor(
    message: string,
    readonly reason: 'not-decodable' | 'schema-bounds' = 'not-decodable',
  ) {
    super(message);
  }
}

/** Of what only Protobuf has something to say. @throws DecodeError */
export function requireNothing(behindName: Buffer | undefined): void {
  if (behindName && behindName.length > 0)
    throw new DecodeError(`${behindName.length} bytes are left behind its name in the header`);
}

/** What a schema asks of a value; also the end of a catalog key. */
export type Misfit =
  | 'type'
  | 'missing'
  | 'unknown-field'
  | 'range'
  | 'symbol'
  | 'size'
  | 'union'
  | 'one-of'
  | 'decimal'
  | 'rule'
  | 'message'
  | 'depth';

/** A value that a schema does not allow. */
export class MisfitError extends Error {
  /**
   * @param path to the field, as `a.b[3]`; empty for the whole value
   * @param value what stands there
   * @param expected what the schema has there, in its own words
   */
  constructor(
    readonly misfit: Misfit,
    readonly path: string,
    readonly value: unknown,
    readonly expected: string,
  ) {
    super(`${misfit} at ${path || 'the value'}: ${expected}`);
  }
}

/** @returns the path to a field of what stands at this path */
export function fieldOf(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
