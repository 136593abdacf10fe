import type {
  Broker,
  Cluster,
  Consumer,
  ConsumerGroupJoinEvent,
  EachBatchPayload,
  OffsetsByTopicPartition,
} from 'kafkajs';
import { toError } from '../../shared/user-error';
import { subscriptionAssigners } from './assigner';
import type { KafkaClient } from '../client';
import { createConsumer } from '../patched-kafkajs/index';
import { Liveness } from './liveness';
import { commitLatest, type LatestLeft } from './consumer-start';
import { Doubts } from './doubts';
import { FetchPositions } from './fetch-positions';
import { Heartbeats } from './heartbeats';
import { LeaderWatch } from './leader-watch';
import { Pauses } from './pauses';
import { Refusals } from './refusals';
import {
  OffsetsRefused,
  isUnreachable,
  readWithin,
  type FetchAnswer,
  type FetchedRun,
} from '../patched-kafkajs';
import { DEFAULT_MAX_BATCH_BYTES, RECORD_LIMITS } from '../records/limits';
import type {
  ClusterAdmin,
  ConsumerListener,
  ConsumerOptions,
  PartitionOffset,
  RefusedPartition,
  TopicPartition,
} from '../types';
import { ConnectionWatchdog, SilentConnectionError } from './connection-watchdog';
import { isOfConnection } from '../errors';
import { answerWithin } from '../with-timeout';

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
/** For so long a broker is not asked that can't be reached: others may lead its partitions by then. */
const UNREACHED_MS = 1_000;
/** How often a partition is looked at again whose next batch can't be read. */
const BLOCKED_RETRY_MS = 30_000;

/** What a session tells its owner beside what it tells the consumer's listener. None of these may throw. */
export interface SessionListener {
  /** @returns the generation of a new assignment, which is greater than all before it */
  nextGeneration(): number;
  /**
   * The listener has been told of a new assignment.
   * @param unsubscribed topics that the group's leader has assigned here too, though this member does not read them
   */
  joined(unsubscribed: string[]): void;
  /** The brokers give no records until then (milliseconds since 1970), since a quota is used up. */
  throttled(until: number): void;
  /** The group has answered. */
  alive(): void;
  /** The cluster cannot be reached; it is asked again at `nextAttempt`. */
  unreachable(error: Error, nextAttempt: number): void;
  /** This topic is another one than was read under its name before. */
  madeAgain(topic: string): void;
  /** @returns what a person can do about an error that is about this topic, where that is known */
  explain(error: Error, topic: string): Error;
}

/** Kafka's name of the error that the offset which was asked for is not in the partition. */
const OUT_OF_RANGE = 'OFFSET_OUT_OF_RANGE';

type CommitOffsets = (offsets: OffsetsByTopicPartition) => Promise<void>;

/** One kafkajs consumer from its making to its end: joins the group, reads, commits, and notices when it no longer can. */
export class ConsumerSession {
  private readonly consumer: Consumer;
  private readonly liveness: Liveness;
  private readonly ended = new Ending();
  private readonly positions: FetchPositions;
  private cluster: Cluster | undefined;
  /** told by kafkajs just before it has joined */
  private unsubscribed: string[] = [];
  private generation = 0;
  private commitOffsets: CommitOffsets | undefined;
  private readonly pauses: Pauses;
  private readonly doubts = new Doubts();
  private readonly watchdog: ConnectionWatchdog;
  private readonly leaders: LeaderWatch;
  private readonly heartbeats: Heartbeats;
  private readonly refusals: Refusals;
  private stopping = false;
  private leaving: Promise<void> | undefined;
  /** Whether kafkajs can take pauses: it throws before its first joining and after its end. */
  private joined = false;

  /**
   * @param client belongs to this session and is retired at its end
   * @param isNew tells the topics that were made after the reading began
   * @param listener is told of what is read; what it pauses while it is told of an assignment stays paused
   */
  constructor(
    private readonly client: KafkaClient,
    private readonly admin: ClusterAdmin,
    private readonly options: ConsumerOptions,
    readonly topics: readonly string[],
    private readonly isNew: (topic: string) => boolean,
    private readonly listener: ConsumerListener,
    private readonly owner: SessionListener,
  ) {
    this.liveness = new Liveness(Date.now(), client.patienceMs);
    const heartbeatInterval = Math.min(HEARTBEAT_INTERVAL_MS, options.sessionTimeoutMs / 3);
    this.heartbeats = new Heartbeats(heartbeatInterval);
    const { fetch = {} } = options;
    const { maxBytesPerPartition = MAX_BYTES_PER_PARTITION } = fetch;
    const config = {
      groupId: options.groupId,
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      minBytes: fetch.minBytes ?? 1,
      maxWaitTimeInMs: fetch.waitMs ?? MAX_WAIT_MS,
      maxBytesPerPartition,
      maxBytes: Math.max(MAX_BYTES, maxBytesPerPartition),
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
    };
    this.consumer = createConsumer(client.kafka, config, {
      member: (beat) => this.heartbeats.member(beat),
      beaten: () => {
        this.heartbeats.beaten();
        this.liveness.alive(Date.now());
      },
      throttled: (milliseconds) => {
        const until = Date.now() + milliseconds;
        this.liveness.throttled(until);
        owner.throttled(until);
      },
      fetched: (answer) => this.fetched(answer),
      beginnings: (partitions) => this.positions.beginningsOf(partitions),
    });
    this.refusals = new Refusals((places, given) => listener.refused(places, given));
    this.watchdog = new ConnectionWatchdog(this.liveness, admin, REBALANCE_TIMEOUT_MS, {
      unreachable: (error, nextAttempt) => owner.unreachable(error, nextAttempt),
      dead: (error) => this.ended.reject(error),
    });
    this.leaders = new LeaderWatch(
      (topic) => this.cluster?.findTopicPartitionMetadata(topic) ?? [],
      (partitions, led) => {
        for (const place of partitions) this.refusals.forget(place);
        listener.leaderless(partitions, led);
      },
      () => this.lookForLeaders(),
    );
    this.positions = new FetchPositions(admin, options.groupId, listener, {
      seek: (position) => this.consumer.seek(position),
      commit: (offsets) => this.commit(offsets),
      unreachable: (error, nextAttempt) => owner.unreachable(error, nextAttempt),
      untold: (place) => void this.refusals.refused(this.explained(place)),
      told: (places) => {
        for (const place of places) this.refusals.passed(place);
        this.lookForLeaders();
      },
      madeAgain: (topic) => owner.madeAgain(topic),
      failed: (error) => this.ended.reject(error),
    });
    this.pauses = new Pauses(
      {
        pause: (partitions) => this.ifJoined(partitions, (topics) => this.consumer.pause(topics)),
        resume: (partitions) => this.ifJoined(partitions, (topics) => this.consumer.resume(topics)),
        blocked: (places) => listener.blocked(places),
      },
      BLOCKED_RETRY_MS,
    );
    this.listen();
  }

  /** Joins the group and reads. Resolves when the session was stopped, rejects when it cannot go on. */
  async run(): Promise<void> {
    this.watchdog.start();
    this.leaders.start();
    this.refusals.start();
    this.heartbeats.start();
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

  /** @returns those that are refused for their topics' sake; the others are committed */
  async commit(offsets: readonly PartitionOffset[]): Promise<RefusedPartition[]> {
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
      this.liveness.commitTaken();
      return [];
    } catch (error) {
      if (error instanceof OffsetsRefused) {
        this.liveness.commitTaken();
        return error.refusals.map((refused) => this.explained(refused));
      }
      this.liveness.commitRefused(toError(error));
      throw error;
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.pauses.hold(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.pauses.release(partitions);
  }

  isAssigned(partition: TopicPartition): boolean {
    return this.positions.isAssigned(partition);
  }

  /** Reads on at this offset. What was fetched before is no longer given out. */
  seek(partition: TopicPartition, offset: string): void {
    this.positions.seek(partition, offset);
    this.pauses.passed(partition);
  }

  /** Begins anew with topics that were deleted and made again. Rejects where nobody can be asked. */
  lookForMadeAgain(): Promise<void> {
    return this.positions.lookForMadeAgain();
  }

  /** Runs inside of kafkajs's fetch, which goes on with what is not refused. */
  private fetched(answer: FetchAnswer): void {
    let moved = false;
    for (const { topic, partition, fetchedOffset, error } of answer) {
      const place = { topic, partition };
      if (!error) {
        this.refusals.passed(place);
        continue;
      }
      const rest = this.refusals.refused(this.explained({ ...place, error }));
      this.pauses.rest(place, isUnreachable(error) ? Math.min(rest, UNREACHED_MS) : rest);
      if ((error as { type?: string }).type === OUT_OF_RANGE)
        void this.positions.outOfRange(place, fetchedOffset);
      else moved = true;
    }
    if (moved) this.lookForLeaders();
  }

  /** Somebody else may lead the partition by now, which kafkajs would notice some seconds later. */
  private lookForLeaders(): void {
    this.cluster?.refreshMetadata().catch(() => {
      // Who can't be asked is asked again by kafkajs itself, which says why.
    });
  }

  private explained({ topic, partition, error }: RefusedPartition): RefusedPartition {
    return { topic, partition, error: this.owner.explain(error, topic), passes: isOfConnection(error) };
  }

  private ifJoined(
    partitions: readonly TopicPartition[],
    act: (topics: { topic: string; partitions: number[] }[]) => void,
  ): void {
    if (this.joined && partitions.length > 0) act(byTopic(partitions));
  }

  /** Ends everything: kafkajs goes on with what it has begun until it is told to stop, whatever became of it. */
  private leave(): Promise<void> {
    this.joined = false;
    this.pauses.clear();
    this.watchdog.stop();
    this.leaders.stop();
    this.refusals.stop();
    this.positions.stop();
    this.heartbeats.stop();
    this.leaving ??= answerWithin(STOP_TIMEOUT_MS, 'leaving the group', this.consumer.disconnect())
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
    await this.positions.prepare(topics, await this.commitBeginning(topics));
    if (this.stopping) return;
    const { maxBatchBytes = DEFAULT_MAX_BATCH_BYTES } = this.options;
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: readWithin({ ...RECORD_LIMITS, maxBatchBytes }, (payload) => this.eachBatch(payload)),
    });
  }

  /** @returns where partitions begin that nobody has committed, and that could not be committed now */
  private async commitBeginning(topics: string[]): Promise<LatestLeft> {
    const { groupId, from } = this.options;
    if (from !== 'latest') return { uncommitted: [], unled: [], undecided: [], skipped: [] };
    const committing = commitLatest(this.admin, () => this.coordinator(), groupId, topics, this.isNew);
    const left = await this.answer('committing the end of the topics', committing);
    if (left.skipped.length > 0) this.listener.skipped(left.skipped);
    return left;
  }

  private answer<T>(question: string, promise: Promise<T>): Promise<T> {
    return answerWithin(this.client.patienceMs, question, promise);
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
    const { consumer, liveness } = this;
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.onJoin(event));
    consumer.on(consumer.events.REBALANCING, () => {
      this.heartbeats.rebalancing();
      liveness.joinBegins(Date.now());
      this.listener.rebalancing();
    });
    consumer.on(consumer.events.HEARTBEAT, () => {
      liveness.heartbeat(Date.now());
      this.owner.alive();
      if (liveness.lastingRefusal) this.ended.reject(liveness.lastingRefusal);
    });
    consumer.on(consumer.events.FETCH_START, ({ payload }) =>
      liveness.fetchBegins(payload.nodeId, Date.now()),
    );
    consumer.on(consumer.events.FETCH, ({ payload }) => liveness.fetchEnds(payload.nodeId));
    consumer.on(consumer.events.CRASH, ({ payload }) => this.ended.reject(payload.error));
    consumer.on(consumer.events.RECEIVED_UNSUBSCRIBED_TOPICS, ({ payload }) => {
      this.unsubscribed = payload.topicsNotSubscribed;
    });
  }

  /** Runs inside kafkajs's joining: nothing is fetched for the new assignment until it returns. */
  private onJoin({ payload }: ConsumerGroupJoinEvent): void {
    this.liveness.joined(Date.now());
    this.joined = true;
    const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    this.leaders.assigned(partitions);
    this.refusals.assigned(partitions);
    this.positions.assigned(partitions);
    // A pause of the last assignment outlives kafkajs's rejoining.
    this.pauses.clear();
    this.resume(partitions);
    const { unsubscribed } = this;
    this.unsubscribed = [];
    this.generation = this.owner.nextGeneration();
    this.listener.assigned(this.generation, partitions);
    if (unsubscribed.length > 0) this.listener.unsubscribed(unsubscribed);
    this.owner.joined(unsubscribed);
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    this.commitOffsets = (offsets) => payload.commitOffsetsIfNecessary(offsets);
    // What kafkajs hands on is of this class, since it is in the place of kafkajs's own.
    const batch = payload.batch as unknown as FetchedRun;
    this.doubts.settle(batch);
    if (batch.isStill) {
      const { topic, partition, fetchedOffset: offset, highWatermark, isInTransaction } = batch;
      if (this.positions.isAt(batch))
        this.listener.located({ topic, partition, offset }, highWatermark, isInTransaction);
      return;
    }
    const takeOver = await this.positions.accept(batch, () => this.stopping || payload.isStale());
    const nextOffset = takeOver?.();
    if (nextOffset === undefined) return;
    const { topic, partition, messages, highWatermark, blockedBy } = batch;
    payload.resolveOffset(batch.lastOffset());
    if (blockedBy === undefined) this.pauses.passed({ topic, partition });
    else this.pauses.block({ topic, partition, offset: nextOffset, codec: blockedBy });
    const { generation } = this;
    await this.listener.batch({ generation, topic, partition, records: messages, nextOffset, highWatermark });
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

function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
}
