import { UNASSIGNED } from '../record/partition';

/**
 * Keys of the outbox: topic, 0, partition (4 bytes), number in the buffer (8 bytes), big-endian. So the records of one
 * partition stand together, in their order. Topics hold no byte 0.
 */
const SUFFIX_BYTES = 13;
const UINT32 = 2 ** 32;
/** UNASSIGNED as a partition in a key; Kafka's own end at 2^31 - 1. */
const UNASSIGNED_KEY = UINT32 - 1;

export interface OutboxKey {
  topic: string;
  partition: number;
  seq: number;
}

export function encodeKey(topic: string, partition: number, seq: number): Buffer {
  const length = Buffer.byteLength(topic);
  const key = Buffer.allocUnsafe(length + SUFFIX_BYTES);
  key.write(topic, 0);
  key[length] = 0;
  key.writeUInt32BE(partition < 0 ? UNASSIGNED_KEY : partition, length + 1);
  key.writeUInt32BE(Math.floor(seq / UINT32), length + 5);
  key.writeUInt32BE(seq % UINT32, length + 9);
  return key;
}

/** @returns what a key says, or undefined if it was not made by encodeKey */
export function decodeKey(key: Buffer): OutboxKey | undefined {
  const length = key.length - SUFFIX_BYTES;
  if (length < 1 || key[length] !== 0) return undefined;
  const partition = key.readUInt32BE(length + 1);
  const high = key.readUInt32BE(length + 5);
  if (high >= 2 ** 21) return undefined;
  return {
    topic: key.toString('utf8', 0, length),
    partition: partition === UNASSIGNED_KEY ? UNASSIGNED : partition,
    seq: high * UINT32 + key.readUInt32BE(length + 9),
  };
}

/**
 * Keys of records that the broker has refused: 0, a number of their own (8 bytes), then topic and partition as above. No
 * topic begins with a byte 0, so they stand before all others.
 */
const REFUSED_PREFIX_BYTES = 9;

/** Every key of a refused record is below this, every other one above. */
export const REFUSED_END = Buffer.from([0, 0xff]);

export interface RefusedKey {
  number: number;
  topic: string;
  partition: number;
}

export function encodeRefusedKey({ number, topic, partition }: RefusedKey): Buffer {
  const prefix = Buffer.alloc(REFUSED_PREFIX_BYTES);
  prefix.writeBigUInt64BE(BigInt(number), 1);
  return Buffer.concat([prefix, encodeKey(topic, partition, 0)]);
}

/** @returns what such a key says, or undefined if it is none */
export function decodeRefusedKey(key: Buffer): RefusedKey | undefined {
  if (key[0] !== 0 || key.length <= REFUSED_PREFIX_BYTES) return undefined;
  const place = decodeKey(key.subarray(REFUSED_PREFIX_BYTES));
  return place && { number: Number(key.readBigUInt64BE(1)), topic: place.topic, partition: place.partition };
}

/** @returns the bytes that a key of this topic takes */
export function keySize(topic: string): number {
  return Buffer.byteLength(topic) + SUFFIX_BYTES;
}
