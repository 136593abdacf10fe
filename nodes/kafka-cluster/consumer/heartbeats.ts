/**
 * Tells the group that this member is alive while kafkajs does not: it does so between two fetches only, and a broker
 * whose quota is used up lets a fetch wait for longer than the member's session.
 */
export class Heartbeats {
  private timer: NodeJS.Timeout | undefined;
  private beat: (() => Promise<void>) | undefined;
  private last = 0;
  private beating = false;

  /** @param intervalMs how often kafkajs does it, where nothing keeps it from that */
  constructor(private readonly intervalMs: number) {}

  start(): void {
    this.timer = setInterval(() => void this.look(performance.now()), this.intervalMs);
  }

  stop(): void {
    clearInterval(this.timer);
    this.beat = undefined;
  }

  /** The group has taken this member in. */
  member(beat: () => Promise<void>): void {
    this.beat = beat;
    this.beaten();
  }

  /** The group shares its partitions anew: kafkajs has the word until that is done. */
  rebalancing(): void {
    this.beat = undefined;
  }

  beaten(): void {
    this.last = performance.now();
  }

  private async look(now: number): Promise<void> {
    // Half an interval is left to kafkajs, which learns from the answer whether the group shares anew.
    if (!this.beat || this.beating || now - this.last < 1.5 * this.intervalMs) return;
    this.beating = true;
    try {
      await this.beat();
    } catch {
      // kafkajs makes the same request with its next fetch, and deals with the answer.
    } finally {
      this.beating = false;
    }
  }
}
