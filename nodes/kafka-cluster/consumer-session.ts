import type {
  Batch,
  Broker,
  Cluster,
  Consumer,
  ConsumerGroupJoinEvent,
  EachBatchPayload,
  KafkaMessage,
  OffsetsByTopicPartition,
} from 'kafkajs';
import { toError } from '../shared/user-error';
import { subscriptionAssigners } from './assigner';
import type { KafkaClient } from './client';
import { LifeSigns } from './consumer-life-signs';
import {
  NoLeaderError,
  boundsOf,
  commitLatest,
  isWithin,
  placeKey,
  startPositions,
  type Bounds,
} from './consumer-start';
import type {
  ClusterAdmin,
  ConsumerOptions,
  FetchedBatch,
  IncomingRecord,
  PartitionOffset,
  TopicPartition,
} from './types';
import { SilenceWatch, SilentConnectionError } from './silence-watch';
import { withTimeout } from './with-timeout';

const HEARTBEAT_INTERVAL_MS = 1_000;
const REBALANCE_TIMEOUT_MS = 15_000;
/**
 * How long a broker holds back an answer while there is nothing new; what arrives meanwhile is answered at once. It is
 * also how long kafkajs sleeps while all partitions are paused, and how late it notices a seek.
 */
const MAX_WAIT_MS = 250;
const MAX_BYTES_PER_PARTITION = 262_144;
/** One answer of one broker: all of its records become objects at once, which take many times as much. */
const MAX_BYTES = 2 * 2 ** 20;
/** How late partitions that were added to a topic may be noticed. */
const METADATA_MAX_AGE_MS = 10_000;
const STOP_TIMEOUT_MS = 3_000;

/** The cluster has not answered in time. */
export class NoAnswerError extends Error {
  constructor(question: string, timeoutMs: number) {
    super(`${question}: no answer within ${timeoutMs / 1000} s`);
    this.name = new.target.name;
  }
}

/** What a session tells its owner. None of these may throw. */
export interface SessionHooks {
  /**
   * Called before anything of the new assignment is fetched; what it pauses stays paused.
   * @param unsubscribed topics that the group's leader has assigned here too, though this member does not read them
   */
  joined(partitions: TopicPartition[], unsubscribed: string[]): void;
  batch(batch: Omit<FetchedBatch, 'generation'>): Promise<void> | undefined;
  rebalancing(): void;
  missed(partition: TopicPartition, from: string, to: string): void;
  /** The group has answered. */
  alive(): void;
  /** The cluster cannot be reached; it is asked again at `nextAttempt`. */
  unreachable(error: Error, nextAttempt: number): void;
}

/** An assigned partition and the offset that has to come next. */
interface Place extends TopicPartition {
  next: string;
  /** records were missing between `next` and what came, and it was asked for again */
  doubted: boolean;
}

/** kafkajs's batch has this too, though its types do not say so: the offset that was asked for. */
type FetchedRun = Batch & { fetchedOffset: string };

type CommitOffsets = (offsets: OffsetsByTopicPartition) => Promise<void>;

/**
 * One kafkajs consumer from its making to its end.
 *
 * kafkajs keeps the reading position and moves it as each batch is taken over. It can lose its way (a fetch that was
 * under way during a rebalance, a silent jump to another offset), so each batch has to begin where the one before it
 * ended; what does not is fetched again, or reported as missed when the partition no longer has it.
 */
export class ConsumerSession {
  private readonly consumer: Consumer;
  private readonly signs: LifeSigns;
  private readonly ended = new Ending();
  private places = new Map<string, Place>();
  /** Committed offsets that were gone before the group was joined: kafkajs replaces them before anyone else can look. */
  private readonly gone = new Map<string, string>();
  /** Where partitions begin that nobody has committed, as far as that is not where their first record is. */
  private readonly beginnings = new Map<string, string>();
  private located: Promise<boolean> = Promise.resolve(false);
  private cluster: Cluster | undefined;
  /** told by kafkajs just before it has joined */
  private unsubscribed: string[] = [];
  private commitOffsets: CommitOffsets | undefined;
  private readonly watch: SilenceWatch;
  private stopping = false;
  private leaving: Promise<void> | undefined;
  /** Whether kafkajs can take pauses: it throws before its first joining and after its end. */
  private joined = false;

  /**
   * @param client belongs to this session and is retired at its end
   * @param isNew tells the topics that were made after the reading began
   */
  constructor(
    private readonly client: KafkaClient,
    private readonly admin: ClusterAdmin,
    private readonly options: ConsumerOptions,
    readonly topics: readonly string[],
    private readonly isNew: (topic: string) => boolean,
    private readonly hooks: SessionHooks,
  ) {
    this.signs = new LifeSigns(Date.now(), client.patienceMs);
    this.consumer = client.kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval: Math.min(HEARTBEAT_INTERVAL_MS, options.sessionTimeoutMs / 3),
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      maxBytes: MAX_BYTES,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 1_000,
        retries: Number.MAX_SAFE_INTEGER,
        restartOnFailure: () => Promise.resolve(false),
      },
      partitionAssigners: subscriptionAssigners(
        (names) => this.countPartitions(names),
        (cluster) => (this.cluster = cluster),
      ),
    });
    this.watch = new SilenceWatch(this.signs, admin, REBALANCE_TIMEOUT_MS, {
      unreachable: (error, nextAttempt) => hooks.unreachable(error, nextAttempt),
      dead: (error) => this.ended.reject(error),
    });
    this.listen();
  }

  /** Joins the group and reads. Resolves when the session was stopped, rejects when it cannot go on. */
  async run(): Promise<void> {
    this.watch.start();
    try {
      await Promise.all([this.begin(), this.ended.promise]);
    } catch (error) {
      // Sockets that have gone silent would only hold up the leaving.
      if (error instanceof SilentConnectionError) this.client.retire();
      throw error;
    } finally {
      await this.leave();
    }
  }

  /** Leaves the group, as far as the brokers answer within three seconds. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.leave();
    this.ended.resolve();
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    if (!this.commitOffsets) throw new Error('nothing has been fetched yet by this member');
    const topics = new Map<string, { partition: number; offset: string }[]>();
    for (const { topic, partition, offset } of offsets) {
      const partitions = topics.get(topic) ?? [];
      partitions.push({ partition, offset });
      topics.set(topic, partitions);
    }
    try {
      await this.commitOffsets({
        topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
      });
      this.signs.commitTaken();
    } catch (error) {
      this.signs.commitRefused(toError(error));
      throw error;
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    if (this.joined && partitions.length > 0) this.consumer.pause(byTopic(partitions));
  }

  resume(partitions: readonly TopicPartition[]): void {
    if (this.joined && partitions.length > 0) this.consumer.resume(byTopic(partitions));
  }

  isAssigned(partition: TopicPartition): boolean {
    return this.places.has(placeKey(partition));
  }

  /** Reads on at this offset. What was fetched before is no longer given out. */
  seek(partition: TopicPartition, offset: string): void {
    const place = this.places.get(placeKey(partition));
    if (!place) return;
    place.next = offset;
    place.doubted = false;
    this.consumer.seek({ topic: place.topic, partition: place.partition, offset });
  }

  /** Ends everything: kafkajs goes on with what it has begun until it is told to stop, whatever became of it. */
  private leave(): Promise<void> {
    this.joined = false;
    this.watch.stop();
    this.leaving ??= answer('leaving the group', this.consumer.disconnect(), STOP_TIMEOUT_MS)
      .catch(() => {
        // Nobody to say goodbye to: the group drops this member when its session ends.
      })
      .finally(() => this.client.retire());
    return this.leaving;
  }

  private async begin(): Promise<void> {
    await this.answer('connecting', this.consumer.connect());
    // From the beginning, always: where nothing is committed, records must not be skipped. "latest" is a commit.
    const topics = [...this.topics];
    await this.answer('subscribing', this.consumer.subscribe({ topics, fromBeginning: true }));
    if (this.options.from === 'latest') {
      const { groupId } = this.options;
      const committing = commitLatest(this.admin, () => this.coordinator(), groupId, topics, this.isNew);
      for (const place of await this.answer('committing the end of the topics', committing))
        this.beginnings.set(placeKey(place), place.offset);
    }
    for (const [key, { missed }] of await startPositions(this.admin, this.options.groupId, this.topics)) {
      if (missed !== undefined) this.gone.set(key, missed);
    }
    if (this.stopping) return;
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.eachBatch(payload),
    });
  }

  private answer<T>(question: string, promise: Promise<T>): Promise<T> {
    return answer(question, promise, this.client.patienceMs);
  }

  private coordinator(): Promise<Broker> {
    if (!this.cluster) throw new Error('kafkajs has not made its assigner');
    return this.cluster.findGroupCoordinator({ groupId: this.options.groupId });
  }

  private async countPartitions(topics: string[]): Promise<Map<string, number>> {
    const described = await this.admin.describeTopics(topics);
    return new Map(described.map(({ name, partitions }) => [name, partitions.length]));
  }

  private listen(): void {
    const { consumer, signs } = this;
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.onJoin(event));
    consumer.on(consumer.events.REBALANCING, () => {
      signs.joinBegins(Date.now());
      this.hooks.rebalancing();
    });
    consumer.on(consumer.events.HEARTBEAT, () => {
      signs.heartbeat(Date.now());
      this.hooks.alive();
      if (signs.lastingRefusal) this.ended.reject(signs.lastingRefusal);
    });
    consumer.on(consumer.events.FETCH_START, ({ payload }) => signs.fetchBegins(payload.nodeId, Date.now()));
    consumer.on(consumer.events.FETCH, ({ payload }) => signs.fetchEnds(payload.nodeId));
    consumer.on(consumer.events.CRASH, ({ payload }) => this.ended.reject(payload.error));
    consumer.on(consumer.events.RECEIVED_UNSUBSCRIBED_TOPICS, ({ payload }) => {
      this.unsubscribed = payload.topicsNotSubscribed;
    });
  }

  /** Runs inside kafkajs's joining: nothing is fetched for the new assignment until it returns. */
  private onJoin({ payload }: ConsumerGroupJoinEvent): void {
    this.signs.joined(Date.now());
    this.joined = true;
    const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    const places = new Map<string, Place>();
    this.places = places;
    this.located = this.locate(partitions, places);
    // A pause of the last assignment outlives kafkajs's rejoining.
    this.resume(partitions);
    this.hooks.joined(partitions, this.unsubscribed);
    this.unsubscribed = [];
  }

  /** Finds out where each partition's reading has to begin. */
  private async locate(partitions: TopicPartition[], places: Map<string, Place>): Promise<boolean> {
    if (partitions.length === 0) return true;
    try {
      const topics = [...new Set(partitions.map(({ topic }) => topic))];
      const positions = await startPositions(this.admin, this.options.groupId, topics);
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
      if (this.places === places) this.ended.reject(toError(error));
      return false;
    }
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    this.commitOffsets = (offsets) => payload.commitOffsetsIfNecessary(offsets);
    const { places } = this;
    if (!(await this.located) || this.places !== places) return;
    if (this.beginnings.size > 0) await this.commitBeginnings();
    const batch = payload.batch as FetchedRun;
    const place = places.get(placeKey(batch));
    if (!place || this.stopping || payload.isStale()) return;
    if (batch.fetchedOffset !== place.next && !(await this.accepts(batch, place))) return;
    if (this.places !== places || payload.isStale()) return;

    const { topic, partition, messages, highWatermark } = batch;
    const last = messages.at(-1);
    if (!last) return;
    place.doubted = false;
    place.next = String(BigInt(batch.lastOffset()) + 1n);
    payload.resolveOffset(last.offset);
    await this.hooks.batch({
      topic,
      partition,
      records: messages.map(toRecord),
      nextOffset: place.next,
      highWatermark,
    });
  }

  /** Decides about a batch that does not begin where the last one ended. */
  private async accepts(batch: FetchedRun, place: Place): Promise<boolean> {
    const expected = place.next;
    const bounds = await this.bounds(place);
    if (place.next !== expected || this.places.get(placeKey(place)) !== place) return false;
    if (!bounds) {
      // Nobody can tell at the moment: it is asked for again.
    } else if (!isWithin(expected, bounds.first, bounds.next)) {
      this.hooks.missed({ topic: place.topic, partition: place.partition }, expected, bounds.first);
      place.next = bounds.first;
    } else if (place.doubted && BigInt(batch.fetchedOffset) > BigInt(expected)) {
      // It was asked for and the same gap came again: markers of transactions, which kafkajs skips by itself.
      return true;
    } else {
      place.doubted = true;
    }
    if (batch.fetchedOffset === place.next) return true;
    this.consumer.seek({ topic: place.topic, partition: place.partition, offset: place.next });
    return false;
  }

  /** From now on the group has committed something, so that nobody decides anew where it begins. */
  private async commitBeginnings(): Promise<void> {
    const open = [...this.places].filter(([key, { next }]) => this.beginnings.get(key) === next);
    if (open.length > 0) {
      await this.commit(open.map(([, { topic, partition, next }]) => ({ topic, partition, offset: next })));
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

/** How a session ends: settled once, by whatever comes first. */
class Ending {
  resolve: () => void = () => undefined;
  reject: (error: Error) => void = () => undefined;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

function answer<T>(question: string, promise: Promise<T>, timeoutMs: number): Promise<T> {
  return withTimeout(promise, timeoutMs, () => new NoAnswerError(question, timeoutMs));
}

function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
}

function toRecord({ key, value, headers, timestamp, offset }: KafkaMessage): IncomingRecord {
  return { key, value, headers: headers ?? {}, timestamp: Number(timestamp), offset };
}
