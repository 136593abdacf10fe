import { UnknownCodecError, UnpackedSizeError } from '../compression/errors';
import { TurnShare, nextTurn } from '../../shared/turns';
import type { IncomingRecord, RecordRejection } from '../types';
import { AbortedTransactions, type AbortedTransaction } from './aborted';
import { HEADER_BYTES, readBatchHeader, type BatchHeader } from './batch-header';
import { ByteReader, DamagedBytesError } from '../../shared/byte-reader';
import { entries, isSound, type Entry } from './entries';
import { Budget, RECORD_LIMITS, type RecordLimits } from './limits';
import { readMessages } from './message-set';
import {
  faultOfPlace,
  nextBehind,
  spanOfBatch,
  spanOfDamaged,
  spanOfOld,
  type Place,
  type Span,
} from './place';
import { readRecordBatch } from './record-batch';

/** What a fetch has brought of one partition. */
export interface Fetched {
  /** a row of batches; the last one may be cut off */
  bytes: Buffer;
  /** the offset that was asked for: a batch that holds it begins before it */
  from: bigint;
  aborted: readonly AbortedTransaction[];
  /** the offset after the partition's last record, where the broker has told it */
  end?: bigint | undefined;
}

/** What became of it. */
export interface RecordSet {
  records: IncomingRecord[];
  /** where the reading goes on: behind all that was passed, whether it held records or not */
  nextOffset: bigint;
  /** what stands there can't be read: this codec is not known */
  blockedBy?: string;
}

/** Of batches of format 2; what is older is a message set. */
const FORMAT = 2;

/** Records, and batches beside them, between two looks at the time. */
const PER_LOOK = 128;

const WRONG_CHECKSUM = 'its checksum is wrong';
const ALL_BEFORE = 'nothing else came, and all of it lies before the offset that was asked for';

/**
 * Reads what a fetch has brought. Whatever others may have written there, it does not fail: what can't be read becomes a
 * record with a `rejection`, markers and aborted records are passed over, and it goes on behind batches that hold nothing.
 * It always gets on, unless there is nothing, or a codec that is not known.
 */
export async function readRecordSet(
  { bytes, from, aborted, end }: Fetched,
  limits: RecordLimits = RECORD_LIMITS,
): Promise<RecordSet> {
  const transactions = new AbortedTransactions(aborted);
  const budget = new Budget(limits);
  const share = new TurnShare(PER_LOOK);
  const set: RecordSet = { records: [], nextOffset: from };
  let last: Entry | undefined;
  for (const entry of entries(bytes)) {
    if (budget.isSpent) return set;
    if (share.isUsed()) await nextTurn();
    last = entry;
    const place = { from: set.nextOffset, isBehindOthers: set.nextOffset > from, end };
    const part = await readEntry(entry, { place, transactions, limits, budget, share });
    for (const record of part.records) set.records.push(record);
    if (part.blockedBy !== undefined) set.blockedBy = part.blockedBy;
    if (part.nextOffset > set.nextOffset) set.nextOffset = part.nextOffset;
    if (part.blockedBy !== undefined || part.isLast) return set;
  }
  if (last && set.nextOffset === from) {
    return setAside(last, { from, isBehindOthers: false, end }, ALL_BEFORE);
  }
  return set;
}

/** Of a row of batches, the headers of those that are whole. */
export function batchHeaders(bytes: Buffer): BatchHeader[] {
  return [...entries(bytes)]
    .filter(({ format, fault }) => format === FORMAT && fault === undefined)
    .map((entry) => readBatchHeader(new ByteReader(entry.bytes)));
}

interface Context {
  place: Place;
  transactions: AbortedTransactions;
  limits: RecordLimits;
  budget: Budget;
  share: TurnShare;
}

interface Part extends RecordSet {
  /** of this entry there is more, or it is not known where it ends: the next fetch goes on there */
  isLast?: boolean;
}

async function readEntry(entry: Entry, context: Context): Promise<Part> {
  const { format, fault } = entry;
  const { place } = context;
  if (fault === undefined && format === FORMAT) return readBatch(entry, context);
  if (fault === undefined && (format === 0 || format === 1)) return readOld(entry, context);
  return setAside(entry, place, fault ?? `its format ${format} is not known`);
}

async function readBatch(entry: Entry, context: Context): Promise<Part> {
  const { bytes } = entry;
  const { place, transactions, limits, budget, share } = context;
  const { from } = place;
  const header = readBatchHeader(new ByteReader(bytes));
  const span = spanOfBatch(header);
  const fault = isSound(entry) ? faultOfPlace(span, entry, place) : WRONG_CHECKSUM;
  if (fault !== undefined) return setAside(entry, place, fault);
  const nextOffset = span.last + 1n;
  const isAborted = transactions.has(header);
  const body = bytes.subarray(HEADER_BYTES);
  try {
    if (header.control) transactions.pass(header, markerKey(header, body));
    if (header.control || isAborted || nextOffset <= from) return { records: [], nextOffset };
    const read = await readRecordBatch(header, body, from, limits, budget, share);
    const { records, damaged } = read;
    if (read.nextOffset !== undefined) return { records, nextOffset: read.nextOffset, isLast: true };
    if (damaged) {
      const rest = { first: damaged.offset, last: span.last };
      records.push(unreadable(bytes, rest, 'batch-damaged', damaged.reason, header.maxTimestamp));
    }
    return { records, nextOffset };
  } catch (error) {
    const first = from > span.first ? from : span.first;
    return failed(error, bytes, { first, last: span.last }, header.maxTimestamp);
  }
}

/** The broker makes markers, and never packs them. */
function markerKey({ count }: BatchHeader, body: Buffer): Buffer | null {
  if (count === 0) return null;
  const reader = new ByteReader(body);
  reader.varint(); // length
  reader.int8(); // attributes
  reader.varint(); // time
  reader.varint(); // offset
  return reader.varBytes();
}

async function readOld(entry: Entry, { place, limits, budget }: Context): Promise<Part> {
  const { bytes } = entry;
  const { from } = place;
  const span = spanOfOld(entry);
  const fault = faultOfPlace(span, entry, place);
  if (fault !== undefined) return setAside(entry, place, fault);
  const nextOffset = span.last + 1n;
  if (nextOffset <= from) return { records: [], nextOffset };
  try {
    const read = await readMessages(bytes, from, limits, budget);
    const { records } = read;
    if (read.nextOffset !== undefined) return { records, nextOffset: read.nextOffset, isLast: true };
    return { records, nextOffset };
  } catch (error) {
    if (error instanceof DamagedBytesError) return setAside(entry, place, error.message);
    return failed(error, bytes, { first: from, last: span.last }, NO_TIME);
  }
}

/** What Kafka has for a time that is not known. */
const NO_TIME = -1;

/** What is sound, and can't be read nevertheless. */
function failed(error: unknown, bytes: Buffer, span: Span, timestamp: number): Part {
  if (error instanceof UnknownCodecError)
    return { records: [], nextOffset: span.first, blockedBy: error.codec };
  const reason = error instanceof UnpackedSizeError ? 'batch-size' : 'batch-damaged';
  const { message } = error as Error;
  return { records: [unreadable(bytes, span, reason, message, timestamp)], nextOffset: span.last + 1n };
}

/** What is damaged, so that nothing that it says of itself can be relied on. */
function setAside(entry: Entry, place: Place, fault: string): Part {
  const span = spanOfDamaged(entry, place);
  const isLast = nextBehind(entry, place) === undefined;
  // Where the next one begins is not known, nor which of these bytes are its own.
  const bytes = isLast ? entry.onwards : entry.bytes;
  return {
    records: [unreadable(bytes, span, 'batch-damaged', fault, NO_TIME)],
    nextOffset: span.last + 1n,
    isLast,
  };
}

/** @returns what stands for these offsets: the bytes of their batch, and what is wrong with them */
function unreadable(
  bytes: Buffer,
  { first, last }: Span,
  reason: RecordRejection['reason'],
  message: string,
  timestamp: number,
): IncomingRecord {
  const detail = `offsets ${first} to ${last}: ${message}`;
  return {
    key: null,
    value: Buffer.from(bytes),
    headers: {},
    timestamp,
    offset: String(first),
    rejection: { reason, detail },
  };
}
