/** In front of each value: this byte, and the id of its schema in four more. */
const MAGIC = 0;
export const FRAME_BYTES = 5;
/** The registry counts with a signed number of 32 bits. */
const MAX_ID = 2 ** 31 - 1;

/** @returns the id of the schema that bytes are written by; undefined where they have no such frame */
export function schemaIdOf(bytes: Buffer): number | undefined {
  if (bytes.length < FRAME_BYTES || bytes[0] !== MAGIC) return undefined;
  const id = bytes.readUInt32BE(1);
  return id <= MAX_ID ? id : undefined;
}

/** @returns the frame of a schema, to be put in front of what is written by it */
export function frameOf(id: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32BE(id, 1);
  return frame;
}
