import { Lane } from './lane';
import { UNASSIGNED } from './record';

/** The lanes of a store, one for each partition that has been written to. */
export class Lanes implements Iterable<Lane> {
  private readonly byName = new Map<string, Lane>();

  get(topic: string, partition: number): Lane {
    const name = `${partition}/${topic}`;
    let lane = this.byName.get(name);
    if (!lane) {
      lane = new Lane(topic, partition);
      this.byName.set(name, lane);
    }
    return lane;
  }

  /** @returns whether older records of a topic wait for their partition to be chosen */
  hasUnassigned(topic: string): boolean {
    const lane = this.byName.get(`${UNASSIGNED}/${topic}`);
    return lane !== undefined && !lane.isEmpty;
  }

  /** @returns the lane with the oldest record in memory that is not in flight */
  withOldestQueued(): Lane | undefined {
    let found: Lane | undefined;
    let oldest = Infinity;
    for (const lane of this) {
      const entry = lane.queue.peek();
      if (entry && entry.record.timestamp < oldest) {
        oldest = entry.record.timestamp;
        found = lane;
      }
    }
    return found;
  }

  /** @returns the time of the oldest record in memory */
  oldest(): number | undefined {
    let oldest = Infinity;
    for (const lane of this) oldest = Math.min(oldest, lane.oldest?.record.timestamp ?? Infinity);
    return oldest === Infinity ? undefined : oldest;
  }

  [Symbol.iterator](): Iterator<Lane> {
    return this.byName.values();
  }
}
