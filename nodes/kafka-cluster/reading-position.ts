import type { Batch } from 'kafkajs';
import { toError } from '../shared/user-error';
import { NoLeaderError, boundsOf, isWithin, placeKey, startPositions, type Bounds } from './consumer-start';
import type { ClusterAdmin, PartitionOffset, TopicPartition } from './types';

/** What the positions have done for them. */
export interface PositionHooks {
  /** kafkajs has to fetch from here. */
  seek(position: PartitionOffset): void;
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  missed(partition: TopicPartition, from: string, to: string): void;
  unreachable(error: Error, nextAttempt: number): void;
  /** Nobody can say where an assignment begins. */
  failed(error: Error): void;
}

/** An assigned partition and the offset that has to come next. */
interface Place extends TopicPartition {
  next: string;
  /** records were missing between `next` and what came, and it was asked for again */
  doubted: boolean;
}

/** One assignment's places, by placeKey. */
type Places = Map<string, Place>;

/** kafkajs's batch has this too, though its types do not say so: the offset that was asked for. */
type FetchedRun = Batch & { fetchedOffset: string };

/**
 * Which offset has to come next in each assigned partition.
 *
 * kafkajs keeps the reading position itself and moves it as each batch is taken over. It can lose its way (a fetch that
 * was under way during a rebalance, a silent jump to another offset), so each batch has to begin where the one before it
 * ended; what does not is fetched again, or reported as missed when the partition no longer has it.
 */
export class ReadingPosition {
  private places: Places = new Map();
  private located: Promise<boolean> = Promise.resolve(false);
  /** Committed offsets that were gone before the group was joined: kafkajs replaces them before anyone else can look. */
  private readonly gone = new Map<string, string>();
  /** Where partitions begin that nobody has committed, as far as that is not where their first record is. */
  private readonly beginnings = new Map<string, string>();

  constructor(
    private readonly admin: ClusterAdmin,
    private readonly groupId: string,
    private readonly hooks: PositionHooks,
  ) {}

  /** To be called before the group is joined. @param uncommitted where partitions begin that nobody has committed */
  async prepare(topics: readonly string[], uncommitted: readonly PartitionOffset[]): Promise<void> {
    for (const place of uncommitted) this.beginnings.set(placeKey(place), place.offset);
    for (const [key, { missed }] of await startPositions(this.admin, this.groupId, topics)) {
      if (missed !== undefined) this.gone.set(key, missed);
    }
  }

  /** Begins anew: what earlier assignments had is void. */
  assigned(partitions: readonly TopicPartition[]): void {
    const places: Places = new Map();
    this.places = places;
    this.located = this.locate(partitions, places);
  }

  isAssigned(partition: TopicPartition): boolean {
    return this.places.has(placeKey(partition));
  }

  /** Reads on at this offset, where that partition is assigned. */
  seek({ topic, partition }: TopicPartition, offset: string): void {
    const place = this.places.get(placeKey({ topic, partition }));
    if (!place) return;
    place.next = offset;
    place.doubted = false;
    this.hooks.seek({ topic, partition, offset });
  }

  /**
   * Decides about a batch that kafkajs hands over.
   * @param isStale tells whether the batch is no longer wanted by now
   * @returns what takes the batch over: it moves the position behind the batch and tells that, unless the batch is no
   *   longer wanted by then. undefined when the batch is not to be given out
   */
  async accept(batch: Batch, isStale: () => boolean): Promise<(() => string | undefined) | undefined> {
    const { places } = this;
    if (!(await this.located) || this.places !== places) return undefined;
    if (this.beginnings.size > 0) await this.commitBeginnings();
    const run = batch as FetchedRun;
    const place = places.get(placeKey(batch));
    if (!place || isStale()) return undefined;
    if (run.fetchedOffset !== place.next && !(await this.continues(run, place))) return undefined;
    return () => {
      if (this.places !== places || isStale()) return undefined;
      place.doubted = false;
      return (place.next = String(BigInt(batch.lastOffset()) + 1n));
    };
  }

  /** Finds out where each partition's reading has to begin. */
  private async locate(partitions: readonly TopicPartition[], places: Places): Promise<boolean> {
    if (partitions.length === 0) return true;
    try {
      const topics = [...new Set(partitions.map(({ topic }) => topic))];
      const positions = await startPositions(this.admin, this.groupId, topics);
      for (const { topic, partition } of partitions) {
        if (this.places !== places) return false;
        const key = placeKey({ topic, partition });
        const start = positions.get(key);
        if (!start) throw new NoLeaderError({ topic, partition });
        const next = (start.committed ? undefined : this.beginnings.get(key)) ?? start.offset;
        places.set(key, { topic, partition, next, doubted: false });
        const missed = start.committed ? start.missed : this.gone.get(key);
        this.gone.delete(key);
        if (missed !== undefined) this.hooks.missed({ topic, partition }, missed, start.offset);
      }
      return true;
    } catch (error) {
      if (this.places === places) this.hooks.failed(toError(error));
      return false;
    }
  }

  /** Decides about a batch that does not begin where the last one ended. */
  private async continues(batch: FetchedRun, place: Place): Promise<boolean> {
    const expected = place.next;
    const { topic, partition } = place;
    const bounds = await this.bounds(place);
    if (place.next !== expected || this.places.get(placeKey(place)) !== place) return false;
    if (!bounds) {
      // Nobody can tell at the moment: it is asked for again.
    } else if (!isWithin(expected, bounds.first, bounds.next)) {
      this.hooks.missed({ topic, partition }, expected, bounds.first);
      place.next = bounds.first;
    } else if (place.doubted && BigInt(batch.fetchedOffset) > BigInt(expected)) {
      // It was asked for and the same gap came again: markers of transactions, which kafkajs skips by itself.
      return true;
    } else {
      place.doubted = true;
    }
    if (batch.fetchedOffset === place.next) return true;
    this.hooks.seek({ topic, partition, offset: place.next });
    return false;
  }

  /** From now on the group has committed something, so that nobody decides anew where it begins. */
  private async commitBeginnings(): Promise<void> {
    const open = [...this.places].filter(([key, { next }]) => this.beginnings.get(key) === next);
    if (open.length > 0) {
      await this.hooks.commit(
        open.map(([, { topic, partition, next }]) => ({ topic, partition, offset: next })),
      );
    }
    this.beginnings.clear();
  }

  private async bounds({ topic, partition }: TopicPartition): Promise<Bounds | undefined> {
    try {
      const bounds = (await boundsOf(this.admin, [topic])).get(topic)?.get(partition);
      return bounds && BigInt(bounds.first) >= 0n ? bounds : undefined;
    } catch (error) {
      this.hooks.unreachable(toError(error), Date.now());
      return undefined;
    }
  }
}
