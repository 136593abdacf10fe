import { UnknownCodecError } from './errors';
import { packGzip, unpackGzip } from './gzip';
import { packLz4, unpackLz4 } from './lz4';
import { packSnappy, unpackSnappy } from './snappy';
import { packZstd, unpackZstd } from './zstd';

/** What a batch of records may be packed with, by the number that Kafka has for it. */
export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

/** Of a batch's attributes: its codec. */
export const CODEC_MASK = 7;

/**
 * Unpacks what stands in a batch.
 * @param number of the codec, from the batch's attributes
 * @param maxBytes what it may become; nothing of more is made
 * @throws UnpackedSizeError, UnknownCodecError, or another Error where the bytes are damaged (rejections)
 */
export async function unpack(number: number, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const codec = CODECS[number];
  if (codec === undefined) throw new UnknownCodecError(String(number));
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return unpackGzip(bytes, maxBytes);
    case 'snappy':
      return unpackSnappy(bytes, maxBytes);
    case 'lz4':
      return unpackLz4(bytes, maxBytes);
    case 'zstd':
      return unpackZstd(bytes, maxBytes);
  }
}

/**
 * Unpacks what stands in a message of format 0 or 1. In format 0 the header checksum of LZ4 is no matter: the clients of
 * that time put in one that is not LZ4's, and Kafka's own client passes over it (KAFKA-3160). In format 1 it has to be right.
 * @throws as unpack
 */
export async function unpackOld(
  number: number,
  bytes: Buffer,
  maxBytes: number,
  format: number,
): Promise<Buffer> {
  return CODECS[number] === 'lz4' && format === 0
    ? unpackLz4(bytes, maxBytes, { anyHeaderChecksum: true })
    : unpack(number, bytes, maxBytes);
}

/** @throws UnknownCodecError (a rejection) where the codec's library does not run on this machine */
export async function pack(codec: Codec, bytes: Buffer): Promise<Buffer> {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return packGzip(bytes);
    case 'snappy':
      return packSnappy(bytes);
    case 'lz4':
      return packLz4(bytes);
    case 'zstd':
      return packZstd(bytes);
  }
}
