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
   * @param wanted how many there are at most
   * @param signal ends the waiting, with its AbortError
   * @returns how many may be sent, and are counted as sent: see giveBack
   */
  async take(wanted: number, signal: AbortSignal): Promise<number> {
    if (this.perSecond === 0) return wanted;
    this.refill();
    while (this.allowance < 1) {
      await sleep(((1 - this.allowance) / this.perSecond) * 1000 + 1, undefined, { signal });
      this.refill();
    }
    const granted = Math.min(wanted, Math.floor(this.allowance));
    this.allowance -= granted;
    return granted;
  }

  /** Returns what was taken and not sent. */
  giveBack(records: number): void {
    this.allowance += records;
  }

  private refill(): void {
    const now = performance.now();
    const earned = ((now - this.refilledAt) / 1000) * this.perSecond;
    // A rate below one a second has to be able to gather a whole record.
    this.allowance = Math.min(Math.max(this.perSecond, 1), this.allowance + earned);
    this.refilledAt = now;
  }
}
