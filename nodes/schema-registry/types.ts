import type { Node } from 'node-red';
import type { MemoryMeter } from '../shared/data-bounds';
import type { LargeIntegers } from '../shared/exact-json';
import type { SchemaType } from '../shared/schema-types';

/**
 * What the nodes see of a schema registry. Only this folder knows how a schema is fetched and what it makes of bytes.
 */

/**
 * Why bytes can't become a value, now and at any other time:
 * - not-framed: they do not begin with the byte 0 and the id of a schema, and no header names one
 * - schema-unknown: the registry has no schema of that id or GUID
 * - schema-unusable: it has one that can't be used here
 * - not-decodable: they are not what that schema describes
 * - schema-bounds: the value would be larger than any value may be
 */
export type SchemaRejection =
  'not-framed' | 'schema-unknown' | 'schema-unusable' | 'not-decodable' | 'schema-bounds';

/** `detail` is for people and names the schema's id or GUID. */
export type Decoded = { value: unknown } | { reason: SchemaRejection; detail: string };

/** One schema, ready to read by. */
export interface RecordSchema {
  /**
   * Never throws.
   * @param bytes with their frame, if it is that which names their schema
   * @param integers what becomes of whole numbers beyond 2^53
   * @param meter told how much memory the value takes
   * @param header which names their schema otherwise
   */
  decode(bytes: Buffer, integers: LargeIntegers, meter?: MemoryMeter, header?: Buffer): Decoded;
}

/** How values are written. */
export interface EncoderSettings {
  /** registered under the subject by the first message; without it the subject's latest schema is taken */
  register?: { type: SchemaType; schema: string };
  /** the full name of the message, of a Protobuf file with several; its first when absent */
  message?: string;
}

/** Why the registry gives no schema for now. */
export interface RegistryProblem {
  error: Error;
  /** milliseconds since 1970 */
  since: number;
}

/** The registry as its users have it. */
export interface SchemaRegistry {
  /** Told to people in errors and statuses: the address, never a secret. */
  readonly description: string;
  /** Lends it. @param onProblem told when it can't be asked, and with undefined when it can again */
  acquire(onProblem?: (problem: RegistryProblem | undefined) => void): RegistryLease;
}

/** One user's hold on a registry. */
export interface RegistryLease {
  /** what keeps this user waiting */
  readonly problem: RegistryProblem | undefined;
  /**
   * @param header of the record, for whose bytes it may name the schema: by an id or a GUID, behind a byte that says which
   * @returns what reads these bytes, if it is here; undefined where it has to be asked for
   */
  schemaOf(bytes: Buffer, header?: Buffer): RecordSchema | undefined;
  /**
   * The same, asked for as long as it takes.
   * @throws (a rejection) an AbortError once this is released; nothing else
   */
  load(bytes: Buffer, header?: Buffer): Promise<RecordSchema>;
  /**
   * Writes a value by the schema of a subject, with its frame.
   * @returns the bytes; a promise only where the registry has to be asked
   * @throws UserError, at once or as a rejection, that names the field and the value which do not fit, or why there is no
   *   schema
   */
  encode(subject: string, value: unknown, settings: EncoderSettings): Buffer | Promise<Buffer>;
  /** To be called once; ends what waits. */
  release(): void;
}

/** The config node. */
export interface SchemaRegistryNode extends Node {
  /** missing where the settings were refused */
  registry?: SchemaRegistry;
  /** why they were, in the runtime's language */
  problem?: Error;
}
