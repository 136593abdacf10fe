import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { UnpackedSizeError } from './errors';

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const gzip = promisify<Buffer, Buffer>(zlib.gzip);

/** @throws UnpackedSizeError, or zlib's own error (a rejection) */
export async function unpackGzip(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await gunzip(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw isTooLarge(error) ? new UnpackedSizeError(maxBytes) : error;
  }
}

/** @returns gzip, level 6 */
export function packGzip(bytes: Buffer): Promise<Buffer> {
  return gzip(bytes);
}

/** Whether an error of zlib says that there is more than `maxOutputLength`. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
