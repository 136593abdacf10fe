import { CODEC_MASK } from '../compression/codecs';
import type { ByteReader } from '../../shared/byte-reader';

/**
 * What stands in front of the records of a batch, format 2 (https://kafka.apache.org/documentation/#recordbatch). Offset
 * and length stand at the same place in every format, and so does the number of the format.
 */
export interface BatchHeader {
  baseOffset: bigint;
  /** of the last record that it was written with, which compaction may have taken out since */
  lastOffset: bigint;
  /** see compression/codecs.ts */
  codec: number;
  /** milliseconds since 1970 */
  firstTimestamp: number;
  maxTimestamp: number;
  /** the broker's time stands for all records: LogAppendTime */
  appendTime: boolean;
  transactional: boolean;
  /** holds a marker of a transaction instead of records */
  control: boolean;
  /** -1n of producers that are not idempotent */
  producerId: bigint;
  /** of the records */
  count: number;
}

/** Offset and length: what any entry of a record set begins with. */
export const ENTRY_BYTES = 12;
/** Where the number of the format stands in an entry. */
export const MAGIC_AT = 16;
/** Where the checksum stands, and where the part begins that it covers. */
export const CHECKSUM_AT = 17;
export const CHECKED_FROM = 21;
export const HEADER_BYTES = 61;

const APPEND_TIME = 8;
const TRANSACTIONAL = 16;
const CONTROL = 32;

/** @param reader at the batch's first byte; afterwards at the first of its records */
export function readBatchHeader(reader: ByteReader): BatchHeader {
  const baseOffset = reader.int64();
  reader.take(4 + 4 + 1 + 4); // length, leader epoch, format, checksum
  const attributes = reader.int16();
  const lastOffset = baseOffset + BigInt(reader.int32());
  const firstTimestamp = Number(reader.int64());
  const maxTimestamp = Number(reader.int64());
  const producerId = reader.int64();
  reader.take(2 + 4); // producer epoch, first sequence number
  return {
    baseOffset,
    lastOffset,
    codec: attributes & CODEC_MASK,
    firstTimestamp,
    maxTimestamp,
    appendTime: (attributes & APPEND_TIME) !== 0,
    transactional: (attributes & TRANSACTIONAL) !== 0,
    control: (attributes & CONTROL) !== 0,
    producerId,
    count: reader.int32(),
  };
}
