import { setTimeout as sleep } from 'node:timers/promises';
import type {
  BlockedPlace,
  ClusterConsumer,
  ConsumerListener,
  ConsumerState,
  FetchedBatch,
  KafkaCluster,
  KafkaProblem,
  KafkaProblemError,
  PartitionOffset,
  SeekTarget,
  RefusedPartition,
  TopicPartition,
} from '../kafka-cluster/types';
import type { RegistryLease, RegistryProblem, SchemaRegistry } from '../schema-registry/types';
import { atMost } from '../shared/time-limit';
import type { GaugeName, Measure } from '../shared/measures';
import { registerOwner, unregisterOwner } from '../shared/deliveries';
import type { PipelineMessage } from '../shared/messages';
import { UserError, toError } from '../shared/user-error';
import { Commits } from './confirming/commits';
import type { ConsumerSettings } from './config';
import { Confirmations } from './confirming/confirmations';
import { DeadLetters } from './dead-letters/dead-letters';
import { Rejection } from './delivery/decode';
import { DeliveryQueue } from './delivery/delivery-queue';
import { Dispatcher } from './delivery/dispatcher';
import { RecordSchemas } from './delivery/record-schemas';
import { Reports } from './reports';
import { AckTimeouts } from './confirming/ack-timeouts';
import { SetAside } from './dead-letters/set-aside';

/** How long closing waits for what is with the flow. */
const DRAIN_MS = 1_000;
const DRAIN_STEP_MS = 20;
const LAST_COMMIT_TIMEOUT_MS = 1_500;

/**
 * About how much memory the unconfirmed records of all partitions may take; twice as much when some are stuck with all
 * of it, so that the others go on. More does not make a sink any faster.
 */
const MAX_BYTES = 16 * 2 ** 20;

/**
 * Records of one partition that may be confirmed behind one that is not. No offset of them can be committed, so a restart
 * hands all of them on once more: this many are with a fast sink for some seconds, and with a slow one for a minute.
 */
const MAX_AHEAD = 100_000;

/** Between two waits a broker gives some records at once. */
const THROTTLED_MS = 2_000;

/** A transaction that is open for as long is no passing matter. */
const LONG_TRANSACTION_MS = 10_000;

/** What topics for dead letters are made with: twice Kafka's default, since a letter is larger than its record. */
const DEAD_LETTER_BYTES = 2 * 2 ** 20;

/** What the registration file does for the consumer. */
export interface RecordConsumerListener {
  /** the first output */
  send(message: PipelineMessage): void;
  /** the second output; the error's `message` is this UserError, in the runtime's language */
  sendAside(message: PipelineMessage, error: UserError): void;
  /** something a person should know; `about` says which record */
  report(error: Error, about?: PipelineMessage): void;
  /** for the log alone: what passes by itself */
  warn(warning: UserError): void;
}

/** What the status is made of. */
export interface ConsumerOverview {
  state: ConsumerState;
  missingTopics: readonly string[];
  /** topics that do not exist, or that this user may not see */
  unseenTopics: readonly string[];
  /** topics of others that the group's leader has assigned here: part of the group's records is read by nobody */
  unsubscribedTopics: readonly string[];
  partitions: number;
  /** assigned partitions that no broker leads: they wait, the others go on */
  leaderless: readonly TopicPartition[];
  /** assigned partitions that brokers refuse to give records of: likewise */
  refused: readonly RefusedPartition[];
  /** undefined while nobody can tell how much one of the partitions holds */
  lag: number | undefined;
  /** the brokers let this consumer wait, since a quota is used up */
  throttled: boolean;
  /** a partition that waits for the end of a transaction, and since when (milliseconds since 1970) */
  transaction: (TopicPartition & { since: number }) | undefined;
  paused: boolean;
  /** the first of the records that partitions are paused for, since too many behind it are confirmed */
  stuck: StuckRecord | undefined;
  /** deliveries that have not been confirmed in time, of those that still are not */
  overdue: number;
  /** where partitions wait in front of what can't be read here */
  blocked: readonly BlockedPlace[];
  /** records that retention has taken before they were read */
  missed: number;
  /** confirmations of deliveries that are not, or no longer, known */
  unknownConfirmations: number;
  deadLetterProblem: Error | undefined;
  /** partitions wait for schemas of a registry that gives none for now */
  registryProblem: RegistryProblem | undefined;
}

/** A record that is not confirmed and that its partition waits for. */
export interface StuckRecord extends PartitionOffset {
  /** when it was fetched, in milliseconds since 1970 */
  since: number;
}

/** Which partitions a seek is about, and where to. */
export interface SeekCommand {
  topic?: string;
  partition?: number;
  target: SeekTarget;
}

/**
 * One kafka-consumer: hands records of its topics to the flow and commits an offset only when every record before it
 * has been confirmed or set aside.
 */
export class RecordConsumer implements ConsumerListener {
  private readonly client: ClusterConsumer;
  private readonly queue: DeliveryQueue;
  private readonly aside: SetAside;
  private readonly commits: Commits;
  private readonly confirmations: Confirmations;
  private readonly dispatcher: Dispatcher;
  private readonly timeouts: AckTimeouts;
  private readonly reports: Reports;
  private readonly report: RecordConsumerListener['report'];
  private readonly registry: RegistryLease | undefined;
  private closing = false;
  private blockedPlaces: readonly BlockedPlace[] = [];
  private deadLetterProblem: Error | undefined;
  private leaderlessPartitions: readonly TopicPartition[] = [];
  private refusedPartitions: readonly RefusedPartition[] = [];

  /**
   * @param id the node's: begins the delivery ids that it gives out
   * @param registry of the schemas that records are read by, where the settings say so
   */
  constructor(
    private readonly id: string,
    private readonly settings: ConsumerSettings,
    cluster: KafkaCluster,
    listener: RecordConsumerListener,
    registry?: SchemaRegistry,
  ) {
    const { topics, groupId, from, sessionTimeoutMs, ignored, deadLetterTopic, maxBatchBytes, fetch } =
      settings;
    this.client = cluster.createConsumer(
      { topics, groupId, from, sessionTimeoutMs, ignored, maxBatchBytes, fetch },
      this,
    );
    this.queue = new DeliveryQueue(
      {
        maxInFlight: settings.maxInFlight,
        maxBytes: MAX_BYTES,
        maxAhead: MAX_AHEAD,
        batches: settings.mode === 'batch',
      },
      {
        handOn: (partition, delivery, admit) => this.dispatcher.handOn(partition, delivery, admit),
        mayGo: (delivery) => schemas?.areHere(delivery) ?? true,
        pause: (partition) => this.client.pause([partition]),
        resume: (partition) => this.client.resume([partition]),
        stuck: (partition, delivery) => this.reports.stuck(partition, delivery),
      },
    );
    const report = (error: Error, about?: PipelineMessage): void => listener.report(error, about);
    this.report = report;
    this.reports = new Reports(groupId, listener);
    this.client.on('state', () => this.tellMissing());
    this.commits = new Commits(groupId, this.queue, this.client, report);
    this.aside = new SetAside(deadLetterTopic && this.createDeadLetters(cluster, deadLetterTopic), {
      report,
      send: (message, error) => listener.sendAside(message, error),
      settle: (queue, delivery) => this.confirmations.settle(queue, delivery),
    });
    this.confirmations = new Confirmations(id, this.queue, this.aside);
    this.registry = registry?.acquire((problem) => this.reports.registry(problem));
    const schemas =
      this.registry && new RecordSchemas(this.registry, settings, () => this.queue.proceed(), report);
    this.dispatcher = new Dispatcher(
      settings,
      this.confirmations,
      this.aside,
      (message) => listener.send(message),
      schemas,
    );
    this.timeouts = new AckTimeouts(settings, this.queue, {
      report,
      handOnAgain: (queue, delivery) => {
        this.confirmations.forgetParts(queue, delivery);
        this.queue.handOnAgain(queue, delivery);
      },
      giveUp: (queue, delivery) => {
        const rejection = new Rejection('unconfirmed', `not confirmed in ${settings.maxTries} tries`);
        this.confirmations.giveUp(queue, delivery, rejection);
      },
    });
  }

  /** Where there is nothing else to read, the state says what can't be seen. */
  private tellMissing(): void {
    const { state, missingTopics, unseenTopics } = this.client;
    if (state.state !== 'waiting' && state.state !== 'connected') return;
    this.reports.missing(missingTopics);
    this.reports.unseen(unseenTopics);
  }

  start(): void {
    registerOwner(this.id, this.confirmations);
    this.commits.start();
    this.timeouts.start();
    this.client.start();
  }

  /** Who confirms: the flow, or the handing on by itself. */
  confirmsByHandingOn(handsOn: boolean): void {
    this.dispatcher.confirms = handsOn;
  }

  /** After a deploy: what the flow has not confirmed is handed on once more, since a node that held it may be gone. */
  deployed(): void {
    this.confirmations.forgetAllParts();
    this.queue.handAllOnAgain();
  }

  pause(): void {
    this.queue.pause();
  }

  resume(): void {
    this.queue.resume();
  }

  /**
   * Reads on from another place, and commits that place.
   * @throws UserError (a rejection) when no such partition is assigned, or it has no such offset
   */
  async seek({ topic, partition, target }: SeekCommand): Promise<void> {
    const places = this.queue.partitions
      .map(({ place }) => place)
      .filter((place) => topic === undefined || place.topic === topic)
      .filter((place) => partition === undefined || place.partition === partition);
    if (places.length === 0) {
      throw nothingToSeek(topic, partition);
    }
    if (typeof target === 'object' && 'offset' in target && places.length > 1) {
      throw new UserError('kafka-consumer.errors.seek-several', { count: places.length });
    }
    for (const place of places) {
      const offset = await this.client.seek(place, target);
      this.queue.moved(place, offset);
    }
    await this.commits.now();
  }

  /** @returns what waits, for whoever watches from outside */
  gauges(): Measure<GaugeName>[] {
    const { partitions, inFlight } = this.queue;
    return [
      { name: 'consumer_unconfirmed_records', value: inFlight },
      { name: 'consumer_overdue_records', value: this.timeouts.count },
      { name: 'consumer_assigned_partitions', value: partitions.length },
      // Of a partition that nothing is known of yet, nothing is told.
      ...partitions.flatMap(({ lag, place: { topic, partition } }) =>
        lag === undefined
          ? []
          : {
              name: 'consumer_lag_records' as const,
              value: lag,
              labels: { topic, partition: String(partition) },
            },
      ),
    ];
  }

  overview(): ConsumerOverview {
    const { partitions, paused } = this.queue;
    return {
      state: this.client.state,
      missingTopics: this.client.missingTopics,
      unseenTopics: this.client.unseenTopics,
      unsubscribedTopics: this.client.unsubscribedTopics,
      partitions: partitions.length,
      leaderless: this.leaderlessPartitions,
      refused: this.refusedPartitions,
      lag: sumOf(partitions.map(({ lag }) => lag)),
      throttled: this.client.throttledUntil > Date.now() - THROTTLED_MS,
      transaction: this.transaction,
      paused,
      stuck: this.stuck,
      overdue: this.timeouts.count,
      blocked: this.blockedPlaces,
      missed: Number(this.reports.missedCount),
      unknownConfirmations: this.confirmations.unknown,
      deadLetterProblem: this.deadLetterProblem,
      registryProblem: this.registry?.problem,
    };
  }

  /** Stops fetching, gives the flow a moment, commits what is confirmed and leaves the group. */
  async close(): Promise<void> {
    this.closing = true;
    this.commits.stop();
    this.timeouts.stop();
    this.queue.close();
    this.registry?.release();
    this.client.pause(this.queue.partitions.map(({ place }) => place));
    const end = performance.now() + DRAIN_MS;
    while (this.queue.inFlight > 0 && performance.now() < end) await sleep(DRAIN_STEP_MS);
    await atMost(LAST_COMMIT_TIMEOUT_MS, this.commits.now());
    unregisterOwner(this.id, this.confirmations);
    const results = await Promise.allSettled([this.client.close(), this.aside.close()]);
    for (const result of results) if (result.status === 'rejected') throw toError(result.reason);
  }

  // What the consumer client calls.

  assigned(generation: number, partitions: TopicPartition[]): void {
    this.confirmations.forgetAllParts();
    this.queue.assigned(generation, partitions);
  }

  batch(batch: FetchedBatch): Promise<void> | undefined {
    if (this.closing) return undefined;
    return this.queue.add(batch);
  }

  located(place: PartitionOffset, highWatermark: string, inTransaction = false): void {
    this.queue.queueOf(place)?.located(place.offset, highWatermark, inTransaction);
  }

  rebalancing(): void {
    void this.commits.now();
  }

  missed(place: TopicPartition, from: string, to: string): void {
    // Backwards: another topic has this name now, or the partition was cut.
    if (BigInt(to) < BigInt(from)) this.queue.queueOf(place)?.beginAnew(to);
    this.reports.missed(place, from, to);
  }

  skipped(topics: { topic: string; count: number }[]): void {
    this.reports.skipped(topics);
  }

  leaderless(partitions: TopicPartition[], led: TopicPartition[]): void {
    this.leaderlessPartitions = partitions;
    if (!this.closing) this.reports.leaderless(partitions, led);
  }

  refused(places: readonly RefusedPartition[], given: readonly RefusedPartition[]): void {
    this.refusedPartitions = places;
    if (!this.closing) this.reports.refused(places, given);
  }

  blocked(places: readonly BlockedPlace[]): void {
    this.blockedPlaces = places;
    this.reports.blocked(places);
  }

  unsubscribed(topics: string[]): void {
    this.reports.unsubscribed(topics);
  }

  private get transaction(): ConsumerOverview['transaction'] {
    for (const { place, transactionSince: since } of this.queue.partitions)
      if (since !== undefined && Date.now() - since >= LONG_TRANSACTION_MS) return { ...place, since };
    return undefined;
  }

  private get stuck(): StuckRecord | undefined {
    for (const { stuck, place, firstOpen } of this.queue.partitions)
      if (stuck && firstOpen) return { ...place, offset: firstOpen.offset, since: firstOpen.fetchedAt };
    return undefined;
  }

  private createDeadLetters(cluster: KafkaCluster, topicOf: (topic: string) => string): DeadLetters {
    return new DeadLetters({
      groupId: this.settings.groupId,
      topicOf,
      createProducer: () =>
        cluster.createProducer({
          acks: 'all',
          compression: 'none',
          createTopics: true,
          newTopics: { maxMessageBytes: DEAD_LETTER_BYTES },
        }),
      onProblem: (error) => {
        const known = problemOf(this.deadLetterProblem);
        this.deadLetterProblem = error;
        // Once for each: it is met again with every attempt. An outage passes, and is in the status.
        const problem = problemOf(error);
        if (error && problem !== known && problem !== 'unreachable') this.report(error);
      },
    });
  }
}

function problemOf(error: Error | undefined): KafkaProblem | undefined {
  return (error as Partial<KafkaProblemError> | undefined)?.problem;
}

/** What was asked for, as far as something was, is not assigned. */
function nothingToSeek(topic: string | undefined, partition: number | undefined): UserError {
  if (topic === undefined && partition === undefined)
    return new UserError('kafka-consumer.errors.seek-none-assigned');
  if (partition === undefined)
    return new UserError('kafka-consumer.errors.seek-topic-not-assigned', { topic: topic ?? '' });
  if (topic === undefined)
    return new UserError('kafka-consumer.errors.seek-partition-not-assigned', { partition });
  return new UserError('kafka-consumer.errors.seek-not-assigned', { topic, partition });
}

function sumOf(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce((sum, each) => (sum === undefined || each === undefined ? undefined : sum + each), 0);
}
