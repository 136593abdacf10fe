/**
 * Writes at the same time: while the database is at one, the next is made ready and sent. More gain nothing.
 */
const AT_ONCE = 2;

/** ... but where one is held up by a document that may be at fault, what comes after it shows whether it is. */
const AT_ONCE_HELD_UP = 8;

/** More bytes than this are no more made ready at once; an item that is larger goes alone. */
const MAX_BYTES = 2 * 2 ** 20;

/**
 * Gathers items into batches: a batch is written as soon as none is being written, and what arrives meanwhile makes the
 * next one, which is begun beside the first only when it is full. So a lone item never waits for company, and under load
 * the batches fill by themselves.
 */
export class Batcher<T extends { bytes: number }> {
  private queue: T[] = [];
  /** of what is in it */
  private bytes = 0;
  private readonly writing = new Set<Promise<void>>();
  private last: Promise<void> = Promise.resolve();
  private due = false;
  private stopped = false;
  private heldUp = false;

  /**
   * @param maxBatch the greatest number of items in a batch
   * @param write writes a batch; `before` is the write of the one before. A rejection belongs to whoever awaits idle()
   */
  constructor(
    private readonly maxBatch: number,
    private readonly write: (batch: T[], before: Promise<void>) => Promise<void>,
  ) {}

  /** The number of items that wait, without those being written. */
  get waiting(): number {
    return this.queue.length;
  }

  add(items: readonly T[]): void {
    for (const item of items) {
      this.queue.push(item);
      this.bytes += item.bytes;
    }
    // Whatever is handed over in this turn of the event loop goes into the same batch.
    this.beginSoon();
  }

  private beginSoon(): void {
    if (this.due || this.stopped) return;
    this.due = true;
    setImmediate(() => {
      this.due = false;
      this.begin();
    });
  }

  /** Lets the next batches be written, full or not, beside one that may be waiting for a document that is at fault. */
  passOthers(): void {
    this.heldUp = true;
    this.begin();
  }

  /** Resolves when nothing waits or is being written any more. */
  async idle(): Promise<void> {
    while (this.writing.size > 0 || (this.due && !this.stopped)) {
      if (this.writing.size > 0) await Promise.race(this.writing);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Takes no further batch. @returns what has not been begun */
  stop(): T[] {
    this.stopped = true;
    this.bytes = 0;
    return this.queue.splice(0);
  }

  private begin(): void {
    const atOnce = this.heldUp ? AT_ONCE_HELD_UP : AT_ONCE;
    const goesBeside = this.heldUp || this.queue.length >= this.maxBatch || this.bytes >= MAX_BYTES;
    if (this.stopped || this.queue.length === 0) return;
    if (this.writing.size > 0 && !(goesBeside && this.writing.size < atOnce)) return;
    const write = this.write(this.take(), this.last).then(() => {
      this.writing.delete(write);
      if (this.writing.size === 0) this.heldUp = false;
      this.begin();
    });
    this.writing.add(write);
    this.last = write;
    // Each is made ready for the connection in one go: in a turn of the event loop one is enough.
    if (this.queue.length > 0) this.beginSoon();
  }

  private take(): T[] {
    let count = 0;
    let bytes = 0;
    for (const item of this.queue) {
      if (count === this.maxBatch || (count > 0 && bytes + item.bytes > MAX_BYTES)) break;
      bytes += item.bytes;
      count++;
    }
    this.bytes -= bytes;
    return this.queue.splice(0, count);
  }
}
