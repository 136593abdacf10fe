import { compress, uncompress } from '../../vendored/snappy';
import { UnpackedSizeError } from './errors';

/**
 * Java's clients wrap snappy into the framing of the library xerial/snappy-java, and read only that; librdkafka writes
 * bare blocks, and everybody reads those too. The framing (its class SnappyOutputStream): 8 bytes of magic, two
 * versions of 4 bytes, then blocks, each behind its length in 4 bytes.
 */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const HEADER_BYTES = MAGIC.length + 8;
const VERSION = 1;
/** What snappy-java puts into one block. */
const BLOCK_BYTES = 32 * 1024;

/** Three bytes stand for 64 at most: https://github.com/google/snappy/blob/main/format_description.txt */
const BEST_RATIO = 64 / 3;

/** @throws UnpackedSizeError, or an Error where it is not snappy */
export function unpackSnappy(bytes: Buffer, maxBytes: number): Buffer {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return unpackBlock(bytes, maxBytes, maxBytes);
  const blocks: Buffer[] = [];
  let left = maxBytes;
  for (let at = HEADER_BYTES; at < bytes.length;) {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    if (at > bytes.length) throw new RangeError('snappy: a block ends too early');
    const block = unpackBlock(bytes.subarray(start, at), left, maxBytes);
    left -= block.length;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

/** @returns in xerial's framing, which all clients of Kafka read */
export function packSnappy(bytes: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(VERSION, MAGIC.length);
  header.writeUInt32BE(VERSION, MAGIC.length + 4);
  const parts: Buffer[] = [header];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = compress(bytes.subarray(at, at + BLOCK_BYTES));
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

function unpackBlock(block: Buffer, left: number, maxBytes: number): Buffer {
  const length = unpackedLength(block);
  // The library takes the room first.
  if (length > block.length * BEST_RATIO)
    throw new RangeError(`snappy: ${block.length} bytes say they are ${length}`);
  if (length > left) throw new UnpackedSizeError(maxBytes);
  return uncompress(block);
}

/** A block begins with the length that it unpacks to, as a varint without a sign. */
function unpackedLength(block: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block[at];
    if (byte === undefined) break;
    length += (byte & 127) * 2 ** (7 * at);
    if (byte < 128) return length;
  }
  throw new RangeError('snappy: no length');
}
