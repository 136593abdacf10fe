import { unpack } from '../compression/codecs';
import { addHeader } from '../../shared/record-headers';
import { nextTurn, type TurnShare } from '../../shared/turns';
import type { IncomingRecord } from '../types';
import type { BatchHeader } from './batch-header';
import { ByteReader, DamagedBytesError } from '../../shared/byte-reader';
import type { Budget, RecordLimits } from './limits';
import { offsetsFrom } from './offset';
import { detach } from './own-bytes';

/** What was read of a batch. */
export interface BatchRecords {
  records: IncomingRecord[];
  /** the budget was spent before its end: there is more from here on */
  nextOffset?: bigint;
  /** from here on its bytes are damaged */
  damaged?: { offset: bigint; reason: string };
}

/**
 * Reads the records of a batch, format 2 (https://kafka.apache.org/documentation/#record).
 * @param body what stands behind the batch's header
 * @param from the first offset that is wanted
 * @param share of the turns, of which each record is a piece
 * @throws UnpackedSizeError, UnknownCodecError, or another Error where it can't be unpacked (rejections)
 */
export async function readRecordBatch(
  header: BatchHeader,
  body: Buffer,
  from: bigint,
  limits: RecordLimits,
  budget: Budget,
  share: TurnShare,
): Promise<BatchRecords> {
  const unpacked = await unpack(header.codec, body, limits.maxBatchBytes);
  const read = await readRecords(header, unpacked, Number(from - header.baseOffset), limits, budget, share);
  if (read.nextOffset !== undefined && unpacked !== body) detach(read.records);
  return read;
}

/** @param firstDelta the first offset that is wanted, counted from the batch's first */
async function readRecords(
  header: BatchHeader,
  bytes: Buffer,
  firstDelta: number,
  limits: RecordLimits,
  budget: Budget,
  share: TurnShare,
): Promise<BatchRecords> {
  const { baseOffset, firstTimestamp, count, maxTimestamp, appendTime } = header;
  const offsetOf = offsetsFrom(baseOffset);
  const lastDelta = Number(header.lastOffset - baseOffset);
  const records: IncomingRecord[] = [];
  const reader = new ByteReader(bytes);
  let nextDelta = Math.max(firstDelta, 0);
  let delta = -1;
  try {
    for (let left = count; left > 0; left--) {
      if (share.isUsed()) await nextTurn();
      const length = reader.varint();
      const start = reader.at;
      const end = start + length;
      if (length < 0 || end > reader.end) {
        throw new DamagedBytesError(`a record of ${length} bytes is announced, ${reader.left} are left`);
      }
      reader.take(1); // attributes, which nothing uses
      const timestampDelta = reader.varint();
      delta = nextIn(reader, delta, lastDelta);
      if (delta < firstDelta) {
        reader.at = end;
        continue;
      }
      if (budget.isSpent) return { records, nextOffset: baseOffset + BigInt(nextDelta) };
      const record: IncomingRecord = {
        key: reader.varBytes(),
        value: reader.varBytes(),
        headers: {},
        timestamp: appendTime ? maxTimestamp : firstTimestamp + timestampDelta,
        offset: offsetOf(delta),
      };
      const headers = reader.varint();
      const isReadToItsEnd = readHeaders(reader, record, headers, { end, limits });
      if (reader.at > end || (isReadToItsEnd && reader.at < end)) {
        throw new DamagedBytesError(`a record of ${length} bytes takes ${reader.at - start}`);
      }
      budget.spend(1 + Math.min(headers, limits.maxHeaders), length);
      records.push(record);
      reader.at = end;
      nextDelta = delta + 1;
    }
    if (reader.left > 0) {
      throw new DamagedBytesError(
        `${reader.left} bytes stand behind the ${count} records that it says it has`,
      );
    }
  } catch (error) {
    if (!(error instanceof DamagedBytesError)) throw error;
    // What is set aside has an offset of its batch, and no other record has it.
    if (nextDelta > lastDelta) records.pop();
    const offset = baseOffset + BigInt(Math.min(nextDelta, lastDelta));
    return { records, damaged: { offset, reason: error.message } };
  }
  return { records };
}

/** Reads a record's offset, counted from the batch's first: greater than the one before, and not beyond the batch's last. */
function nextIn(reader: ByteReader, before: number, last: number): number {
  const delta = reader.varint();
  if (delta > before && delta <= last) return delta;
  const offsets = before < 0 ? `the first record` : `the record behind number ${before}`;
  throw new DamagedBytesError(`${offsets} has number ${delta} of 0 to ${last}`);
}

/**
 * No message can carry a header of this name: Node-RED's clone makes its bytes what the copy is made of, and the copy of that
 * one throws, in whatever timer of whatever node.
 */
const PROTOTYPE = '__proto__';

/** A name without a character and no value, in bytes. */
const LEAST_HEADER = 2;

/**
 * Puts in a record's headers, in their order; one that stands several times becomes an array.
 * @returns whether all were read; there may be too many
 */
function readHeaders(
  reader: ByteReader,
  record: IncomingRecord,
  count: number,
  { end, limits }: { end: number; limits: RecordLimits },
): boolean {
  if (reader.at > end) return true;
  if (count < 0 || count * LEAST_HEADER > end - reader.at) {
    throw new DamagedBytesError(`${count} headers are announced in ${end - reader.at} bytes`);
  }
  const { headers } = record;
  for (let read = 0; read < count; read++) {
    if (read === limits.maxHeaders) {
      record.rejection = {
        reason: 'headers',
        detail: `${count} headers, of which the first ${read} are shown`,
      };
      return false;
    }
    const name = reader.varText();
    const value = reader.varBytes();
    if (name.length > limits.maxHeaderName) {
      const detail = `the name of a header has ${name.length} characters`;
      record.rejection = { reason: 'headers', detail };
      continue;
    }
    if (name === PROTOTYPE) {
      record.rejection = { reason: 'headers', detail: `a header is named ${PROTOTYPE}` };
      continue;
    }
    addHeader(headers, name, value);
  }
  return true;
}
