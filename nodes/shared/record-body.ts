import { ByteReader } from './byte-reader';
import { addHeader, eachHeader, type HeaderValue, type RecordHeaders } from './record-headers';
import { varintSize, writeVarint } from './varint';

/** What a record says, wherever it stands. */
export interface RecordContent {
  key: HeaderValue;
  value: HeaderValue;
  headers: RecordHeaders;
}

/** The same, read from bytes. */
export interface ReadContent extends RecordContent {
  key: Buffer | null;
  value: Buffer | null;
}

/**
 * The body of a record is what stands of it in a batch of Kafka's, format 2 (https://kafka.apache.org/documentation/#record),
 * behind the numbers that depend on its place there:
 *
 *   body   = varint(key length) + key + varint(value length) + value + varint(number of headers) + headers
 *   header = varint(name length) + name + varint(value length) + value
 *
 * The length is -1 where there is no key or no value.
 * @returns its bytes
 */
export function bodySize({ key, value, headers }: RecordContent): number {
  let count = 0;
  let size = sizeWithLength(key) + sizeWithLength(value);
  eachHeader<HeaderValue>(headers, (name, value) => {
    count++;
    size += sizeWithLength(name) + sizeWithLength(value);
  });
  return size + varintSize(count);
}

/** Writes a body, for which there is room. @returns where it ends */
export function writeBody({ key, value, headers }: RecordContent, into: Buffer, start: number): number {
  let count = 0;
  eachHeader<HeaderValue>(headers, () => count++);
  let at = writeWithLength(key, into, start);
  at = writeWithLength(value, into, at);
  at = writeVarint(into, count, at);
  eachHeader<HeaderValue>(headers, (name, value) => {
    at = writeWithLength(name, into, at);
    at = writeWithLength(value, into, at);
  });
  return at;
}

/** @returns a body alone */
export function encodeBody(content: RecordContent): Buffer {
  const bytes = Buffer.allocUnsafe(bodySize(content));
  writeBody(content, bytes, 0);
  return bytes;
}

/**
 * Reads a body, which ends where the bytes end. Nothing of it is copied.
 * @throws DamagedBytesError
 */
export function readBody(bytes: Buffer, start: number): ReadContent {
  const reader = new ByteReader(bytes, start);
  const key = reader.varBytes();
  const value = reader.varBytes();
  // Without a prototype, so that a header may have any name.
  const headers = Object.create(null) as RecordHeaders;
  for (let left = reader.varint(); left > 0; left--) addHeader(headers, reader.varText(), reader.varBytes());
  return { key, value, headers };
}

/** Reads of a body the key alone. @throws DamagedBytesError */
export function readKey(bytes: Buffer, start: number): Buffer | null {
  return new ByteReader(bytes, start).varBytes();
}

function sizeWithLength(bytes: HeaderValue): number {
  if (bytes === null) return 1;
  const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
  return varintSize(length) + length;
}

function writeWithLength(bytes: HeaderValue, into: Buffer, at: number): number {
  if (bytes === null) return writeVarint(into, -1, at);
  if (typeof bytes !== 'string') {
    const start = writeVarint(into, bytes.length, at);
    into.set(bytes, start);
    return start + bytes.length;
  }
  const start = writeVarint(into, Buffer.byteLength(bytes), at);
  return start + into.write(bytes, start);
}
