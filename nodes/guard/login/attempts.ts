import { RateLimiterMemory } from '../../vendored/rate-limiter';
import { networkOf } from './network-of';

/** Wrong passwords from one address, then none is looked at until the time is over. */
const MOST_WRONG = 10;
const WRONG_WITHIN_S = 600;
/** From all addresses together: what a machine with many of them can make this one work. */
const MOST_WRONG_OF_ALL = 120;
const ALL_WITHIN_S = 60;
const ALL = 'all';

/** Counts wrong passwords by address, IPv6 addresses by their network. */
export class Attempts {
  private readonly byAddress = new RateLimiterMemory({ points: MOST_WRONG, duration: WRONG_WITHIN_S });
  private readonly ofAll = new RateLimiterMemory({ points: MOST_WRONG_OF_ALL, duration: ALL_WITHIN_S });

  /**
   * Counts an attempt, which is one too many or may be made.
   * @returns undefined where it may be made; else the seconds to wait
   */
  async begin(address: string): Promise<number | undefined> {
    // Nothing is kept of more addresses than may guess, which are without number.
    const all = await this.ofAll.get(ALL);
    if (all && all.consumedPoints >= MOST_WRONG_OF_ALL) return secondsOf(all);
    return (await take(this.byAddress, networkOf(address))) ?? (await take(this.ofAll, ALL));
  }

  /** The password was right: this attempt does not count. */
  async forgive(address: string): Promise<void> {
    await Promise.all([this.byAddress.reward(networkOf(address)), this.ofAll.reward(ALL)]);
  }
}

async function take(limiter: RateLimiterMemory, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refused) {
    if (refused instanceof Error) throw refused;
    return secondsOf(refused as { msBeforeNext: number });
  }
}

function secondsOf({ msBeforeNext }: { msBeforeNext: number }): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1_000));
}
