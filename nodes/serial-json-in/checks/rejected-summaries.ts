/** Between two summaries: the log is to know of rejected lines, and not to be filled with them. */
const INTERVAL_MS = 10 * 60_000;

/** What the log is told: how many lines were rejected since (milliseconds since 1970). */
export interface RejectedSummary {
  lines: number;
  since: number;
}

/** Decides when the log is told of rejected lines: of the first at once, then every ten minutes while there are others. */
export class RejectedSummaries {
  private lines = 0;
  private since: number | undefined;

  /** @returns the summary to give now, if one is due */
  rejected(now: number): RejectedSummary | undefined {
    this.lines += 1;
    if (this.since !== undefined && now - this.since < INTERVAL_MS) return undefined;
    const summary = { lines: this.lines, since: this.since ?? now };
    this.lines = 0;
    this.since = now;
    return summary;
  }
}
