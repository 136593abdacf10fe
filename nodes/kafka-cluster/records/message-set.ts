import { crc32 } from 'node:zlib';
import { CODEC_MASK, unpackOld } from '../compression/codecs';
import type { IncomingRecord } from '../types';
import { ENTRY_BYTES } from './batch-header';
import { ByteReader, DamagedBytesError } from '../../shared/byte-reader';
import type { Budget, RecordLimits } from './limits';
import { detach } from './own-bytes';

/*
 * Messages of formats 0 and 1, as topics hold them that were written before Kafka 0.11:
 * https://kafka.apache.org/documentation/#messageset. What is packed is itself a message whose value is more of them.
 */

const APPEND_TIME = 8;

interface Message {
  offset: bigint;
  attributes: number;
  /** milliseconds since 1970; -1 in format 0, which has none */
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
}

/** What was read of an entry: its records, and where the next one begins unless that is behind the entry. */
export interface MessageRecords {
  records: IncomingRecord[];
  nextOffset?: bigint;
}

/**
 * Reads one entry of a message set, which is one message or many in one.
 * @param entry all of its bytes
 * @param from the first offset that is wanted
 * @throws DamagedBytesError, UnpackedSizeError, UnknownCodecError, or another Error where it can't be unpacked (rejections)
 */
export async function readMessages(
  entry: Buffer,
  from: bigint,
  limits: RecordLimits,
  budget: Budget,
): Promise<MessageRecords> {
  const format = entry.readInt8(ENTRY_BYTES + 4);
  const outer = readMessage(new ByteReader(entry), format);
  const codec = outer.attributes & CODEC_MASK;
  if (codec === 0) return collect([outer], from, budget);
  if (outer.value === null) throw new DamagedBytesError('it is packed, and holds nothing');
  const bytes = await unpackOld(codec, outer.value, limits.maxBatchBytes, format);
  const base = baseOf(outer, bytes, format);
  const read = collect(unfold(outer, bytes, format, base), from, budget);
  if (read.nextOffset !== undefined) detach(read.records);
  return read;
}

function collect(messages: Iterable<Message>, from: bigint, budget: Budget): MessageRecords {
  const records: IncomingRecord[] = [];
  for (const { offset, timestamp, key, value } of messages) {
    if (offset < from) continue;
    if (budget.isSpent) return { records, nextOffset: offset };
    budget.spend(1, (key?.length ?? 0) + (value?.length ?? 0));
    records.push({ key, value, headers: {}, timestamp, offset: String(offset) });
  }
  return { records };
}

/**
 * Looks at all messages inside of one.
 * @returns what their offsets are counted from: in format 1 their last has the offset of all
 */
function baseOf(outer: Message, bytes: Buffer, format: number): bigint {
  let last: bigint | undefined;
  for (const { offset, attributes } of messagesIn(bytes, format)) {
    if ((attributes & CODEC_MASK) !== 0)
      throw new DamagedBytesError('a message inside of it is packed once more');
    if (offset < 0n || (last !== undefined && offset <= last)) {
      throw new DamagedBytesError(
        `inside of it offset ${offset} ${last === undefined ? 'is the first' : `follows ${last}`}`,
      );
    }
    last = offset;
  }
  if (last === undefined) throw new DamagedBytesError('it is packed, and holds no message');
  if (last > outer.offset) throw new DamagedBytesError(`inside of it there is offset ${last}`);
  return format === 0 ? 0n : outer.offset - last;
}

function* unfold(outer: Message, bytes: Buffer, format: number, base: bigint): Generator<Message> {
  const appended = (outer.attributes & APPEND_TIME) !== 0;
  for (const message of messagesIn(bytes, format)) {
    message.offset += base;
    if (appended) message.timestamp = outer.timestamp;
    yield message;
  }
}

function* messagesIn(bytes: Buffer, format: number): Generator<Message> {
  const reader = new ByteReader(bytes);
  while (reader.left > 0) yield readMessage(reader, format);
}

/** @param expected the format that it has to have */
function readMessage(reader: ByteReader, expected: number): Message {
  const offset = reader.int64();
  const length = reader.int32();
  const checksum = reader.int32() >>> 0;
  const start = reader.at;
  const end = start - 4 + length;
  if (end < start || end > reader.end) {
    throw new DamagedBytesError(`a message of ${length} bytes is announced, ${reader.left + 4} are left`);
  }
  if (crc32(reader.bytes.subarray(start, end)) !== checksum)
    throw new DamagedBytesError('its checksum is wrong');
  const format = reader.int8();
  if (format !== expected) throw new DamagedBytesError(`a message inside of it has format ${format}`);
  const attributes = reader.int8();
  const timestamp = format === 0 ? -1 : Number(reader.int64());
  const message = { offset, attributes, timestamp, key: reader.int32Bytes(), value: reader.int32Bytes() };
  if (reader.at !== end) throw new DamagedBytesError(`the length of a message is given as ${length} bytes`);
  return message;
}
