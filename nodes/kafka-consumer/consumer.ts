import type {
  ClusterConsumer,
  ConsumerListener,
  ConsumerState,
  FetchedBatch,
  KafkaCluster,
  PartitionOffset,
  SeekTarget,
  TopicPartition,
} from '../kafka-cluster/types';
import { registerOwner, unregisterOwner } from '../shared/deliveries';
import type { PipelineMessage } from '../shared/messages';
import { UserError, toError } from '../shared/user-error';
import { Commits } from './commits';
import type { ConsumerSettings } from './config';
import { Confirmations } from './confirmations';
import { DeadLetters } from './dead-letters';
import { Fault } from './decode';
import { DeliveryQueue } from './delivery-queue';
import { HandingOn } from './handing-on';
import { Notices } from './notices';
import { OverdueWatch } from './overdue';
import { SetAside } from './set-aside';

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

/** What topics for dead letters are made with: twice Kafka's default, since a letter is larger than its record. */
const DEAD_LETTER_BYTES = 2 * 2 ** 20;

/** What the registration file does for the consumer. */
export interface ConsumerEvents {
  /** the first output */
  send(message: PipelineMessage): void;
  /** the second output; the error's `message` is this UserError, in the runtime's language */
  sendAside(message: PipelineMessage, error: UserError): void;
  /** something a person should know; `about` says which record */
  report(error: Error, about?: PipelineMessage): void;
}

/** What the status is made of. */
export interface ConsumerOverview {
  state: ConsumerState;
  missingTopics: readonly string[];
  /** topics of others that the group's leader has assigned here: part of the group's records is read by nobody */
  unsubscribedTopics: readonly string[];
  partitions: number;
  lag: number;
  paused: boolean;
  /** the first of the records that partitions are paused for, since too many behind it are confirmed */
  stuck: StuckRecord | undefined;
  /** deliveries that have not been confirmed in time, of those that still are not */
  overdue: number;
  /** records that retention has taken before they were read */
  missed: number;
  /** confirmations of deliveries that are not, or no longer, known */
  unknownConfirmations: number;
  deadLetterProblem: Error | undefined;
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
  private readonly handingOn: HandingOn;
  private readonly overdue: OverdueWatch;
  private readonly notices: Notices;
  private closing = false;
  private deadLetterProblem: Error | undefined;

  /**
   * @param id the node's: begins the delivery ids that it gives out
   */
  constructor(
    private readonly id: string,
    private readonly settings: ConsumerSettings,
    cluster: KafkaCluster,
    events: ConsumerEvents,
  ) {
    const { topics, groupId, from, sessionTimeoutMs, ignored, deadLetterTopic } = settings;
    this.client = cluster.createConsumer({ topics, groupId, from, sessionTimeoutMs, ignored }, this);
    this.queue = new DeliveryQueue(
      {
        maxInFlight: settings.maxInFlight,
        maxBytes: MAX_BYTES,
        maxAhead: MAX_AHEAD,
        batches: settings.mode === 'batch',
      },
      {
        handOn: (partition, delivery) => this.handingOn.handOn(partition, delivery),
        pause: (partition) => this.client.pause([partition]),
        resume: (partition) => this.client.resume([partition]),
        stuck: (partition, delivery) => this.notices.stuck(partition, delivery),
      },
    );
    const report = (error: Error, about?: PipelineMessage): void => events.report(error, about);
    this.notices = new Notices(groupId, events);
    this.commits = new Commits(groupId, this.queue, this.client, report);
    this.aside = new SetAside(deadLetterTopic && this.createDeadLetters(cluster, deadLetterTopic), {
      report,
      send: (message, error) => events.sendAside(message, error),
      settle: (queue, delivery) => this.confirmations.settle(queue, delivery),
    });
    this.confirmations = new Confirmations(id, this.queue, this.aside);
    this.handingOn = new HandingOn(settings, this.confirmations, this.aside, (message) =>
      events.send(message),
    );
    this.overdue = new OverdueWatch(settings, this.queue, {
      report,
      handOnAgain: (queue, delivery) => {
        this.confirmations.forgetParts(queue, delivery);
        this.queue.handOnAgain(queue, delivery);
      },
      giveUp: (queue, delivery) => {
        const fault = new Fault('unconfirmed', `not confirmed in ${settings.maxTries} tries`);
        this.confirmations.giveUp(queue, delivery, fault);
      },
    });
  }

  start(): void {
    registerOwner(this.id, this.confirmations);
    this.commits.start();
    this.overdue.start();
    this.client.start();
  }

  /** Who confirms: the flow, or the handing on by itself. */
  confirmsByHandingOn(handsOn: boolean): void {
    this.handingOn.confirms = handsOn;
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
      throw new UserError('kafka-consumer.errors.seek-not-assigned', {
        topic: topic ?? '*',
        partition: partition ?? '*',
      });
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

  overview(): ConsumerOverview {
    const { partitions, paused } = this.queue;
    return {
      state: this.client.state,
      missingTopics: this.client.missingTopics,
      unsubscribedTopics: this.client.unsubscribedTopics,
      partitions: partitions.length,
      lag: partitions.reduce((sum, { lag }) => sum + lag, 0),
      paused,
      stuck: this.stuck,
      overdue: this.overdue.count,
      missed: Number(this.notices.missedCount),
      unknownConfirmations: this.confirmations.unknown,
      deadLetterProblem: this.deadLetterProblem,
    };
  }

  /** Stops fetching, gives the flow a moment, commits what is confirmed and leaves the group. */
  async close(): Promise<void> {
    this.closing = true;
    this.commits.stop();
    this.overdue.stop();
    this.queue.close();
    this.client.pause(this.queue.partitions.map(({ place }) => place));
    const end = Date.now() + DRAIN_MS;
    while (this.queue.inFlight > 0 && Date.now() < end) await delay(DRAIN_STEP_MS);
    await Promise.race([this.commits.now(), delay(LAST_COMMIT_TIMEOUT_MS)]);
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

  rebalancing(): void {
    void this.commits.now();
  }

  missed(place: TopicPartition, from: string, to: string): void {
    this.notices.missed(place, from, to);
  }

  unsubscribed(topics: string[]): void {
    this.notices.unsubscribed(topics);
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
        this.deadLetterProblem = error;
      },
    });
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
