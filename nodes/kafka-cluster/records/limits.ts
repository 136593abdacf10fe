import { MAX_HEADERS, MAX_HEADER_NAME } from '../../shared/data-bounds';

/** What bounds the reading of records, since their writers decide all of it. */
export interface RecordLimits {
  /** what one batch may become when it is unpacked */
  readonly maxBatchBytes: number;
  /** records and headers that become objects at once: what is behind them is read with the next fetch */
  readonly maxObjects: number;
  /** bytes of unpacked records that are kept at once, likewise */
  readonly maxBytes: number;
  /** headers of one record, and the bytes of a header's name */
  readonly maxHeaders: number;
  readonly maxHeaderName: number;
}

export const DEFAULT_MAX_BATCH_BYTES = 64 * 2 ** 20;

export const RECORD_LIMITS: RecordLimits = {
  maxBatchBytes: DEFAULT_MAX_BATCH_BYTES,
  maxObjects: 20_000,
  maxBytes: 8 * 2 ** 20,
  maxHeaders: MAX_HEADERS,
  maxHeaderName: MAX_HEADER_NAME,
};

/** Counts what is read of one fetch. At least one record always fits. */
export class Budget {
  private objects = 0;
  private bytes = 0;

  constructor(private readonly limits: RecordLimits) {}

  get isSpent(): boolean {
    return this.objects >= this.limits.maxObjects || this.bytes >= this.limits.maxBytes;
  }

  spend(objects: number, bytes: number): void {
    this.objects += objects;
    this.bytes += bytes;
  }
}
