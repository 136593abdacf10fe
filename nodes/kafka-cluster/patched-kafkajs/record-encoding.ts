/**
 * A record as kafkajs puts it into a batch, format 2 (https://kafka.apache.org/documentation/#record): the same bytes,
 * written in one go into a buffer of the right size.
 */
import { eachHeader } from '../../shared/record-headers';

type Bytes = Buffer | string | null | undefined;

/** What kafkajs hands over for each record; `offsetDelta` and `timestampDelta` count from the batch's first. */
export interface RecordParts {
  offsetDelta?: number;
  /** milliseconds */
  timestampDelta?: number;
  key?: Bytes;
  value?: Bytes;
  headers?: Record<string, Bytes | Bytes[]>;
}

/** The parts of kafkajs's own encoder that it uses of a record. */
export interface EncodedRecord {
  buf: Buffer;
  buffer: Buffer;
}

export function encodeRecord({
  offsetDelta = 0,
  timestampDelta = 0,
  key,
  value,
  headers = {},
}: RecordParts): EncodedRecord {
  /** names and values by turns */
  const list: Bytes[] = [];
  eachHeader<Bytes>(headers, (name, value) => list.push(name, value));
  let body = 1 + varintSize(timestampDelta) + varintSize(offsetDelta) + sizeOf(key) + sizeOf(value);
  body += varintSize(list.length / 2);
  for (const bytes of list) body += sizeOf(bytes);

  const buf = Buffer.allocUnsafe(varintSize(body) + body);
  let at = writeVarint(buf, body, 0);
  // No record attributes are in use.
  buf[at++] = 0;
  at = writeVarint(buf, timestampDelta, at);
  at = writeVarint(buf, offsetDelta, at);
  at = writeBytes(buf, key, at);
  at = writeBytes(buf, value, at);
  at = writeVarint(buf, list.length / 2, at);
  for (const bytes of list) at = writeBytes(buf, bytes, at);
  return { buf, buffer: buf };
}

function sizeOf(bytes: Bytes): number {
  if (bytes === null || bytes === undefined) return 1;
  const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
  return varintSize(length) + length;
}

function writeBytes(buf: Buffer, bytes: Bytes, at: number): number {
  if (bytes === null || bytes === undefined) return writeVarint(buf, -1, at);
  if (typeof bytes !== 'string') {
    const start = writeVarint(buf, bytes.length, at);
    return start + bytes.copy(buf, start);
  }
  const start = writeVarint(buf, Buffer.byteLength(bytes), at);
  return start + buf.write(bytes, start);
}

/** Zigzag as arithmetic: a time difference may pass 32 bits. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function varintSize(value: number): number {
  let rest = zigzag(value);
  let bytes = 1;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

function writeVarint(buf: Buffer, value: number, at: number): number {
  let rest = zigzag(value);
  for (; rest >= 128; rest = Math.floor(rest / 128)) buf[at++] = (rest % 128) | 128;
  buf[at++] = rest;
  return at;
}
