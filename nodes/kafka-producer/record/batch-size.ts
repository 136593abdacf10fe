import type { OutgoingRecord } from '../../kafka-cluster/types';
import { eachHeader } from '../../shared/record-headers';

/**
 * Sizes of Kafka's record batch, format 2 (https://kafka.apache.org/documentation/#recordbatch), which is what a
 * topic's max.message.bytes limits: the batch of one partition before compression.
 *
 *   batch  = 61 + records
 *   record = varint(length) + length
 *   length = 1 (attributes) + varint(time - first time) + varint(position) + body
 *   body   = varint(key length) + key + varint(value length) + value + varint(number of headers) + headers
 *   header = varint(name length) + name + varint(value length) + value
 */
const BATCH_OVERHEAD = 61;

type Sized = Pick<OutgoingRecord, 'key' | 'value' | 'headers'>;

/** @returns the bytes of a number in zigzag base-128 form, as Kafka's varint and varlong are */
export function varintSize(value: number): number {
  // Zigzag doubles the magnitude; done by arithmetic, since time differences may pass 32 bits.
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  let bytes = 1;
  while (zigzag >= 128) {
    zigzag = Math.floor(zigzag / 128);
    bytes++;
  }
  return bytes;
}

/** @returns the bytes of a record that do not depend on its place in a batch */
export function bodySize({ key, value, headers }: Sized): number {
  let count = 0;
  let size = sizeWithLength(key) + sizeWithLength(value);
  eachHeader(headers, (name, value) => {
    count++;
    size += sizeWithLength(name) + sizeWithLength(value);
  });
  return size + varintSize(count);
}

/** @returns the size of a batch that holds this record alone */
export function aloneSize(body: number): number {
  const length = 1 + 1 + 1 + body;
  return BATCH_OVERHEAD + varintSize(length) + length;
}

/** A record as a batch counts it: `body` from bodySize, `timestamp` in milliseconds. */
export interface BatchItem {
  body: number;
  timestamp: number;
}

/**
 * Fills one batch, record by record, with its exact size. A record older than the batch's first does not fit: the
 * broker counts times from the oldest, so all sizes before it would change. That happens when a clock is set back.
 */
export class BatchFiller {
  count = 0;
  size = BATCH_OVERHEAD;
  private first = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly maxCount: number,
  ) {}

  /** @returns whether the record fits, and then counts as part of the batch. The first one always does. */
  add({ body, timestamp }: BatchItem): boolean {
    if (this.count === 0) this.first = timestamp;
    else if (this.count >= this.maxCount || timestamp < this.first) return false;
    const length = 1 + varintSize(timestamp - this.first) + varintSize(this.count) + body;
    const size = this.size + varintSize(length) + length;
    if (this.count > 0 && size > this.maxBytes) return false;
    this.count++;
    this.size = size;
    return true;
  }
}

function sizeWithLength(bytes: Buffer | string | null): number {
  if (bytes === null) return 1;
  const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
  return varintSize(length) + length;
}
