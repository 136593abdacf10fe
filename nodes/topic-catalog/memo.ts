/**
 * Remembers an answer for as long as it is worth: those who ask at the same time share one question, and what took long
 * to find out is kept longer, so that any number of browsers costs no more than a fixed share of the database's time.
 */
export class Memo<T> {
  private readonly entries = new Map<string, Entry<T>>();

  /**
   * @param minAgeMs how long an answer is kept at least
   * @param costFactor it is kept this many times as long as it took
   * @param maxEntries how many answers are kept
   */
  constructor(
    private readonly minAgeMs: number,
    private readonly costFactor: number,
    private readonly maxEntries = 1,
  ) {}

  /** @returns the answer remembered under this key, or that of `find`; an error is not remembered. */
  get(key: string, find: () => Promise<T>): Promise<T> {
    const entry = this.entries.get(key);
    if (entry && performance.now() < entry.expires) return entry.answer;
    const fresh: Entry<T> = { answer: find(), expires: Infinity };
    this.keep(key, fresh);
    const begun = performance.now();
    fresh.answer.then(
      () => {
        const end = performance.now();
        fresh.expires = end + Math.max(this.minAgeMs, (end - begun) * this.costFactor);
      },
      () => {
        if (this.entries.get(key) === fresh) this.entries.delete(key);
      },
    );
    return fresh.answer;
  }

  private keep(key: string, entry: Entry<T>): void {
    this.entries.delete(key);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size < this.maxEntries) break;
      this.entries.delete(oldest);
    }
    this.entries.set(key, entry);
  }
}

interface Entry<T> {
  answer: Promise<T>;
  expires: number;
}
