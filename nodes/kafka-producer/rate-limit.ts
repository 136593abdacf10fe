import { setTimeout as sleep } from 'node:timers/promises';

/** Lets through so many records a second, in portions of up to one second's worth. */
export class RateLimit {
  private allowance: number;
  private refilledAt = performance.now();

  /** @param perSecond 0 for no limit */
  constructor(private readonly perSecond: number) {
    this.allowance = perSecond;
  }

  /**
   * Waits until at least one record may be sent.
   * @param signal ends the waiting, with its AbortError
   * @returns how many may be sent now
   */
  async next(signal: AbortSignal): Promise<number> {
    if (this.perSecond === 0) return Infinity;
    this.refill();
    while (this.allowance < 1) {
      await sleep(((1 - this.allowance) / this.perSecond) * 1000 + 1, undefined, { signal });
      this.refill();
    }
    return Math.floor(this.allowance);
  }

  /** Counts what was sent. */
  use(records: number): void {
    if (this.perSecond > 0) this.allowance -= records;
  }

  private refill(): void {
    const now = performance.now();
    this.allowance = Math.min(
      this.perSecond,
      this.allowance + ((now - this.refilledAt) / 1000) * this.perSecond,
    );
    this.allowance = Math.max(this.allowance, -this.perSecond);
    this.refilledAt = now;
  }
}
