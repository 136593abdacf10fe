import type { OutgoingRecord } from '../../kafka-cluster/types';
import {
  bodySize,
  readBody,
  readKey,
  writeBody,
  type ReadContent,
  type RecordContent,
} from '../../shared/record-body';
import { UserError } from '../../shared/user-error';

/** What a payload was, so that the output message can give it back as it came; `schema`: written by one of a registry. */
export type PayloadKind = (typeof KINDS)[number];
const KINDS = ['json', 'string', 'buffer', 'number', 'boolean', 'null', 'schema'] as const;

/**
 * A record on its way from a message into a topic. Its bytes are made once, when it is accepted: they are what an outbox
 * stores, and from the body on they are what is sent. What else it says is read from them where it is asked for.
 *
 *   0   version        2
 *   1   checksum       of whoever stores it: see seal
 *   5   flags          bits 0-2 payload kind, 3 pinned, 5 key came as text, 6 key is of a schema
 *   6   timestamp      double, little-endian, milliseconds since 1970
 *   14  message id     length byte, text
 *       body           see bodySize
 */
export interface ProducerRecord extends OutgoingRecord {
  readonly topic: string;
  /** UNASSIGNED until the topic is known */
  partition: number;
  /** the partition was asked for, not chosen by the key */
  readonly pinned: boolean;
}

export const VERSION = 2;
export const CHECKSUM_AT = 1;
export const CHECKED_FROM = 5;
const FLAGS_AT = 5;
const TIMESTAMP_AT = 6;
const MESSAGE_ID_AT = 14;
const FIXED_BYTES = 15;
const MAX_MESSAGE_ID = 255;
const KIND = 7;
const PINNED = 8;
const TEXT_KEY = 32;
const SCHEMA_KEY = 64;

/** No store takes larger ones, all its parts together. */
export const MAX_BYTES = 64 * 1024 * 1024;

/** What a record is made of. */
interface RecordParts {
  topic: string;
  partition: number;
  pinned: boolean;
  kind: PayloadKind;
  /** the key came as text, not as a Buffer */
  textKey: boolean;
  /** the key was written by a schema of a registry */
  schemaKey: boolean;
  timestamp: number;
  /** of the message it came with */
  messageId: string | undefined;
  content: RecordContent;
}

/** What of a record is for the message that is made of it again. */
export interface Origin {
  kind: PayloadKind;
  textKey: boolean;
  schemaKey: boolean;
  messageId: string | undefined;
}

/**
 * @param maxBytes of all its parts together
 * @throws UserError where it is larger
 */
export function makeRecord(parts: RecordParts, maxBytes: number): ProducerRecord {
  const { topic, partition, pinned, kind, textKey, schemaKey, timestamp, content } = parts;
  const messageId = shortened(parts.messageId ?? '');
  const idLength = Buffer.byteLength(messageId);
  const bodyAt = FIXED_BYTES + idLength;
  const size = bodyAt + bodySize(content);
  if (size > maxBytes) throw new UserError('kafka-producer.errors.too-large', { size, limit: maxBytes });
  const bytes = Buffer.allocUnsafe(size);
  bytes[0] = VERSION;
  bytes[FLAGS_AT] =
    KINDS.indexOf(kind) | (pinned ? PINNED : 0) | (textKey ? TEXT_KEY : 0) | (schemaKey ? SCHEMA_KEY : 0);
  bytes.writeDoubleLE(timestamp, TIMESTAMP_AT);
  bytes[MESSAGE_ID_AT] = idLength;
  bytes.write(messageId, FIXED_BYTES);
  writeBody(content, bytes, bodyAt);
  return { topic, partition, pinned, timestamp, bytes, bodyAt };
}

/**
 * @param bytes as makeRecord has made them
 * @throws RangeError where it has not
 */
export function recordOf(bytes: Buffer, topic: string, partition: number): ProducerRecord {
  const bodyAt = FIXED_BYTES + bytes.readUInt8(MESSAGE_ID_AT);
  if (bytes.length < bodyAt) throw new RangeError('it ends too early');
  return {
    topic,
    partition,
    pinned: (bytes.readUInt8(FLAGS_AT) & PINNED) !== 0,
    timestamp: bytes.readDoubleLE(TIMESTAMP_AT),
    bytes,
    bodyAt,
  };
}

export function originOf({ bytes, bodyAt }: ProducerRecord): Origin {
  const flags = bytes.readUInt8(FLAGS_AT);
  const messageId = bytes.toString('utf8', FIXED_BYTES, bodyAt);
  return {
    kind: KINDS[flags & KIND] ?? 'buffer',
    textKey: (flags & TEXT_KEY) !== 0,
    schemaKey: (flags & SCHEMA_KEY) !== 0,
    messageId: messageId === '' ? undefined : messageId,
  };
}

/** Nothing of it is copied. */
export function contentOf({ bytes, bodyAt }: ProducerRecord): ReadContent {
  return readBody(bytes, bodyAt);
}

export function keyOf({ bytes, bodyAt }: ProducerRecord): Buffer | null {
  return readKey(bytes, bodyAt);
}

/** @returns the bytes of a record that do not depend on its place in a batch */
export function bodyLength({ bytes, bodyAt }: OutgoingRecord): number {
  return bytes.length - bodyAt;
}

/** The mark for a character that is cut off takes three bytes itself. */
function shortened(id: string): string {
  if (Buffer.byteLength(id) <= MAX_MESSAGE_ID) return id;
  return Buffer.from(id).toString('utf8', 0, MAX_MESSAGE_ID - 3);
}
