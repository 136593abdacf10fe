import { crc32 } from 'node:zlib';
import { READING_ID_HEADER } from '../../shared/reading-id';
import { addHeader, eachHeader, type HeaderValue, type RecordHeaders } from '../../shared/record-headers';
import type { PayloadKind, ProducerRecord } from '../record/record';

/**
 * A record as the outbox keeps it, format 1 (numbers little-endian):
 *
 *   0   version        1
 *   1   checksum       CRC-32 of the entry's key and of everything after this field
 *   5   flags          bits 0-2 payload kind, 3 pinned, 4 has key, 5 key is text, 6 key is of a schema
 *   6   timestamp      double, milliseconds since 1970
 *   14  reading id     16 bytes
 *   30  message id     length byte, text
 *       key, value     length (4 bytes), bytes; each only if there is one
 *       headers        count (2 bytes), then for each: name length (2), name, kind (1: bytes, text, null), value length (4), value;
 *                      the reading id is not among them
 */
const VERSION = 1;
const CHECKED_FROM = 5;
const FIXED_BYTES = 31;
const KINDS: readonly PayloadKind[] = ['json', 'string', 'buffer', 'number', 'boolean', 'null', 'schema'];
const PINNED = 8;
const HAS_KEY = 16;
const TEXT_KEY = 32;
const SCHEMA_KEY = 64;
/** What a header's value is. */
const BYTES = 0;
const TEXT = 1;
const NULL = 2;

/** An entry that was not written like this: damaged on disk, or by another version of the format. */
export class DamagedEntryError extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(`damaged outbox entry: ${reason}`, options);
    this.name = new.target.name;
  }
}

interface Header {
  name: string;
  value: HeaderValue;
  bytes: number;
}

/** @returns the entry, without its checksum: see seal */
export function encodeRecord(record: ProducerRecord): Buffer {
  const { key, value } = record;
  const headers = listHeaders(record.headers);
  const messageId = Buffer.from(record.messageId ?? '').subarray(0, 255);
  let size = FIXED_BYTES + messageId.length + 2;
  if (key !== null) size += 4 + key.length;
  if (value !== null) size += 4 + value.length;
  for (const { name, bytes } of headers) size += 2 + Buffer.byteLength(name) + 1 + 4 + bytes;

  const entry = Buffer.allocUnsafe(size);
  entry[0] = VERSION;
  entry[5] =
    KINDS.indexOf(record.kind) |
    (record.pinned ? PINNED : 0) |
    (key !== null ? HAS_KEY : 0) |
    (record.textKey ? TEXT_KEY : 0) |
    (record.schemaKey === true ? SCHEMA_KEY : 0);
  entry.writeDoubleLE(record.timestamp, 6);
  entry.write(record.readingId.replaceAll('-', ''), 14, 'hex');
  entry[30] = messageId.length;
  let at = FIXED_BYTES + messageId.copy(entry, FIXED_BYTES);
  if (key !== null) at = writeBytes(entry, key, at);
  if (value !== null) at = writeBytes(entry, value, at);
  at = entry.writeUInt16LE(headers.length, at);
  for (const { name, value: headerValue, bytes } of headers) {
    at = entry.writeUInt16LE(Buffer.byteLength(name), at);
    at += entry.write(name, at);
    at = entry.writeUInt8(headerValue === null ? NULL : typeof headerValue === 'string' ? TEXT : BYTES, at);
    at = entry.writeUInt32LE(bytes, at);
    if (typeof headerValue === 'string') at += entry.write(headerValue, at);
    else if (headerValue !== null) at += headerValue.copy(entry, at);
  }
  return entry;
}

/** Puts in the checksum, which binds the entry to the key it is stored under. */
export function seal(entry: Buffer, key: Buffer): Buffer {
  entry.writeUInt32LE(checksum(entry, key), 1);
  return entry;
}

/**
 * @param key the key that the entry was found under; topic and partition stand in it
 * @throws DamagedEntryError
 */
export function decodeRecord(entry: Buffer, key: Buffer, topic: string, partition: number): ProducerRecord {
  if (entry.length < FIXED_BYTES || entry[0] !== VERSION) throw new DamagedEntryError(`version ${entry[0]}`);
  if (entry.readUInt32LE(1) !== checksum(entry, key)) throw new DamagedEntryError('checksum');
  try {
    return decodeChecked(entry, topic, partition);
  } catch (error) {
    throw new DamagedEntryError('layout', { cause: error });
  }
}

function decodeChecked(entry: Buffer, topic: string, partition: number): ProducerRecord {
  const flags = entry.readUInt8(5);
  const kind = KINDS[flags & 7];
  if (kind === undefined) throw new RangeError(`payload kind ${flags & 7}`);
  const id = entry.toString('hex', 14, 30);
  const readingId = `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
  const reader = new Reader(entry, 30);
  const messageId = reader.take(reader.uint8()).toString();
  const key = flags & HAS_KEY ? reader.take(reader.uint32()) : null;
  const value = kind === 'null' ? null : reader.take(reader.uint32());
  const headers = Object.create(null) as RecordHeaders;
  for (let left = reader.uint16(); left > 0; left--) {
    const name = reader.take(reader.uint16()).toString();
    const kind = reader.uint8();
    const bytes = reader.take(reader.uint32());
    addHeader(headers, name, kind === NULL ? null : kind === TEXT ? bytes.toString() : bytes);
  }
  headers[READING_ID_HEADER] = readingId;
  return {
    topic,
    partition,
    pinned: (flags & PINNED) !== 0,
    kind,
    key,
    textKey: (flags & TEXT_KEY) !== 0,
    ...(flags & SCHEMA_KEY ? { schemaKey: true } : {}),
    value,
    headers,
    timestamp: entry.readDoubleLE(6),
    readingId,
    messageId: messageId === '' ? undefined : messageId,
  };
}

class Reader {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  uint8(): number {
    return this.bytes.readUInt8(this.at++);
  }

  uint16(): number {
    this.at += 2;
    return this.bytes.readUInt16LE(this.at - 2);
  }

  uint32(): number {
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  take(length: number): Buffer {
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError('it ends too early');
    return this.bytes.subarray(this.at - length, this.at);
  }
}

function listHeaders(headers: RecordHeaders): Header[] {
  const list: Header[] = [];
  eachHeader(headers, (name, value) => {
    if (name === READING_ID_HEADER) return;
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : (value?.length ?? 0);
    list.push({ name, value, bytes });
  });
  return list;
}

function checksum(entry: Buffer, key: Buffer): number {
  return crc32(entry.subarray(CHECKED_FROM), crc32(key));
}

function writeBytes(entry: Buffer, bytes: Buffer, at: number): number {
  const start = entry.writeUInt32LE(bytes.length, at);
  return start + bytes.copy(entry, start);
}
