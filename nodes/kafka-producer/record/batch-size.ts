import { varintSize } from '../../shared/varint';

/**
 * Sizes of Kafka's record batch, format 2 (https://kafka.apache.org/documentation/#recordbatch), which is what a
 * topic's max.message.bytes limits: the batch of one partition before compression.
 *
 *   batch  = 61 + records
 *   record = varint(length) + length
 *   length = 1 (attributes) + varint(time - first time) + varint(position) + body (see bodySize)
 */
const BATCH_OVERHEAD = 61;

/** @returns the size of a batch that holds this record alone */
export function aloneSize(body: number): number {
  const length = 1 + 1 + 1 + body;
  return BATCH_OVERHEAD + varintSize(length) + length;
}

/** A record as a batch counts it: `body` from bodyLength, `timestamp` in milliseconds. */
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
