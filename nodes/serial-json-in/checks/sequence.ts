/** How a board's number of a line stands to the one before. */
export interface SequenceStep {
  number: number;
  /** the lines lost since the one before */
  lost: number;
}

/** A longer gap cannot be told from a board that began anew with another number. */
const LONGEST_GAP = 100_000;
/** Names come from data: what is remembered of them has a bound. */
const MOST_NODES = 1000;

/**
 * Counts the lines that a board has numbered and that never arrived. A number that is not greater than the last one is a
 * board that has started again, or a counter that has begun anew: what was lost there cannot be known.
 */
export class SequenceCounter {
  private readonly last = new Map<string, number>();

  /** @param number a whole one, not below 0 */
  step(node: string, number: number): SequenceStep {
    const last = this.last.get(node);
    // Set anew, so that the map's first is the one not heard for longest.
    this.last.delete(node);
    this.last.set(node, number);
    if (this.last.size > MOST_NODES) {
      const [oldest] = this.last.keys();
      if (oldest !== undefined) this.last.delete(oldest);
    }
    const gap = last === undefined ? 0 : number - last - 1;
    return { number, lost: gap > 0 && gap <= LONGEST_GAP ? gap : 0 };
  }
}
