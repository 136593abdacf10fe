import { createHash, randomFillSync } from 'node:crypto';
import { V7Generator } from '../vendored/uuid';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** An ObjectId, which a reading's id becomes, holds no time from here on (2106); in milliseconds since 1970. */
export const END_OF_TIME_MS = 1_000 * 2 ** 32;

/** An id of a later time is not before this as a text either: the time stands in front. */
const FIRST_TOO_LATE = END_OF_TIME_MS.toString(16).padStart(12, '0').slice(0, 8);

/** The record header that carries a reading's id through Kafka. */
export const READING_ID_HEADER = 'reading-id';

/** Random numbers fetched a thousand at a time: that takes the system as long as fetching one. */
const random = new Uint32Array(1024);
let used = random.length;

const generator = new V7Generator({
  nextUint32: () => {
    if (used === random.length) {
      randomFillSync(random);
      used = 0;
    }
    return random[used++] ?? 0;
  },
});

/**
 * @param time the reading's own, in milliseconds since 1970; now, where it is not known
 * @returns a new reading id: a UUIDv7 (RFC 9562), of now increasing within one process even inside a millisecond
 */
export function newReadingId(time?: number): string {
  const { bytes } = generator.generate();
  if (time !== undefined) setTime(bytes, time);
  return textOf(bytes);
}

/** The first 48 bits are the time; counter and random bits stay, so that no two ids are the same. */
function setTime(bytes: Uint8Array, time: number): void {
  let rest = Math.min(Math.max(0, Math.floor(time)), END_OF_TIME_MS - 1);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

const HYPHEN = 0x2d;
const DIGITS = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/**
 * The usual form of a UUID. The library adds digit to digit, which takes twice as long once such a text is written
 * anywhere, and a Buffer's text takes a third longer: of a serial line this is a tenth.
 */
function textOf(b: Uint8Array): string {
  const d = DIGITS;
  // prettier-ignore
  return String.fromCharCode(
    d[b[0]! >>> 4]!, d[b[0]! & 15]!, d[b[1]! >>> 4]!, d[b[1]! & 15]!, d[b[2]! >>> 4]!, d[b[2]! & 15]!, d[b[3]! >>> 4]!, d[b[3]! & 15]!, HYPHEN,
    d[b[4]! >>> 4]!, d[b[4]! & 15]!, d[b[5]! >>> 4]!, d[b[5]! & 15]!, HYPHEN,
    d[b[6]! >>> 4]!, d[b[6]! & 15]!, d[b[7]! >>> 4]!, d[b[7]! & 15]!, HYPHEN,
    d[b[8]! >>> 4]!, d[b[8]! & 15]!, d[b[9]! >>> 4]!, d[b[9]! & 15]!, HYPHEN,
    d[b[10]! >>> 4]!, d[b[10]! & 15]!, d[b[11]! >>> 4]!, d[b[11]! & 15]!, d[b[12]! >>> 4]!, d[b[12]! & 15]!,
    d[b[13]! >>> 4]!, d[b[13]! & 15]!, d[b[14]! >>> 4]!, d[b[14]! & 15]!, d[b[15]! >>> 4]!, d[b[15]! & 15]!,
  );
}

/** @returns whether a value is a reading id of ours: a UUIDv7 in lower case, of a time that the database has a form for. */
export function isReadingId(value: unknown): value is string {
  return typeof value === 'string' && value < FIRST_TOO_LATE && UUID_V7.test(value);
}

/** @returns the time inside a reading id, in milliseconds since 1970. */
export function readingTime(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/**
 * The database id of a reading, as 24 hexadecimal digits for an ObjectId: 32 bits of seconds, 10 bits of milliseconds
 * and the first 54 of the UUIDv7's counter and random bits. The same reading always gets the same id, so that what
 * arrives twice finds itself there; and the ids sort by time, also beside the ObjectIds that a driver makes.
 * @param id a reading id (see isReadingId)
 */
export function objectIdOfReading(id: string): string {
  return idBytesOfReading(id).toString('hex');
}

/** The same as its 12 bytes, for whoever makes very many. */
export function idBytesOfReading(id: string): Buffer {
  const randA = Number.parseInt(id.slice(15, 18), 16);
  // rand_b without the 2-bit variant before it, which is the same in every id: its first 14 bits, and the next 28.
  const first = Number.parseInt(id.slice(19, 23), 16) & 0x3fff;
  const next = Number.parseInt(id.slice(24, 31), 16);
  return idBytes(readingTime(id), (randA << 10) | (first >>> 4), ((first & 15) << 28) | next);
}

/** Where a record stands in Kafka, and when it was written (milliseconds since 1970). */
export interface RecordPlace {
  topic: string;
  partition: number;
  offset: string;
  timestamp: number;
}

/**
 * The database id of a record that carries no reading id, as objectIdOfReading gives it: the record's own time, then 22
 * bits of a hash of topic and partition, then the low 32 bits of the offset. A record read again gets the same id.
 */
export function objectIdOfRecord({ topic, partition, offset, timestamp }: RecordPlace): string {
  const place = createHash('sha256').update(`${topic}\0${partition}`).digest().readUInt32BE(0) >>> 10;
  return idBytes(timestamp, place, Number(BigInt(offset) & 0xffffffffn)).toString('hex');
}

/** Kafka is younger: what is before this as microseconds is the time of a clock that is far ahead. */
const BEFORE_KAFKA_MS = Date.UTC(2001, 0);

/**
 * The time of a record as it is stored. Records of a very old format have none (-1); they count as written in 1970, so that
 * their id stays the same. Some programs write microseconds or nanoseconds where Kafka expects milliseconds.
 * @param timestamp the record's, in milliseconds since 1970
 * @returns the same, not before 1970; the last second but one that an ObjectId holds, where a clock is further ahead
 */
export function recordTime(timestamp: number | undefined): number {
  let time = Number.isFinite(timestamp) ? Math.max(0, Number(timestamp)) : 0;
  while (time >= END_OF_TIME_MS) {
    if (time / 1_000 < BEFORE_KAFKA_MS) return END_OF_TIME_MS - 2_000;
    time /= 1_000;
  }
  return Math.floor(time);
}

/**
 * The database id of the copy of a document that another program stored: its time, then 54 bits of a hash of its own id.
 * @param time milliseconds since 1970
 */
export function objectIdOfCopy(time: number, id: string): string {
  const hash = createHash('sha256').update(id).digest();
  return idBytes(time, hash.readUInt32BE(0) >>> 10, hash.readUInt32BE(4)).toString('hex');
}

/** Of the time, 22 bits and 32 bits. */
function idBytes(milliseconds: number, high: number, low: number): Buffer {
  const time = Math.max(0, milliseconds);
  const bytes = Buffer.allocUnsafe(12);
  bytes.writeUInt32BE(Math.floor(time / 1000) % 2 ** 32, 0);
  bytes.writeUInt32BE(((Math.floor(time % 1000) << 22) | high) >>> 0, 4);
  bytes.writeUInt32BE(low >>> 0, 8);
  return bytes;
}
