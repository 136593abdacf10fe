/**
 * Gathers items into batches: a batch is written as soon as none is being written, and what arrives meanwhile makes the
 * next one. So a lone item never waits for company, and under load the batches fill by themselves.
 */
export class Batcher<T> {
  private queue: T[] = [];
  private running: Promise<void> | undefined;
  private stopped = false;

  /**
   * @param maxBatch the greatest number of items in a batch
   * @param write writes a batch; a rejection stops the batcher, and belongs to whoever awaits idle()
   */
  constructor(
    private readonly maxBatch: number,
    private readonly write: (batch: T[]) => Promise<void>,
  ) {}

  /** The number of items that wait, without those being written. */
  get waiting(): number {
    return this.queue.length;
  }

  add(items: readonly T[]): void {
    for (const item of items) this.queue.push(item);
    if (!this.stopped) this.running ??= this.run();
  }

  /** Resolves when nothing waits or is being written any more. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  /** Takes no further batch. @returns what has not been begun */
  stop(): T[] {
    this.stopped = true;
    return this.queue.splice(0);
  }

  private async run(): Promise<void> {
    try {
      // Whatever is handed over in this turn of the event loop goes into the first batch.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.queue.length > 0) await this.write(this.queue.splice(0, this.maxBatch));
    } finally {
      this.running = undefined;
    }
  }
}
