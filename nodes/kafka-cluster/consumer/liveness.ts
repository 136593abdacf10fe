/** Commits are tried twice between two heartbeats. */
const LASTING_HEARTBEATS = 5;

/**
 * What a consumer was last heard of. kafkajs tells nothing when a connection goes silent (a pulled cable, a firewall
 * that forgot it): its fetches and heartbeats just do not come back. Times are milliseconds since 1970.
 */
export class Liveness {
  private readonly fetches = new Map<number, { since: number; last: number }>();
  private lastSign: number;
  private waiting = true;
  private refusal: Error | undefined;
  private heartbeatsSinceRefusal = 0;
  private throttledUntil = 0;

  /** @param patienceMs after this time kafkajs gives up a fetch: to a broker that it still asks it begins anew */
  constructor(
    now: number,
    private readonly patienceMs: number,
  ) {
    this.lastSign = now;
  }

  /** Whether the member waits for the others to join, which takes as long as the slowest of them. */
  get joining(): boolean {
    return this.waiting;
  }

  joinBegins(now: number): void {
    this.waiting = true;
    this.alive(now);
  }

  joined(now: number): void {
    this.waiting = false;
    this.alive(now);
    this.commitTaken();
    this.fetches.clear();
  }

  alive(now: number): void {
    this.lastSign = now;
  }

  /** The group has taken a heartbeat. */
  heartbeat(now: number): void {
    this.alive(now);
    if (this.refusal) this.heartbeatsSinceRefusal++;
  }

  commitTaken(): void {
    this.refusal = undefined;
    this.heartbeatsSinceRefusal = 0;
  }

  commitRefused(error: Error): void {
    this.refusal ??= error;
  }

  /**
   * @returns why commits are refused that a member in good standing should be able to make. kafkajs goes on sending them
   * to the broker that led the group before when a joining fails half-way while the leadership moves.
   */
  get lastingRefusal(): Error | undefined {
    return this.heartbeatsSinceRefusal >= LASTING_HEARTBEATS ? this.refusal : undefined;
  }

  fetchBegins(broker: number, now: number): void {
    const fetch = this.fetches.get(broker);
    if (fetch) fetch.last = now;
    else this.fetches.set(broker, { since: now, last: now });
  }

  fetchEnds(broker: number): void {
    this.fetches.delete(broker);
  }

  /** The brokers let fetches wait until then. */
  throttled(until: number): void {
    this.throttledUntil = Math.max(this.throttledUntil, until);
  }

  /** @returns for how long the group, or one of the brokers that are still asked, has given no sign */
  silentFor(now: number): number {
    let silent = now - this.lastSign;
    for (const { since, last } of this.fetches.values()) {
      const waitsSince = Math.max(since, this.throttledUntil);
      if (now - last < this.patienceMs) silent = Math.max(silent, now - waitsSince);
    }
    return silent;
  }
}
