/** Measures the longest time in which nothing came out of the pipeline while readings went in. */
export class PauseMeter {
  private last: number | undefined;
  private longest = 0;
  private ended = false;

  /** A reading came out. */
  tick(now = Date.now()): void {
    if (this.ended) return;
    if (this.last !== undefined) this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
  }

  /** The readings have been stopped: what is quiet from here on is no pause. */
  end(): void {
    this.tick();
    this.ended = true;
  }

  get longestMs(): number {
    return this.longest;
  }
}
