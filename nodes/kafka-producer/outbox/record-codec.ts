import { crc32 } from 'node:zlib';
import { READING_ID_HEADER } from '../../shared/reading-id';
import { addHeader, type RecordHeaders } from '../../shared/record-headers';
import {
  CHECKED_FROM,
  CHECKSUM_AT,
  VERSION,
  makeRecord,
  recordOf,
  type PayloadKind,
  type ProducerRecord,
} from '../record/entry';

/**
 * A record as an outbox has kept it before, format 1 (numbers little-endian); entry.ts has the present one, which begins
 * likewise.
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
const VERSION_1 = 1;
const FIXED_BYTES_1 = 31;
const KINDS: readonly PayloadKind[] = ['json', 'string', 'buffer', 'number', 'boolean', 'null', 'schema'];
const PINNED = 8;
const HAS_KEY = 16;
const TEXT_KEY = 32;
const SCHEMA_KEY = 64;
/** What a header's value is. */
const NULL = 2;
/** The shortest entry of any format. */
const LEAST_BYTES = 15;

/** An entry that was not written like this: damaged on disk, or by another version of the format. */
export class DamagedEntryError extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(`damaged outbox entry: ${reason}`, options);
    this.name = new.target.name;
  }
}

/** Puts the checksum into a record's bytes, which binds them to the key they are stored under. @returns the same bytes */
export function seal(entry: Buffer, key: Buffer): Buffer {
  entry.writeUInt32LE(checksum(entry, key), CHECKSUM_AT);
  return entry;
}

/**
 * @param key the key that the entry was found under; topic and partition stand in it
 * @throws DamagedEntryError
 */
export function decodeRecord(entry: Buffer, key: Buffer, topic: string, partition: number): ProducerRecord {
  const version = entry[0];
  const isKnown = version === VERSION || version === VERSION_1;
  if (entry.length < LEAST_BYTES || !isKnown) throw new DamagedEntryError(`version ${version}`);
  if (entry.readUInt32LE(CHECKSUM_AT) !== checksum(entry, key)) throw new DamagedEntryError('checksum');
  try {
    return version === VERSION ? recordOf(entry, topic, partition) : decodeVersion1(entry, topic, partition);
  } catch (error) {
    throw new DamagedEntryError('layout', { cause: error });
  }
}

function decodeVersion1(entry: Buffer, topic: string, partition: number): ProducerRecord {
  const flags = entry.readUInt8(5);
  const kind = KINDS[flags & 7];
  if (kind === undefined) throw new RangeError(`payload kind ${flags & 7}`);
  const id = entry.toString('hex', 14, 30);
  const readingId = `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
  const reader = new Reader(entry, FIXED_BYTES_1 - 1);
  const messageId = reader.take(reader.uint8()).toString();
  const key = flags & HAS_KEY ? reader.take(reader.uint32()) : null;
  const value = kind === 'null' ? null : reader.take(reader.uint32());
  // Without a prototype, so that a header may have any name.
  const headers = Object.create(null) as RecordHeaders;
  for (let left = reader.uint16(); left > 0; left--) {
    const name = reader.take(reader.uint16()).toString();
    const isNull = reader.uint8() === NULL;
    const bytes = reader.take(reader.uint32());
    addHeader(headers, name, isNull ? null : bytes);
  }
  headers[READING_ID_HEADER] = readingId;
  const parts = {
    topic,
    partition,
    pinned: (flags & PINNED) !== 0,
    kind,
    textKey: (flags & TEXT_KEY) !== 0,
    schemaKey: (flags & SCHEMA_KEY) !== 0,
    timestamp: entry.readDoubleLE(6),
    messageId,
    content: { key, value, headers },
  };
  // What is stored already is not judged again.
  return makeRecord(parts, Infinity);
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

function checksum(entry: Buffer, key: Buffer): number {
  return crc32(entry.subarray(CHECKED_FROM), crc32(key));
}
