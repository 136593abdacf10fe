/** How many have come so far, and when the last of them came (milliseconds, of this machine's clock). */
export interface Progress {
  count: number;
  at: number;
}

/** Counts what has arrived somewhere. */
export class Counter {
  private count = 0;
  private at = 0;

  add(count: number): void {
    this.count += count;
    this.at = performance.timeOrigin + performance.now();
  }

  reset(): void {
    this.count = 0;
    this.at = 0;
  }

  get progress(): Progress {
    return { count: this.count, at: this.at };
  }
}
