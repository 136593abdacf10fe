/** Measures the longest time in which nothing came out of the pipeline while there was something to come. */
export class PauseMeter {
  private last: number | undefined;
  private longest = 0;

  /** A reading came out. */
  tick(now = Date.now()): void {
    this.note(now);
    this.last = now;
  }

  /** Nothing goes in from here on: what is quiet until now counts, and later only what ends with a reading. */
  note(now = Date.now()): void {
    if (this.last !== undefined) this.longest = Math.max(this.longest, now - this.last);
  }

  get longestMs(): number {
    return this.longest;
  }
}
