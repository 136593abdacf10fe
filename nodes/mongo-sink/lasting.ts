/** So long what passes is waited for without a word, while readings are stored. */
const PATIENCE_MS = 60_000;

/**
 * Notices what is said to pass and does not: a server that refuses one collection, or one index, for ever, while it takes the
 * readings, which tell of all that keeps them from being stored.
 */
export class Lasting {
  private since: number | undefined;
  private told = false;

  /**
   * @param storedAt when a reading was stored last, or another thing done, as performance.now() counts
   * @param onLasting told once of each time it lasts
   */
  constructor(
    private readonly storedAt: () => number,
    private readonly onLasting: (error: Error) => void,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  failed(error: Error): void {
    const now = performance.now();
    this.since ??= now;
    // What was stored at the beginning may have been so before the whole database went away.
    const isAlone = this.storedAt() - this.since > this.patienceMs / 2;
    if (this.told || !isAlone || now - this.since < this.patienceMs) return;
    this.told = true;
    this.onLasting(error);
  }

  succeeded(): void {
    this.since = undefined;
    this.told = false;
  }
}
