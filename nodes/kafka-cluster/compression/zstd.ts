import type * as ZstdWasm from '@bokuweb/zstd-wasm';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { UnpackedSizeError } from './errors';
import { isTooLarge } from './gzip';
import { zstdFrames } from './zstd-frames';

/* Zstandard is part of Node.js from 22.15 on; before, a WebAssembly build of it takes its place. */

/** What the WebAssembly build says where its room is too small: ZSTD_error_dstSize_tooSmall. */
const TOO_SMALL = 'code -70';
const LEVEL = 3;

type Library = typeof ZstdWasm;

let loaded: Promise<Library> | undefined;

/** @throws UnpackedSizeError, or an Error where it is not Zstandard (rejections) */
export function unpackZstd(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  return unpackFrames(bytes, maxBytes, isBuiltIn() ? unpackBuiltIn : unpackFrameByWasm);
}

/** For Node.js before 22.15. */
export function unpackByWasm(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  return unpackFrames(bytes, maxBytes, unpackFrameByWasm);
}

async function unpackFrames(
  bytes: Buffer,
  maxBytes: number,
  unpack: (frame: Buffer, maxBytes: number) => Promise<Buffer>,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let left = maxBytes;
  try {
    for (const frame of zstdFrames(bytes)) {
      if (frame.contentSize === 0) continue;
      if (left === 0 || (frame.contentSize ?? 0) > left) throw new UnpackedSizeError(maxBytes);
      const part = await unpack(frame.bytes, left);
      left -= part.length;
      parts.push(part);
    }
  } catch (error) {
    // A later frame has less room than all of them.
    throw error instanceof UnpackedSizeError ? new UnpackedSizeError(maxBytes) : error;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** @returns level 3 */
export async function packZstd(bytes: Buffer): Promise<Buffer> {
  return isBuiltIn() ? promisify<Buffer, Buffer>(zlib.zstdCompress)(bytes) : packByWasm(bytes);
}

/** The types promise it for every Node.js. */
function isBuiltIn(): boolean {
  return 'zstdDecompress' in zlib;
}

async function unpackBuiltIn(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    const unpack = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);
    return await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw isTooLarge(error) ? new UnpackedSizeError(maxBytes) : error;
  }
}

async function unpackFrameByWasm(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const { decompress } = await wasm();
  try {
    // It takes as much room as the frame says, or else as it is told.
    return asBuffer(decompress(bytes, { defaultHeapSize: maxBytes }));
  } catch (error) {
    throw (error as Error).message.endsWith(TOO_SMALL) ? new UnpackedSizeError(maxBytes) : error;
  }
}

/** For Node.js before 22.15. */
export async function packByWasm(bytes: Buffer): Promise<Buffer> {
  const { compress } = await wasm();
  return asBuffer(compress(bytes, LEVEL));
}

function wasm(): Promise<Library> {
  loaded ??= import('@bokuweb/zstd-wasm').then(async (library) => {
    await library.init();
    return library;
  });
  return loaded;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
