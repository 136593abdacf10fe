import { isReadingId, newReadingId, READING_ID_HEADER } from '../../shared/reading-id';
import type { HeaderValue, RecordHeaders } from '../../shared/record-headers';
import { SCHEMA_HEADERS } from '../../shared/schema-headers';
import type { TraceContext } from '../../shared/trace-context';
import { JSON_BOUNDS, TooLargeForJson, jsonCopy } from '../../shared/json-copy';
import { isTopicName } from '../../shared/topic-name';
import { UserError, shorten } from '../../shared/user-error';
import { MAX_BYTES, makeRecord, type PayloadKind, type ProducerRecord } from './entry';
import { UNASSIGNED } from './partition';

/** What a message and the dialog give for a record, evaluated. */
export interface RecordFields {
  payload: unknown;
  topic: unknown;
  key: unknown;
  /** undefined or '': by key */
  partition: unknown;
  /** an object, or undefined, null or '' for none */
  headers: unknown;
  /** what has been written by a schema of a registry */
  schemed?: { payload: boolean; key: boolean };
  readingId: unknown;
  /** none: the headers may have it */
  trace?: TraceContext | undefined;
  messageId: string | undefined;
}

const MAX_PARTITION = 2 ** 31 - 1;
/** Characters or bytes of a value, a key or a header's value. */
const MAX_LENGTH = JSON_BOUNDS.characters;
/** Of a header's name in bytes, and of a record's headers: the outbox has 16 bits for each. */
const MAX_HEADERS = 2 ** 16 - 1;

/**
 * Makes a record of a message.
 *
 * The value: objects and arrays as JSON, Buffers and strings as they are, numbers and booleans as text; null only where
 * tombstones are allowed; undefined is an error. A message without a reading id gets one here.
 * @param timestamp the record's time, in milliseconds since 1970
 * @throws UserError that names the field and its value
 */
export function toRecord(fields: RecordFields, timestamp: number, tombstones: boolean): ProducerRecord {
  const { value, kind } = toValue(fields.payload, tombstones);
  const key = toKey(fields.key);
  const headers = withReadingId(toHeaders(fields.headers, fields.trace), fields.readingId);
  const partition = toPartition(fields.partition);
  const isSchemed = fields.schemed?.payload === true && kind === 'buffer';
  const isKeySchemed = fields.schemed?.key === true && key !== null;
  // Those of a record that is passed on name the schema that it was written by; readers go by them before a frame.
  if (isSchemed) headers[SCHEMA_HEADERS.value] = undefined;
  if (isKeySchemed) headers[SCHEMA_HEADERS.key] = undefined;
  const parts = {
    topic: toTopic(fields.topic),
    partition: partition ?? UNASSIGNED,
    pinned: partition !== undefined,
    kind: isSchemed ? ('schema' as const) : kind,
    textKey: typeof key === 'string',
    schemaKey: isKeySchemed,
    timestamp,
    messageId: fields.messageId,
    content: { key, value, headers },
  };
  return makeRecord(parts, MAX_BYTES);
}

function toValue(payload: unknown, tombstones: boolean): { value: HeaderValue; kind: PayloadKind } {
  switch (typeof payload) {
    case 'string':
      return { value: withinLength(payload), kind: 'string' };
    case 'number':
      return { value: String(payload), kind: 'number' };
    case 'boolean':
      return { value: String(payload), kind: 'boolean' };
    case 'object':
      if (payload === null) {
        if (!tombstones) throw new UserError('kafka-producer.errors.null-payload');
        return { value: null, kind: 'null' };
      }
      if (isBytes(payload)) {
        const bytes = withinLength(payload);
        return { value: Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes), kind: 'buffer' };
      }
      return { value: toJson(payload), kind: 'json' };
    case 'undefined':
      throw new UserError('kafka-producer.errors.no-payload');
    case 'bigint':
    case 'function':
    case 'symbol':
      throw new UserError('kafka-producer.errors.payload-type', { type: typeof payload });
  }
}

/** A Proxy may throw where it is asked for its class, and is no view. */
function isBytes(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && value instanceof Uint8Array;
}

function withinLength<T extends string | Uint8Array>(text: T): T {
  const { length: size } = text;
  if (size > MAX_LENGTH) throw new UserError('kafka-producer.errors.too-large', { size, limit: MAX_LENGTH });
  return text;
}

function toJson(payload: object): string {
  // undefined where an object's own toJSON gives nothing, which the type of stringify does not tell
  let json: string | undefined;
  try {
    json = JSON.stringify(jsonCopy(payload));
  } catch (error) {
    if (error instanceof TooLargeForJson)
      throw new UserError('kafka-producer.errors.bounds', { detail: error.message });
    throw new UserError('kafka-producer.errors.not-json', { value: shorten(payload) }, { cause: error });
  }
  if (json === undefined) throw new UserError('kafka-producer.errors.not-json', { value: shorten(payload) });
  return json;
}

function toTopic(topic: unknown): string {
  if (topic === undefined || topic === null || topic === '')
    throw new UserError('kafka-producer.errors.no-topic');
  if (typeof topic !== 'string' || !isTopicName(topic)) {
    throw new UserError('kafka-producer.errors.topic-name', { value: shorten(topic) });
  }
  return topic;
}

function toKey(key: unknown): Buffer | string | null {
  if (key === undefined || key === null || key === '') return null;
  if (typeof key === 'object' && isBytes(key) && Buffer.isBuffer(key)) return withinLength(key);
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean')
    return withinLength(String(key));
  throw new UserError('kafka-producer.errors.key-type', { value: shorten(key) });
}

function toPartition(partition: unknown): number | undefined {
  if (partition === undefined || partition === null || partition === '') return undefined;
  const number = typeof partition === 'string' ? Number(partition) : partition;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= MAX_PARTITION)
    return number;
  throw new UserError('kafka-producer.errors.partition', { value: shorten(partition) });
}

/**
 * Headers of the dialog replace those of the trace: who sets one means it.
 * @returns undefined where there are none
 */
function toHeaders(headers: unknown, trace: TraceContext | undefined): RecordHeaders | undefined {
  const isNone = headers === undefined || headers === null || headers === '';
  if (isNone && !trace) return undefined;
  // Without a prototype, so that a header may have any name.
  const result = Object.create(null) as RecordHeaders;
  let count = 0;
  if (trace) {
    Object.assign(result, trace);
    count = Object.keys(trace).length;
  }
  if (isNone) return result;
  if (typeof headers !== 'object' || Array.isArray(headers) || ArrayBuffer.isView(headers)) {
    throw new UserError('kafka-producer.errors.headers', { value: shorten(headers) });
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (Buffer.byteLength(name) > MAX_HEADERS)
      throw new UserError('kafka-producer.errors.header-name', { name: shorten(name), most: MAX_HEADERS });
    count += Array.isArray(value) ? value.length : 1;
    if (count > MAX_HEADERS) throw new UserError('kafka-producer.errors.header-count', { most: MAX_HEADERS });
    result[name] = Array.isArray(value) ? value.map((one) => toHeader(name, one)) : toHeader(name, value);
  }
  return result;
}

function toHeader(name: string, value: unknown): HeaderValue {
  if (value === null) return value;
  if (typeof value === 'string') return withinLength(value);
  if (typeof value === 'object' && isBytes(value) && Buffer.isBuffer(value)) return withinLength(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new UserError('kafka-producer.errors.header', { name: shorten(name), value: shorten(value) });
}

function withReadingId(headers: RecordHeaders | undefined, own: unknown): RecordHeaders {
  if (!headers) return { [READING_ID_HEADER]: isReadingId(own) ? own : newReadingId() };
  headers[READING_ID_HEADER] = chooseReadingId(own, headers[READING_ID_HEADER]);
  return headers;
}

/** A message's own id comes first, then that of a record which is passed on with its headers, then a new one. */
function chooseReadingId(own: unknown, header: RecordHeaders[string]): string {
  if (isReadingId(own)) return own;
  const passedOn = Buffer.isBuffer(header) ? header.toString() : header;
  return isReadingId(passedOn) ? passedOn : newReadingId();
}
