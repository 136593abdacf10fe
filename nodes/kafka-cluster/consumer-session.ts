import type {
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
import { commitLatest } from './consumer-start';
import { ReadingPosition } from './reading-position';
import type {
  ClusterAdmin,
  ConsumerOptions,
  FetchedBatch,
  IncomingRecord,
  PartitionOffset,
  TopicPartition,
} from './types';
import { SilenceWatch, SilentConnectionError } from './silence-watch';
import { answerWithin } from './with-timeout';

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

type CommitOffsets = (offsets: OffsetsByTopicPartition) => Promise<void>;

/** One kafkajs consumer from its making to its end: joins the group, reads, commits, and notices when it no longer can. */
export class ConsumerSession {
  private readonly consumer: Consumer;
  private readonly signs: LifeSigns;
  private readonly ended = new Ending();
  private readonly position: ReadingPosition;
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
    this.position = new ReadingPosition(admin, options.groupId, {
      seek: (position) => this.consumer.seek(position),
      commit: (offsets) => this.commit(offsets),
      missed: (partition, from, to) => hooks.missed(partition, from, to),
      unreachable: (error, nextAttempt) => hooks.unreachable(error, nextAttempt),
      failed: (error) => this.ended.reject(error),
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
    return this.position.isAssigned(partition);
  }

  /** Reads on at this offset. What was fetched before is no longer given out. */
  seek(partition: TopicPartition, offset: string): void {
    this.position.seek(partition, offset);
  }

  /** Ends everything: kafkajs goes on with what it has begun until it is told to stop, whatever became of it. */
  private leave(): Promise<void> {
    this.joined = false;
    this.watch.stop();
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
    await this.position.prepare(topics, await this.commitBeginning(topics));
    if (this.stopping) return;
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.eachBatch(payload),
    });
  }

  /** @returns where partitions begin that nobody has committed, and that could not be committed now */
  private async commitBeginning(topics: string[]): Promise<PartitionOffset[]> {
    const { groupId, from } = this.options;
    if (from !== 'latest') return [];
    const committing = commitLatest(this.admin, () => this.coordinator(), groupId, topics, this.isNew);
    return this.answer('committing the end of the topics', committing);
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
    this.position.assigned(partitions);
    // A pause of the last assignment outlives kafkajs's rejoining.
    this.resume(partitions);
    this.hooks.joined(partitions, this.unsubscribed);
    this.unsubscribed = [];
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    this.commitOffsets = (offsets) => payload.commitOffsetsIfNecessary(offsets);
    const { batch } = payload;
    const takeOver = await this.position.accept(batch, () => this.stopping || payload.isStale());
    const { topic, partition, messages, highWatermark } = batch;
    const last = messages.at(-1);
    const nextOffset = last && takeOver?.();
    if (!last || nextOffset === undefined) return;
    payload.resolveOffset(last.offset);
    await this.hooks.batch({
      topic,
      partition,
      records: messages.map(toRecord),
      nextOffset,
      highWatermark,
    });
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

function toRecord({ key, value, headers, timestamp, offset }: KafkaMessage): IncomingRecord {
  return { key, value, headers: headers ?? {}, timestamp: Number(timestamp), offset };
}
