/** In front of each value: this byte, and the id of its schema in four more. */
const ID_MAGIC = 0;
const FRAME_BYTES = 5;
/** In a header there may be instead: this byte, and a GUID in sixteen more. */
const GUID_MAGIC = 1;
const GUID_BYTES = 17;
/** Confluent's registry counts with a sign, others without: whether there is such a schema, the registry says. */
export const MAX_SCHEMA_ID = 2 ** 32 - 1;

/** What a record calls its schema: the id that its registry has given it, or the GUID that all registries give it. */
export type SchemaName = number | string;

/**
 * A header comes before a frame, as with Confluent's own readers; one that is something else altogether counts as absent.
 * @param header what the record's header for it says, if there is one
 * @returns what bytes name their schema; undefined where they do not
 */
export function schemaNameOf(bytes: Buffer, header?: Buffer): SchemaName | undefined {
  if (!isName(header)) return idOf(bytes);
  return header[0] === GUID_MAGIC ? guidOf(header) : idOf(header);
}

/**
 * @param header as above; together with the bytes it names a schema
 * @returns what was written by the schema; and what a header says of it behind the name
 */
export function contentOf(bytes: Buffer, header?: Buffer): { body: Buffer; behindName?: Buffer } {
  if (!isName(header)) return { body: bytes.subarray(FRAME_BYTES) };
  return { body: bytes, behindName: header.subarray(header[0] === GUID_MAGIC ? GUID_BYTES : FRAME_BYTES) };
}

/** @returns in English what bytes have in the place of a name */
export function describeUnframed(bytes: Buffer, header?: Buffer): string {
  if (isName(header)) {
    const expected =
      header[0] === GUID_MAGIC
        ? `a one with the GUID of a schema takes ${GUID_BYTES}`
        : `a zero with the id of a schema takes ${FRAME_BYTES}`;
    return `the bytes of the header that names the schema are ${header.length}, and ${expected}`;
  }
  const [first] = bytes;
  const found =
    first === ID_MAGIC || first === undefined
      ? `are ${bytes.length}, and a zero with the id of a schema takes ${FRAME_BYTES}`
      : `begin with ${first}, and not with a zero and the id of a schema`;
  return `the bytes ${found}: they were written without a schema registry, or by another format than Confluent's`;
}

/** @returns the frame of a schema, to be put in front of what is written by it */
export function frameOf(id: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32BE(id, 1);
  return frame;
}

function isName(header: Buffer | undefined): header is Buffer {
  return header !== undefined && (header[0] === ID_MAGIC || header[0] === GUID_MAGIC);
}

function idOf(bytes: Buffer): number | undefined {
  return bytes.length < FRAME_BYTES || bytes[0] !== ID_MAGIC ? undefined : bytes.readUInt32BE(1);
}

function guidOf(header: Buffer): string | undefined {
  if (header.length < GUID_BYTES) return undefined;
  return header.toString('hex', 1, GUID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
