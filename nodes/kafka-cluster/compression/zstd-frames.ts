import { requireFewFrames } from './few-frames';

/* Where the frames of Zstandard begin and end, by RFC 8878, section 3: Node.js reads the first one alone. */
const MAGIC = 0xfd2fb528;
/** Of frames that hold nothing for us; the lowest four bits may be any. */
const SKIPPABLE = 0x184d2a50;
const SINGLE_SEGMENT = 0x20;
const CHECKSUM = 0x04;
/** A block of one byte that is repeated. */
const REPEATED = 1;

export interface ZstdFrame {
  bytes: Buffer;
  /** what it says that it unpacks to, if it does */
  contentSize: number | undefined;
}

/** @throws RangeError where it is not Zstandard */
export function zstdFrames(bytes: Buffer): ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  for (let start = 0; start < bytes.length;) {
    need(bytes, start + 8);
    const magic = bytes.readUInt32LE(start);
    if ((magic & ~15) >>> 0 === SKIPPABLE) {
      start += 8 + bytes.readUInt32LE(start + 4);
      need(bytes, start);
      continue;
    }
    if (magic !== MAGIC) throw new RangeError('zstd: not a frame');
    const { contentSize, end } = frameAt(bytes, start);
    frames.push({ bytes: bytes.subarray(start, end), contentSize });
    requireFewFrames(frames.length, 'zstd');
    start = end;
  }
  if (frames.length === 0) throw new RangeError('zstd: not a frame');
  return frames;
}

function frameAt(bytes: Buffer, start: number): { contentSize: number | undefined; end: number } {
  const descriptor = bytes.readUInt8(start + 4);
  const single = (descriptor & SINGLE_SEGMENT) !== 0;
  const sizeAt = start + 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  let at = sizeAt + sizeBytes;
  need(bytes, at);
  const contentSize = readSize(bytes, sizeAt, sizeBytes);
  for (let isLast = false; !isLast;) {
    need(bytes, at + 3);
    const header = bytes.readUIntLE(at, 3);
    isLast = (header & 1) !== 0;
    at += 3 + (((header >> 1) & 3) === REPEATED ? 1 : header >> 3);
  }
  if (descriptor & CHECKSUM) at += 4;
  need(bytes, at);
  return { contentSize, end: at };
}

function readSize(bytes: Buffer, at: number, length: number): number | undefined {
  switch (length) {
    case 0:
      return undefined;
    case 1:
      return bytes.readUInt8(at);
    case 2:
      return bytes.readUInt16LE(at) + 256;
    case 4:
      return bytes.readUInt32LE(at);
    default:
      return Number(bytes.readBigUInt64LE(at));
  }
}

function need(bytes: Buffer, end: number): void {
  if (end > bytes.length) throw new RangeError('zstd: a frame ends too early');
}
