import { HOUR_MS } from '../shared/durations';

/** A topic that has been quiet for so long while the node's others went on counts no more. */
const QUIET_MS = HOUR_MS;

interface Span {
  first: number;
  last: number;
}

/**
 * The topics that one node's readings come from, and when. A board that was moved to another topic leaves the first one
 * behind; where the times overlap there is more than one sender, most likely two boards with one `nodo`.
 */
export class TopicSpans {
  private readonly spans = new Map<string, Span>();
  private newest = -Infinity;

  /**
   * Takes note of a reading, in any order.
   * @param topic null where it is not known
   * @param time milliseconds since 1970
   */
  add(topic: string | null, time: number): void {
    if (topic === null) return;
    this.newest = Math.max(this.newest, time);
    const span = this.spans.get(topic);
    if (span) {
      span.first = Math.min(span.first, time);
      span.last = Math.max(span.last, time);
    } else {
      this.spans.set(topic, { first: time, last: time });
    }
    if (this.spans.size > 1) this.forgetQuiet();
  }

  /** @returns the topics whose readings come in turns with those of another, by name; none where there is no other */
  overlapping(): string[] {
    if (this.spans.size < 2) return [];
    const spans = [...this.spans];
    return spans
      .filter(([topic, a]) =>
        spans.some(([other, b]) => other !== topic && a.first < b.last && b.first < a.last),
      )
      .map(([topic]) => topic)
      .sort();
  }

  private forgetQuiet(): void {
    for (const [topic, { last }] of this.spans) {
      if (last < this.newest - QUIET_MS) this.spans.delete(topic);
    }
  }
}
