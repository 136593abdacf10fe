import { crc32 } from 'node:zlib';
import { crc32c } from '../patched-kafkajs/crc32c';
import { CHECKED_FROM, CHECKSUM_AT, ENTRY_BYTES, MAGIC_AT } from './batch-header';

/** A batch of format 2, or a message set's message, as it stands in a row of them. */
export interface Entry {
  /** all of them; where it is not known where it ends, all that there are */
  bytes: Buffer;
  /** of its records; -1 where even that is missing */
  format: number;
  /** the same, with all that stands behind it */
  onwards: Buffer;
  /** why it is not known where it ends */
  fault?: string;
}

const OFFSET_BYTES = 8;
/** By format: what stands at least behind offset and length. */
const LEAST_BYTES: Record<number, number> = { 0: 14, 1: 22, 2: 49 };
/** Up to the number of the format. */
const LEAST_OF_ALL = MAGIC_AT + 1 - ENTRY_BYTES;

/**
 * Cuts what a fetch has brought. A broker cuts off the end where the fetch would become too large, never the first entry:
 * one that is not whole there never will be. Behind one whose length can't be right nothing more is found.
 */
export function* entries(bytes: Buffer): Generator<Entry> {
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    const entry = firstOf(rest);
    if (entry.fault === undefined || at === 0 || !isCutOff(rest)) yield entry;
    if (entry.fault !== undefined) return;
    at += entry.bytes.length;
  }
}

/**
 * @returns the offset of what stands behind an entry whose length is right: its first, or its last where it is of an older
 *   format
 */
export function offsetBehind(entry: Entry): bigint | undefined {
  const rest = restBehind(entry);
  return rest.length >= OFFSET_BYTES ? rest.readBigInt64BE(0) : undefined;
}

/** @returns the same, where an entry surely begins there: the length of the one in front may be damaged */
export function sureOffsetBehind(entry: Entry): bigint | undefined {
  const rest = restBehind(entry);
  if (rest.length <= MAGIC_AT) return undefined;
  const next = firstOf(rest);
  if (!(next.format in LEAST_BYTES)) return undefined;
  if (!(next.fault === undefined ? isSound(next) : isCutOff(rest))) return undefined;
  return rest.readBigInt64BE(0);
}

function restBehind({ bytes, onwards }: Entry): Buffer {
  return onwards.subarray(bytes.length);
}

/** Whether the checksum of an entry is right. */
export function isSound({ bytes, format }: Entry): boolean {
  if (format === 2) return crc32c(bytes.subarray(CHECKED_FROM)) === bytes.readUInt32BE(CHECKSUM_AT);
  return crc32(bytes.subarray(MAGIC_AT)) === bytes.readUInt32BE(ENTRY_BYTES);
}

function firstOf(bytes: Buffer): Entry {
  const format = bytes.length > MAGIC_AT ? bytes.readInt8(MAGIC_AT) : -1;
  const lost = (fault: string): Entry => ({ bytes, format, onwards: bytes, fault });
  if (bytes.length <= MAGIC_AT) return lost(`only ${bytes.length} bytes of it are there`);
  const length = lengthOf(bytes);
  const end = ENTRY_BYTES + length;
  if (length < leastOf(format)) return lost(`its length is given as ${length} bytes`);
  if (end > bytes.length) {
    return lost(`its length is given as ${length} bytes, of which ${bytes.length - ENTRY_BYTES} are there`);
  }
  return { bytes: bytes.subarray(0, end), format, onwards: bytes };
}

/** Whether these can be the first bytes of an entry whose others come with a later fetch. */
function isCutOff(bytes: Buffer): boolean {
  return bytes.length <= MAGIC_AT || lengthOf(bytes) >= leastOf(bytes.readInt8(MAGIC_AT));
}

function lengthOf(entry: Buffer): number {
  return entry.readInt32BE(8);
}

function leastOf(format: number): number {
  return LEAST_BYTES[format] ?? LEAST_OF_ALL;
}
