import type * as Lz4 from 'lz4-napi';
import { UnknownCodecError, UnpackedSizeError } from './errors';
import { requireFewFrames } from './few-frames';
import { xxh32 } from './xxh32';

/* The frame format of LZ4: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
const MAGIC = 0x184d2204;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY = 0x01;
const STORED = 0x80000000;
/** Where a frame's descriptor begins, and what it has at least: flags, size of blocks, checksum. */
const DESCRIPTOR_AT = 4;
const LEAST_DESCRIPTOR = 3;
/** By the number in the frame's descriptor: what a block unpacks to at most. */
const BLOCK_BYTES: Record<number, number> = { 4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304 };
/** A byte of LZ4 stands for 255 at most. */
const BEST_RATIO = 255;

type Library = typeof Lz4;

interface Frame {
  start: number;
  /** of the checksum of its header */
  checksumAt: number;
  end: number;
}

let loaded: Promise<Library> | undefined;

/**
 * Unpacks frames that stand behind each other.
 * @param options.anyHeaderChecksum the checksum of a frame's header may be wrong
 * @throws UnpackedSizeError, UnknownCodecError where its library does not run here, an Error where it is not LZ4 (rejections)
 */
export async function unpackLz4(
  bytes: Buffer,
  maxBytes: number,
  { anyHeaderChecksum = false } = {},
): Promise<Buffer> {
  const frames = framesOf(bytes, maxBytes);
  const sound = anyHeaderChecksum ? withRightChecksums(bytes, frames) : bytes;
  const { decompressFrame } = await library();
  if (frames.length === 1) return decompressFrame(sound);
  const parts: Buffer[] = [];
  for (const { start, end } of frames) parts.push(await decompressFrame(sound.subarray(start, end)));
  return Buffer.concat(parts);
}

/** @returns a frame of independent blocks, which Java's clients ask for */
export async function packLz4(bytes: Buffer): Promise<Buffer> {
  const { compressFrame } = await library();
  return compressFrame(bytes);
}

/** Native code, which is not there for every machine: loaded when it is needed. */
async function library(): Promise<Library> {
  try {
    loaded ??= import('lz4-napi');
    return await loaded;
  } catch (cause) {
    throw new UnknownCodecError('lz4', { cause });
  }
}

/**
 * Finds the frames, and adds up what their blocks can become, from their lengths: nothing is unpacked for it.
 * @throws UnpackedSizeError, or a RangeError where it is not LZ4
 */
function framesOf(bytes: Buffer, maxBytes: number): Frame[] {
  const frames: Frame[] = [];
  let sum = 0;
  for (let start = 0; start < bytes.length;) {
    need(bytes, start, DESCRIPTOR_AT + LEAST_DESCRIPTOR);
    if (bytes.readUInt32LE(start) !== MAGIC) throw new RangeError('lz4: not a frame');
    const flags = bytes.readUInt8(start + DESCRIPTOR_AT);
    const blockBytes = BLOCK_BYTES[(bytes.readUInt8(start + DESCRIPTOR_AT + 1) >> 4) & 7];
    if (blockBytes === undefined) throw new RangeError('lz4: an unknown size of blocks');
    const checksumAt =
      start + DESCRIPTOR_AT + 2 + (flags & CONTENT_SIZE ? 8 : 0) + (flags & DICTIONARY ? 4 : 0);
    let at = checksumAt + 1;
    for (;;) {
      need(bytes, at, 4);
      const length = bytes.readUInt32LE(at);
      at += 4;
      if (length === 0) break;
      const packed = length & ~STORED;
      sum += length & STORED ? packed : Math.min(blockBytes, packed * BEST_RATIO);
      if (sum > maxBytes) throw new UnpackedSizeError(maxBytes);
      at += packed + (flags & BLOCK_CHECKSUM ? 4 : 0);
    }
    if (flags & CONTENT_CHECKSUM) at += 4;
    need(bytes, at, 0);
    frames.push({ start, checksumAt, end: at });
    requireFewFrames(frames.length, 'lz4');
    start = at;
  }
  if (frames.length === 0) throw new RangeError('lz4: not a frame');
  return frames;
}

function need(bytes: Buffer, at: number, length: number): void {
  if (at + length > bytes.length) throw new RangeError('lz4: a frame ends too early');
}

/** It is the second byte of the hash of what stands between it and the magic number. */
function withRightChecksums(bytes: Buffer, frames: readonly Frame[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const { start, checksumAt } of frames) {
    copy[checksumAt] = (xxh32(copy.subarray(start + DESCRIPTOR_AT, checksumAt)) >>> 8) & 255;
  }
  return copy;
}
