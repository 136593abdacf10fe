import { toError } from '../../shared/user-error';
import {
  boundsOf,
  isKnown,
  isWithin,
  placeKey,
  startPositions,
  type Bounds,
  type LatestLeft,
  type StartPosition,
} from './consumer-start';
import type { ClusterAdmin, ConsumerListener, PartitionOffset, TopicPartition } from '../types';

/** What the positions have done for them. */
export interface PositionListener {
  /** kafkajs has to fetch from here. */
  seek(position: PartitionOffset): void;
  commit(offsets: readonly PartitionOffset[]): Promise<unknown>;
  unreachable(error: Error, nextAttempt: number): void;
  /** Nobody can say where an assignment begins. */
  failed(error: Error): void;
}

/** An assigned partition and the offset that has to come next. */
interface Place extends TopicPartition {
  next: string;
  /** records were missing between `next` and what came, and it was asked for again */
  doubted: boolean;
  /** that of the topic which has `next`, where the brokers tell */
  topicId: string | undefined;
}

/** One assignment's places, by placeKey. */
type Places = Map<string, Place>;

/** What a fetch has brought of a partition: the offset that was asked for, and the last one that it passes. */
interface FetchedRun extends TopicPartition {
  fetchedOffset: string;
  lastOffset(): string;
}

/**
 * Which offset has to come next in each assigned partition.
 *
 * kafkajs keeps the reading position itself and moves it as each batch is taken over. It can lose its way (a fetch that
 * was under way during a rebalance, a silent jump to another offset), so each batch has to begin where the one before it
 * ended; what does not is fetched again, or reported as missed when the partition no longer has it.
 */
export class FetchPositions {
  private places: Places = new Map();
  /** by placeKey: assigned, though nobody can say yet where they begin, since no broker leads them */
  private unlocated = new Set<string>();
  private located: Promise<boolean> = Promise.resolve(false);
  /** Committed offsets that were gone before the group was joined; somebody may have replaced them since. */
  private readonly gone = new Map<string, string>();
  /** Where partitions begin that nobody has committed, as far as that is not where their first record is. */
  private readonly beginnings = new Map<string, string>();
  /** Partitions that begin at what is written after this time (milliseconds since 1970), by placeKey. */
  private readonly since = new Map<string, number>();

  constructor(
    private readonly admin: ClusterAdmin,
    private readonly groupId: string,
    private readonly listener: Pick<ConsumerListener, 'missed' | 'located'>,
    private readonly owner: PositionListener,
  ) {}

  /**
   * To be called before the group is joined.
   * @param left where partitions begin that nobody has committed
   */
  async prepare(topics: readonly string[], { uncommitted, unled }: LatestLeft): Promise<void> {
    for (const place of uncommitted) this.beginnings.set(placeKey(place), place.offset);
    for (const place of unled) this.since.set(placeKey(place), Date.now());
    for (const [key, { missed }] of await startPositions(this.admin, this.groupId, topics)) {
      if (missed !== undefined) this.gone.set(key, missed);
    }
  }

  /** Begins anew: what earlier assignments had is void. */
  assigned(partitions: readonly TopicPartition[]): void {
    const places: Places = new Map();
    this.places = places;
    this.unlocated = new Set(partitions.map(placeKey));
    this.located = this.locate(partitions, places).catch((error: unknown) => {
      if (this.places === places) this.owner.failed(toError(error));
      return false;
    });
  }

  isAssigned(partition: TopicPartition): boolean {
    const key = placeKey(partition);
    return this.places.has(key) || this.unlocated.has(key);
  }

  /** Whether this is what has to come next. */
  isAt(run: FetchedRun): boolean {
    return this.places.get(placeKey(run))?.next === run.fetchedOffset;
  }

  /** Reads on at this offset, where that partition is assigned. */
  seek({ topic, partition }: TopicPartition, offset: string): void {
    const place = this.places.get(placeKey({ topic, partition }));
    if (!place) return;
    place.next = offset;
    place.doubted = false;
    this.owner.seek({ topic, partition, offset });
  }

  /**
   * Begins anew where a topic was deleted and made again: by now it may have more records than were read of the one before
   * it, so that nothing else tells. Rejects where nobody can be asked.
   */
  async lookForMadeAgain(): Promise<void> {
    const { places } = this;
    const ids = await this.admin.topicIds([...new Set([...places.values()].map(({ topic }) => topic))]);
    const others = [...places.values()].filter(({ topic, topicId }) => {
      const id = ids.get(topic);
      return id !== undefined && topicId !== undefined && id !== topicId;
    });
    if (others.length === 0) return;
    const bounds = await boundsOf(this.admin, [...new Set(others.map(({ topic }) => topic))]);
    for (const place of others) {
      const { topic, partition, next } = place;
      const found = bounds.get(topic)?.get(partition);
      if (!found || !isKnown(found) || this.places.get(placeKey(place)) !== place) continue;
      place.topicId = ids.get(topic);
      if (next !== found.first) this.listener.missed({ topic, partition }, next, found.first);
      this.seek(place, found.first);
    }
  }

  /**
   * Decides about a batch that kafkajs hands over.
   * @param isStale tells whether the batch is no longer wanted by now
   * @returns what takes the batch over: it moves the position behind the batch and tells that, unless the batch is no
   *   longer wanted by then. undefined when the batch is not to be given out
   */
  async accept(run: FetchedRun, isStale: () => boolean): Promise<(() => string | undefined) | undefined> {
    const { places } = this;
    if (!(await this.located) || this.places !== places) return undefined;
    if (this.unlocated.has(placeKey(run)) && !(await this.locateLater(run, places))) return undefined;
    if (this.beginnings.size > 0) await this.commitBeginnings();
    const place = places.get(placeKey(run));
    if (!place || isStale()) return undefined;
    if (run.fetchedOffset !== place.next && !(await this.continues(run, place))) return undefined;
    return () => {
      if (this.places !== places || isStale()) return undefined;
      place.doubted = false;
      return (place.next = String(BigInt(run.lastOffset()) + 1n));
    };
  }

  /**
   * The partition does not have the offset that was asked for: its reading goes on where there is something. Nothing is
   * committed by that, as kafkajs would do. Never rejects.
   */
  async outOfRange(asked: TopicPartition, fetchedOffset: string): Promise<void> {
    const { places } = this;
    if (!(await this.located) || this.places !== places) return;
    if (this.unlocated.has(placeKey(asked)) && !(await this.locateLater(asked, places))) return;
    const place = places.get(placeKey(asked));
    if (place) await this.continues({ fetchedOffset }, place);
  }

  /**
   * Finds out where each partition's reading has to begin. One that nobody leads waits for its first batch.
   * @returns whether this assignment still is the present one
   */
  private async locate(partitions: readonly TopicPartition[], places: Places): Promise<boolean> {
    if (partitions.length === 0) return true;
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    // Before anything else: of a topic that is made again meanwhile, all is read once more rather than not at all.
    const ids = await this.admin.topicIds(topics);
    const positions = await startPositions(this.admin, this.groupId, topics);
    for (const { topic, partition } of partitions) {
      const key = placeKey({ topic, partition });
      const start = positions.get(key);
      if (!start) continue;
      const next = await this.beginningOf(key, start);
      if (this.places !== places) return false;
      places.set(key, { topic, partition, next, doubted: false, topicId: ids.get(topic) });
      this.unlocated.delete(key);
      this.listener.located({ topic, partition, offset: next }, start.end);
      const missed = start.committed ? start.missed : this.gone.get(key);
      this.gone.delete(key);
      if (missed !== undefined) this.listener.missed({ topic, partition }, missed, start.offset);
    }
    return this.places === places;
  }

  /** The partition had no leader when it was assigned, and has one by now. @returns whether its beginning is known */
  private async locateLater({ topic, partition }: TopicPartition, places: Places): Promise<boolean> {
    try {
      return await this.locate([{ topic, partition }], places);
    } catch (error) {
      this.owner.unreachable(toError(error), Date.now());
      return false;
    }
  }

  private async beginningOf(
    key: string,
    { topic, partition, offset, committed }: StartPosition,
  ): Promise<string> {
    if (committed) return offset;
    const since = this.since.get(key);
    if (since !== undefined && !this.beginnings.has(key)) {
      const then = (await this.admin.offsetsAt(topic, since)).get(partition);
      if (then !== undefined) this.beginnings.set(key, then);
    }
    return this.beginnings.get(key) ?? offset;
  }

  /** Decides about a batch that does not begin where the last one ended. */
  private async continues(batch: Pick<FetchedRun, 'fetchedOffset'>, place: Place): Promise<boolean> {
    const expected = place.next;
    const { topic, partition } = place;
    const topicId = await this.topicId(topic);
    const bounds = await this.bounds(place);
    if (place.next !== expected || this.places.get(placeKey(place)) !== place) return false;
    if (!bounds) {
      // Nobody can tell at the moment: it is asked for again.
    } else if (!isWithin(expected, bounds.first, bounds.next)) {
      this.listener.missed({ topic, partition }, expected, bounds.first);
      place.next = bounds.first;
      place.topicId = topicId ?? place.topicId;
    } else if (place.doubted && BigInt(batch.fetchedOffset) > BigInt(expected)) {
      // It was asked for and the same gap came again: markers of transactions, which kafkajs skips by itself.
      return true;
    } else {
      place.doubted = true;
    }
    if (batch.fetchedOffset === place.next) return true;
    this.owner.seek({ topic, partition, offset: place.next });
    return false;
  }

  /** From now on the group has committed something, so that nobody decides anew where it begins. */
  private async commitBeginnings(): Promise<void> {
    const open = [...this.places].filter(([key, { next }]) => this.beginnings.get(key) === next);
    if (open.length > 0) {
      await this.owner.commit(
        open.map(([, { topic, partition, next }]) => ({ topic, partition, offset: next })),
      );
    }
    this.beginnings.clear();
  }

  private async topicId(topic: string): Promise<string | undefined> {
    try {
      return (await this.admin.topicIds([topic])).get(topic);
    } catch {
      // Whoever is asked next about the same topic says why nobody answers.
      return undefined;
    }
  }

  private async bounds({ topic, partition }: TopicPartition): Promise<Bounds | undefined> {
    try {
      const bounds = (await boundsOf(this.admin, [topic])).get(topic)?.get(partition);
      return bounds && isKnown(bounds) ? bounds : undefined;
    } catch (error) {
      this.owner.unreachable(toError(error), Date.now());
      return undefined;
    }
  }
}
