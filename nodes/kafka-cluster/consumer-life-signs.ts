/**
 * What a consumer was last heard of. kafkajs tells nothing when a connection goes silent (a pulled cable, a firewall
 * that forgot it): its fetches and heartbeats just do not come back. Times are milliseconds since 1970.
 */
export class LifeSigns {
  private readonly fetches = new Map<number, { since: number; last: number }>();
  private lastSign: number;
  private waiting = true;

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
    this.fetches.clear();
  }

  alive(now: number): void {
    this.lastSign = now;
  }

  fetchBegins(broker: number, now: number): void {
    const fetch = this.fetches.get(broker);
    if (fetch) fetch.last = now;
    else this.fetches.set(broker, { since: now, last: now });
  }

  fetchEnds(broker: number): void {
    this.fetches.delete(broker);
  }

  /** @returns for how long the group, or one of the brokers that are still asked, has given no sign */
  silentFor(now: number): number {
    let silent = now - this.lastSign;
    for (const { since, last } of this.fetches.values()) {
      if (now - last < this.patienceMs) silent = Math.max(silent, now - since);
    }
    return silent;
  }
}
