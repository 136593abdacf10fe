import { UserError } from '../../shared/user-error';
import { placeKey } from '../consumer/consumer-start';
import type { KafkaError } from '../errors';
import type { Obstacle, TopicPartition } from '../types';

/** What is over sooner than this is told to nobody: leaders move, replicas catch up. */
const TELL_AFTER_MS = 3_000;

interface Known extends Obstacle {
  told: boolean;
}

/** Why records of single partitions can't be written for now, while those of others can. */
export class Obstacles {
  private readonly known = new Map<string, Known>();

  /**
   * @param changed called when a partition has come in or gone out
   * @param warn told when one begins to last, and when it is over
   */
  constructor(
    private readonly changed: () => void,
    private readonly warn: (warning: Error) => void,
  ) {}

  get list(): readonly Obstacle[] {
    return [...this.known.values()];
  }

  has(place: TopicPartition): boolean {
    return this.known.has(placeKey(place));
  }

  /** @param now milliseconds since 1970 */
  add({ topic, partition }: TopicPartition, error: KafkaError, now: number): void {
    const key = placeKey({ topic, partition });
    const before = this.known.get(key);
    this.known.set(key, {
      topic,
      partition,
      error,
      since: before?.since ?? now,
      told: before?.told ?? false,
    });
    if (!before) this.changed();
  }

  remove(place: TopicPartition): void {
    const known = this.known.get(placeKey(place));
    if (!known) return;
    this.known.delete(placeKey(place));
    const { topic, partition } = place;
    if (known.told) this.warn(new UserError('kafka-cluster.errors.written-again', { topic, partition }));
    this.changed();
  }

  /** To be called every so often. @param now milliseconds since 1970 */
  tell(now: number): void {
    for (const known of this.known.values()) {
      if (known.told || now - known.since < TELL_AFTER_MS) continue;
      known.told = true;
      this.warn(known.error);
    }
  }
}
