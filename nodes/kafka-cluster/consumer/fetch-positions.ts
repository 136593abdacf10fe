import { ExponentialBackoff, type IBackoff } from '../../vendored/backoff';
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
  type StartPositions,
} from './consumer-start';
import type {
  ClusterAdmin,
  ConsumerListener,
  PartitionOffset,
  RefusedPartition,
  TopicPartition,
} from '../types';

/** What the positions have done for them. */
export interface PositionListener {
  /** kafkajs has to fetch from here. */
  seek(position: PartitionOffset): void;
  commit(offsets: readonly PartitionOffset[]): Promise<unknown>;
  unreachable(error: Error, nextAttempt: number): void;
  /** The brokers do not tell where this one begins. It waits, and they are asked again. */
  untold(place: RefusedPartition): void;
  /** They have told it of these, which waited. */
  told(places: readonly TopicPartition[]): void;
  /** This topic is another one than was read under its name before. */
  madeAgain(topic: string): void;
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

/** While it is not known of all partitions where they begin, the brokers are asked again after such a pause. */
const PAUSES = new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 });

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
  /**
   * by placeKey: assigned, though nobody can say yet where they begin, since no broker leads them, or those who know do
   * not tell. Nothing is fetched of them.
   */
  private unlocated = new Map<string, TopicPartition>();
  private asking: NodeJS.Timeout | undefined;
  private located: Promise<boolean> = Promise.resolve(false);
  /** Committed offsets that were gone before the group was joined; somebody may have replaced them since. */
  private readonly gone = new Map<string, string>();
  /** Where partitions begin that nobody has committed, as far as that is not where their first record is. */
  private readonly beginnings = new Map<string, string>();
  /** Partitions that begin at what is written after this time (milliseconds since 1970), by placeKey. */
  private readonly since = new Map<string, number>();
  /** Topics of which it was not told whether the group has read them, and when that was asked. */
  private readonly undecided = new Map<string, number>();
  /** Those of them that it has not read: all of their partitions begin at what is written after that. */
  private readonly untouched = new Map<string, number>();

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
  async prepare(topics: readonly string[], { uncommitted, unled, undecided }: LatestLeft): Promise<void> {
    for (const place of uncommitted) this.beginnings.set(placeKey(place), place.offset);
    for (const place of unled) this.since.set(placeKey(place), Date.now());
    for (const topic of undecided) this.undecided.set(topic, Date.now());
    const { positions } = await startPositions(this.admin, this.groupId, topics);
    for (const [key, { missed }] of positions) {
      if (missed !== undefined) this.gone.set(key, missed);
    }
  }

  /** Begins anew: what earlier assignments had is void. */
  assigned(partitions: readonly TopicPartition[]): void {
    const places: Places = new Map();
    clearTimeout(this.asking);
    this.places = places;
    this.unlocated = new Map(partitions.map((place) => [placeKey(place), place]));
    this.located = this.locate(partitions, places).then(
      (isPresent) => {
        this.askAgain(places, PAUSES.next());
        return isPresent;
      },
      (error: unknown) => {
        if (this.places === places) this.owner.failed(toError(error));
        return false;
      },
    );
  }

  /** Ends the asking: nothing is assigned any more. */
  stop(): void {
    this.assigned([]);
  }

  /** @returns where kafkajs has to begin these, as far as it is known. Never rejects */
  async beginningsOf(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]> {
    const { places } = this;
    if (!(await this.located) || this.places !== places) return [];
    return partitions.flatMap(({ topic, partition }) => {
      const place = places.get(placeKey({ topic, partition }));
      return place ? [{ topic, partition, offset: place.next }] : [];
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
      this.owner.madeAgain(topic);
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
    const place = places.get(placeKey(asked));
    if (place) await this.continues({ fetchedOffset }, place);
  }

  /**
   * Finds out where each partition's reading has to begin. Those of which nobody tells wait.
   * @returns whether this assignment still is the present one
   */
  private async locate(partitions: readonly TopicPartition[], places: Places): Promise<boolean> {
    if (partitions.length === 0) return true;
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    // Before anything else: of a topic that is made again meanwhile, all is read once more rather than not at all.
    const ids = await this.admin.topicIds(topics);
    const starts = await startPositions(this.admin, this.groupId, topics);
    if (this.places !== places) return false;
    this.decide(starts);
    for (const { topic, partition } of partitions) {
      const key = placeKey({ topic, partition });
      const start = starts.positions.get(key);
      const next = start && (await this.beginningOf(key, start));
      if (this.places !== places) return false;
      if (start === undefined || next === undefined) {
        const error =
          starts.untold.get(key) ?? (this.undecided.has(topic) ? starts.unread.get(topic) : undefined);
        if (error) this.owner.untold({ topic, partition, error });
        continue;
      }
      places.set(key, { topic, partition, next, doubted: false, topicId: ids.get(topic) });
      this.unlocated.delete(key);
      this.listener.located({ topic, partition, offset: next }, start.end);
      const missed = start.committed ? start.missed : this.gone.get(key);
      this.gone.delete(key);
      if (missed !== undefined) this.listener.missed({ topic, partition }, missed, start.offset);
    }
    return this.places === places;
  }

  /** Asks again, after a pause, for what is still open; each time after a longer one. */
  private askAgain(places: Places, pause: IBackoff<unknown>): void {
    if (this.places !== places || this.unlocated.size === 0) return;
    this.asking = setTimeout(() => void this.locateRest(places, pause), pause.duration);
  }

  private async locateRest(places: Places, pause: IBackoff<unknown>): Promise<void> {
    const open = [...this.unlocated.values()];
    const next = pause.next(undefined);
    try {
      await this.locate(open, places);
    } catch (error) {
      if (this.places === places) this.owner.unreachable(toError(error), Date.now() + next.duration);
    }
    if (this.places !== places) return;
    const told = open.filter((place) => places.has(placeKey(place)));
    if (told.length > 0) this.owner.told(told);
    this.askAgain(places, next);
  }

  /** Decides of topics where the group begins, once all of its offsets there are told. */
  private decide({ unread, read }: StartPositions): void {
    for (const [topic, time] of this.undecided) {
      if (unread.has(topic) || !read.has(topic)) continue;
      this.undecided.delete(topic);
      if (read.get(topic) === false) this.untouched.set(topic, time);
    }
  }

  /** @returns undefined where that can't be said yet */
  private async beginningOf(
    key: string,
    { topic, partition, offset, committed }: StartPosition,
  ): Promise<string | undefined> {
    if (committed) return offset;
    if (this.undecided.has(topic)) return undefined;
    const since = this.since.get(key) ?? this.untouched.get(topic);
    if (since === undefined || this.beginnings.has(key)) return this.beginnings.get(key) ?? offset;
    const then = (await this.admin.offsetsAt(topic, since)).get(partition);
    if (then !== undefined) this.beginnings.set(key, then);
    return then;
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
      const isOther = topicId !== undefined && place.topicId !== undefined && topicId !== place.topicId;
      if (isOther || BigInt(expected) > BigInt(bounds.next)) this.owner.madeAgain(topic);
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
