/** In front of each value: this byte, and the id of its schema in four more. */
const MAGIC = 0;
export const FRAME_BYTES = 5;
/** Confluent's registry counts with a sign, others without: whether there is such a schema, the registry says. */
export const MAX_SCHEMA_ID = 2 ** 32 - 1;

/** @returns the id of the schema that bytes are written by; undefined where they have no such frame */
export function schemaIdOf(bytes: Buffer): number | undefined {
  return bytes.length < FRAME_BYTES || bytes[0] !== MAGIC ? undefined : bytes.readUInt32BE(1);
}

/** @returns in English what bytes have in the place of a frame */
export function describeUnframed(bytes: Buffer): string {
  const [first] = bytes;
  const found =
    first === MAGIC || first === undefined
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
