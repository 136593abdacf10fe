import { HEADER_BYTES, readBatchHeader, type BatchHeader } from './batch-header';
import { ByteReader } from '../../shared/byte-reader';
import { offsetBehind, sureOffsetBehind, type Entry } from './entries';

/** Where the reading is as an entry's turn comes. */
export interface Place {
  /** the offset that is wanted next */
  from: bigint;
  /** an entry of the same fetch has been read before */
  isBehindOthers: boolean;
  /** the offset after the partition's last record, as the broker has told it with the fetch */
  end: bigint | undefined;
}

/** Offsets from the first to the last. */
export interface Span {
  first: bigint;
  last: bigint;
}

/** What may be written while a broker, having looked where the end is, collects what it answers. */
const WRITTEN_MEANWHILE = 2n ** 24n;

/**
 * No checksum covers an entry's own offset.
 * @returns what is wrong with the offsets that it says it has, if anything is
 */
export function faultOfPlace({ first, last }: Span, entry: Entry, place: Place): string | undefined {
  const { from, isBehindOthers, end } = place;
  const itself = `it says that its offsets are ${first} to ${last}`;
  if (last < first || first < 0n) return itself;
  if (isBehindOthers && first < from) return `${itself}, and ${from} comes next`;
  const next = offsetBehind(entry);
  if (first > from && next !== undefined && next > from && next <= last)
    return `${itself}, and ${next} stands behind it`;
  if (end !== undefined && last >= end + WRITTEN_MEANWHILE)
    return `${itself}, and the partition ends at ${end}`;
  return undefined;
}

/**
 * @returns the offsets that a damaged entry stands for: up to what stands behind it, else as far as two of its fields
 *   agree, or one with the end of the partition; one at least, so that the reading goes on
 */
export function spanOfDamaged(entry: Entry, place: Place): Span {
  const { from, end } = place;
  const claimed = claimOf(entry, place);
  const next = nextBehind(entry, place);
  let last = next === undefined ? (claimed?.last ?? from) : next - 1n;
  if (end !== undefined && last >= end) last = end - 1n;
  if (last < from) last = from;
  const first = claimed && claimed.first > from && claimed.first <= last ? claimed.first : from;
  return { first, last };
}

/**
 * @returns the offset of what surely begins behind a damaged entry: bytes of its own may look like the beginning of one,
 *   but hardly with an offset that comes next
 */
export function nextBehind(entry: Entry, { from, end }: Place): bigint | undefined {
  const next = sureOffsetBehind(entry);
  const isAhead = next !== undefined && next > from && next <= (end ?? from + WRITTEN_MEANWHILE);
  return isAhead ? next : undefined;
}

/** @returns what it says of itself, where that may be true in spite of the damage */
function claimOf({ bytes, format }: Entry, { from, end }: Place): Span | undefined {
  if (format === 2 && bytes.length >= HEADER_BYTES) {
    const { baseOffset: first, lastOffset, count } = readBatchHeader(new ByteReader(bytes));
    const byCount = first + BigInt(count) - 1n;
    if (byCount === lastOffset || byCount + 1n === end) return { first, last: byCount };
    return lastOffset + 1n === end ? { first, last: lastOffset } : undefined;
  }
  if (format !== 0 && format !== 1) return undefined;
  // There are not more messages inside of it than it has bytes.
  const last = bytes.readBigInt64BE(0);
  return last - from < BigInt(bytes.length) ? { first: from, last } : undefined;
}

/** @returns what a batch of format 2 says of itself */
export function spanOfBatch({ baseOffset, lastOffset }: BatchHeader): Span {
  return { first: baseOffset, last: lastOffset };
}

/** @returns the last offset of an entry of an older format, which is all that it says of itself */
export function spanOfOld({ bytes }: Entry): Span {
  const last = bytes.readBigInt64BE(0);
  return { first: last, last };
}
