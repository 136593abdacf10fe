import { readFileSync } from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { crc32c } from '../../../../nodes/kafka-cluster/patched-kafkajs/crc32c';
import { RECORD_LIMITS, type RecordLimits } from '../../../../nodes/kafka-cluster/records/limits';
import { readRecordSet, type RecordSet } from '../../../../nodes/kafka-cluster/records/record-set';
import { encodeBody } from '../../../../nodes/shared/record-body';
import type { OutgoingRecord } from '../../../../nodes/kafka-cluster/types';
import type { RecordHeaders } from '../../../../nodes/shared/record-headers';
import { varintSize, writeVarint } from '../../../../nodes/shared/varint';

/* Batches as tests make them, sound or not. The bytes of other clients are made by tools/foreign-records. */
export const FOREIGN = path.join(__dirname, 'foreign');
export const TIME = 1_700_000_000_000;

export function foreign(name: string): Buffer {
  return readFileSync(path.join(FOREIGN, `${name}.bin`));
}

/** Of a batch that a test makes itself. */
interface Made {
  base?: bigint;
  codec?: number;
  body: Buffer;
  count: number;
  lastDelta?: number;
}

/** A batch, format 2, as a broker would take it. */
export function batch({ base = 0n, codec = 0, body, count, lastDelta = count - 1 }: Made): Buffer {
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(base, 0);
  header.writeInt32BE(header.length - 12 + body.length, 8);
  header.writeInt8(2, 16);
  header.writeInt16BE(codec, 21);
  header.writeInt32BE(lastDelta, 23);
  header.writeBigInt64BE(BigInt(TIME), 27);
  header.writeBigInt64BE(BigInt(TIME), 35);
  header.writeBigInt64BE(-1n, 43);
  header.writeInt16BE(-1, 51);
  header.writeInt32BE(-1, 53);
  header.writeInt32BE(count, 57);
  return checked(Buffer.concat([header, body]));
}

/** Puts the right checksum into a batch. */
export function checked(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

/** Of a record that a test makes itself; its time is the batch's first. */
interface MadeRecord {
  offsetDelta?: number;
  key?: string;
  value: string | Buffer;
  headers?: RecordHeaders;
}

/** A record of a batch. */
export function encodeRecord({ offsetDelta = 0, key, value, headers = {} }: MadeRecord): Buffer {
  const content = { key: key === undefined ? null : Buffer.from(key), value: Buffer.from(value), headers };
  return framed(offsetDelta, { bytes: encodeBody(content), bodyAt: 0 });
}

/** The same of a record that has its body already. */
export function framed(
  offsetDelta: number,
  { bytes, bodyAt }: Pick<OutgoingRecord, 'bytes' | 'bodyAt'>,
): Buffer {
  const length = 2 + varintSize(offsetDelta) + bytes.length - bodyAt;
  const made = Buffer.alloc(varintSize(length) + length);
  // Behind the attributes and the difference of times, which are 0.
  bytes.copy(made, writeVarint(made, offsetDelta, writeVarint(made, length, 0) + 2), bodyAt);
  return made;
}

/** The records of a batch, `first` being the first one's offset in it. */
export function body(values: readonly (string | Buffer)[], first = 0): Buffer {
  return Buffer.concat(values.map((value, i) => encodeRecord({ offsetDelta: first + i, value })));
}

/** Of a message of format 0 or 1. */
interface OldMade {
  format: 0 | 1;
  offset: number;
  value: string | Buffer | null;
  codec?: number;
}

/** A message as it stands in a message set. */
export function message({ format, offset, value, codec = 0 }: OldMade): Buffer {
  const time = Buffer.alloc(format === 0 ? 0 : 8);
  if (format === 1) time.writeBigInt64BE(BigInt(TIME));
  const bytes = value === null ? Buffer.alloc(0) : Buffer.from(value);
  const lengths = Buffer.alloc(8);
  lengths.writeInt32BE(-1, 0);
  lengths.writeInt32BE(value === null ? -1 : bytes.length, 4);
  const covered = Buffer.concat([Buffer.from([format, codec]), time, lengths, bytes]);
  const head = Buffer.alloc(16);
  head.writeBigInt64BE(BigInt(offset), 0);
  head.writeInt32BE(covered.length + 4, 8);
  head.writeUInt32BE(zlib.crc32(covered), 12);
  return Buffer.concat([head, covered]);
}

export function read(bytes: Buffer, from = 0n, limits: Partial<RecordLimits> = {}): Promise<RecordSet> {
  return readRecordSet({ bytes, from, aborted: [] }, { ...RECORD_LIMITS, ...limits });
}

export const offsetsOf = ({ records }: RecordSet): string[] => records.map(({ offset }) => offset);
export const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
