import { varintSize, writeVarint } from '../../shared/varint';
import { CODECS, CODEC_MASK, pack } from '../compression/codecs';
import type { OutgoingRecord } from '../types';
import { crc32c } from './crc32c';
import { RecordRun } from './record-run';

/** What kafkajs wants to have written, of each topic and partition. */
export interface ProduceOrder {
  acks: number;
  /** milliseconds */
  timeout: number;
  /** number of a codec */
  compression: number;
  /** -1 without numbers that tell what was written already */
  producerId: string | number;
  producerEpoch: number;
  topicData: {
    topic: string;
    partitions: { partition: number; firstSequence: number; messages: RecordRun | readonly unknown[] }[];
  }[];
}

/** The parts of kafkajs's own encoder that it uses of a request. */
interface Encoded {
  buf: Buffer;
  buffer: Buffer;
  size(): number;
}

/** A request as kafkajs sends it. */
export interface ProduceRequest {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  expectResponse(): boolean;
  encode(): Promise<Encoded>;
}

/** Where what stands in a batch begins: https://kafka.apache.org/documentation/#recordbatch */
const LENGTH_AT = 8;
const COUNTED_FROM = 12;
const MAGIC_AT = 16;
const CHECKSUM_AT = 17;
const CHECKED_FROM = 21;
const RECORDS_AT = 61;
const MAGIC = 2;
/** Where a request has the length of a transaction's id. */
const NO_TRANSACTION = -1;

/**
 * The request by which records are written (Produce, versions 3 to 7, which are the same), in the place of that of
 * kafkajs: the same bytes, put together from the bodies of the records.
 * @returns undefined where these are messages of kafkajs, which its own request writes
 */
export function produceRequest(order: ProduceOrder): ProduceRequest | undefined {
  const { acks, topicData } = order;
  const isOwn = topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages instanceof RecordRun),
  );
  if (!isOwn) return undefined;
  return {
    apiKey: 0,
    apiVersion: 3,
    apiName: 'Produce',
    expectResponse: () => acks !== 0,
    encode: async () => {
      const buf = await encode(order);
      return { buf, buffer: buf, size: () => buf.length };
    },
  };
}

async function encode(order: ProduceOrder): Promise<Buffer> {
  const parts = [int16(NO_TRANSACTION), int16(order.acks), int32(order.timeout)];
  parts.push(int32(order.topicData.length));
  for (const { topic, partitions } of order.topicData) {
    parts.push(text(topic), int32(partitions.length));
    for (const { partition, firstSequence, messages } of partitions) {
      const { records } = messages as RecordRun;
      const batch = await encodeBatch(records, firstSequence, order);
      parts.push(int32(partition), int32(batch.length), batch);
    }
  }
  return Buffer.concat(parts);
}

/** @returns a whole batch of at least one record */
async function encodeBatch(
  records: readonly OutgoingRecord[],
  firstSequence: number,
  { compression, producerId, producerEpoch }: ProduceOrder,
): Promise<Buffer> {
  const times = records.map(({ timestamp }) => timestamp);
  const firstTimestamp = times.reduce((least, time) => Math.min(least, time), Infinity);
  const maxTimestamp = times.reduce((most, time) => Math.max(most, time), -Infinity);
  const codec = CODECS[compression & CODEC_MASK] ?? 'none';
  let batch = encodeRecords(records, firstTimestamp);
  if (codec !== 'none') {
    const packed = await pack(codec, batch.subarray(RECORDS_AT));
    batch = Buffer.concat([batch.subarray(0, RECORDS_AT), packed]);
  }
  // The broker gives the offset, and knows the leader's epoch.
  batch.fill(0, 0, MAGIC_AT);
  batch.writeInt32BE(batch.length - COUNTED_FROM, LENGTH_AT);
  batch[MAGIC_AT] = MAGIC;
  let at = batch.writeInt16BE(CODECS.indexOf(codec), CHECKED_FROM);
  at = batch.writeInt32BE(records.length - 1, at);
  at = batch.writeBigInt64BE(BigInt(firstTimestamp), at);
  at = batch.writeBigInt64BE(BigInt(maxTimestamp), at);
  at = batch.writeBigInt64BE(BigInt(producerId), at);
  at = batch.writeInt16BE(producerEpoch, at);
  at = batch.writeInt32BE(firstSequence, at);
  batch.writeInt32BE(records.length, at);
  batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_FROM)), CHECKSUM_AT);
  return batch;
}

/** @returns the records, behind room for the batch's header */
function encodeRecords(records: readonly OutgoingRecord[], firstTimestamp: number): Buffer {
  const lengths = records.map(
    ({ timestamp, bytes, bodyAt }, i) =>
      1 + varintSize(timestamp - firstTimestamp) + varintSize(i) + bytes.length - bodyAt,
  );
  const size = lengths.reduce((sum, length) => sum + varintSize(length) + length, RECORDS_AT);
  const batch = Buffer.allocUnsafe(size);
  let at = RECORDS_AT;
  records.forEach(({ timestamp, bytes, bodyAt }, i) => {
    at = writeVarint(batch, lengths[i] ?? 0, at);
    // No attributes of records are in use.
    batch[at++] = 0;
    at = writeVarint(batch, timestamp - firstTimestamp, at);
    at = writeVarint(batch, i, at);
    at += bytes.copy(batch, at, bodyAt);
  });
  return batch;
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Behind its length. */
function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
