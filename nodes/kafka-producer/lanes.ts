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

  /** @returns the lane, out of all or of these, with the oldest record in memory that is not in flight */
  withOldestQueued(among: Iterable<Lane> = this): Lane | undefined {
    let found: Lane | undefined;
    let oldest = Infinity;
    for (const lane of among) {
      const entry = lane.queue.peek();
      if (entry && entry.record.timestamp < oldest) {
        oldest = entry.record.timestamp;
        found = lane;
      }
    }
    return found;
  }

  /** @returns the time of the oldest record in memory, of these lanes */
  oldest(counts: (lane: Lane) => boolean = () => true): number | undefined {
    let oldest = Infinity;
    for (const lane of this) {
      if (counts(lane)) oldest = Math.min(oldest, lane.oldest?.record.timestamp ?? Infinity);
    }
    return oldest === Infinity ? undefined : oldest;
  }

  of(topic: string): Lane[] {
    return [...this].filter((lane) => lane.topic === topic);
  }

  /** @returns the lanes of topics about which something has to be changed before they can be sent to */
  blocked(): Lane[] {
    return [...this].filter((lane) => lane.blocked && !lane.isEmpty);
  }

  [Symbol.iterator](): Iterator<Lane> {
    return this.byName.values();
  }
}
