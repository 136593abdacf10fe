import type {
  ClusterConsumer,
  ConsumerListener,
  ConsumerState,
  FetchedBatch,
  IncomingRecord,
  KafkaCluster,
  PartitionOffset,
  SeekTarget,
  TopicPartition,
} from '../kafka-cluster/types';
import {
  deliveryId,
  registerOwner,
  unregisterOwner,
  type DeliveryOwner,
  type DeliveryParts,
} from '../shared/deliveries';
import type { PipelineMessage } from '../shared/messages';
import { UserError, shorten, toError } from '../shared/user-error';
import { Commits } from './commits';
import type { ConsumerSettings } from './config';
import { DeadLetters } from './dead-letters';
import { Fault, decode } from './decode';
import { DeliveryQueue } from './delivery-queue';
import { batchMessage, missedMessage, recordMessage } from './message';
import { OverdueWatch } from './overdue';
import { PartsLedger } from './parts-ledger';
import type { Delivery, PartitionQueue } from './partition-queue';
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
export class RecordConsumer implements ConsumerListener, DeliveryOwner {
  private readonly client: ClusterConsumer;
  private readonly queue: DeliveryQueue;
  /** pieces of split messages that are confirmed, and that are held */
  private readonly confirmedParts = new PartsLedger();
  private readonly heldParts = new PartsLedger();
  private readonly aside: SetAside;
  private readonly commits: Commits;
  private readonly overdue: OverdueWatch;
  /** begins the ids of the deliveries that this very consumer gives out; partition and number follow */
  private readonly prefix: string;
  private readonly handedOn: { queue: PartitionQueue; delivery: Delivery }[] = [];
  private handsOn = false;
  private closing = false;
  private missedCount = 0n;
  private unknownConfirmations = 0;
  /** of others, that have been reported as assigned here */
  private reportedTopics = '';
  private deadLetterProblem: Error | undefined;

  /**
   * @param id the node's: begins the delivery ids that it gives out
   */
  constructor(
    private readonly id: string,
    private readonly settings: ConsumerSettings,
    cluster: KafkaCluster,
    private readonly events: ConsumerEvents,
  ) {
    const instance = Math.random().toString(36).slice(2, 8) + Date.now().toString(36);
    this.prefix = deliveryId(id, `${instance}.`);
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
        handOn: (partition, delivery) => this.handOn(partition, delivery),
        pause: (partition) => this.client.pause([partition]),
        resume: (partition) => this.client.resume([partition]),
        stuck: (partition, delivery) => this.reportStuck(partition, delivery),
      },
    );
    const report = (error: Error, about?: PipelineMessage): void => events.report(error, about);
    this.commits = new Commits(groupId, this.queue, this.client, report);
    this.aside = new SetAside(deadLetterTopic && this.createDeadLetters(cluster, deadLetterTopic), {
      report,
      send: (message, error) => events.sendAside(message, error),
      settle: (queue, delivery) => this.settle(queue, delivery),
    });
    this.overdue = new OverdueWatch(settings, this.queue, {
      report,
      handOnAgain: (queue, delivery) => {
        this.forgetParts(this.idOf(queue, delivery));
        this.queue.handOnAgain(queue, delivery);
      },
      giveUp: (queue, delivery) => {
        const fault = new Fault('unconfirmed', `not confirmed in ${settings.maxTries} tries`);
        this.aside.all(queue, delivery, fault);
        this.flowIsDone(queue, delivery);
      },
    });
  }

  start(): void {
    registerOwner(this.id, this);
    this.commits.start();
    this.overdue.start();
    this.client.start();
  }

  /** Who confirms: the flow, or the handing on by itself. */
  confirmsByHandingOn(handsOn: boolean): void {
    this.handsOn = handsOn;
  }

  /** After a deploy: what the flow has not confirmed is handed on once more, since a node that held it may be gone. */
  deployed(): void {
    this.clearParts();
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
      missed: Number(this.missedCount),
      unknownConfirmations: this.unknownConfirmations,
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
    unregisterOwner(this.id, this);
    const results = await Promise.allSettled([this.client.close(), this.aside.close()]);
    for (const result of results) if (result.status === 'rejected') throw toError(result.reason);
  }

  // What the consumer client calls.

  assigned(generation: number, partitions: TopicPartition[]): void {
    this.clearParts();
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
    const count = BigInt(to) - BigInt(from);
    if (count > 0n) this.missedCount += count;
    const { topic, partition } = place;
    const error =
      count > 0n
        ? new UserError('kafka-consumer.errors.missed', { topic, partition, count: String(count), from, to })
        : new UserError('kafka-consumer.errors.made-again', { topic, partition, from, to });
    this.events.sendAside(
      missedMessage(place, from, to, {
        message: '',
        reason: 'missed',
        ...(count > 0n ? { missed: Number(count) } : {}),
      }),
      error,
    );
  }

  unsubscribed(topics: string[]): void {
    const names = topics.join(', ');
    if (names === this.reportedTopics) return;
    this.reportedTopics = names;
    const params = { topics: shorten(names), group: this.settings.groupId };
    this.events.report(new UserError('kafka-consumer.errors.unsubscribed', params));
  }

  // What whoever has handled a message calls.

  confirm(id: string, parts?: DeliveryParts): void {
    const found = this.find(id);
    if (!found) this.unknownConfirmations++;
    else if (!parts) this.flowIsDone(found.queue, found.delivery);
    else for (const complete of this.confirmedParts.arrive(id, parts)) this.confirm(complete);
  }

  hold(id: string, parts?: DeliveryParts): void {
    const found = this.find(id);
    if (!found) return;
    if (!parts) found.delivery.held = true;
    else for (const complete of this.heldParts.arrive(id, parts)) this.hold(complete);
  }

  reject(id: string, reason: Error, parts?: DeliveryParts): void {
    const found = this.find(id);
    if (!found) {
      this.unknownConfirmations++;
      return;
    }
    const { queue, delivery } = found;
    const fault = new Fault('rejected', reason.message);
    const piece = pieceOf(delivery, parts);
    if (piece === undefined) {
      this.aside.all(queue, delivery, fault);
      this.flowIsDone(queue, delivery);
    } else {
      this.aside.one(queue, delivery, piece, fault);
      this.confirm(id, parts);
    }
  }

  private find(id: string): { queue: PartitionQueue; delivery: Delivery } | undefined {
    if (!id.startsWith(this.prefix)) return undefined;
    const end = id.indexOf('.', this.prefix.length);
    return this.queue.find(Number(id.slice(this.prefix.length, end)), Number(id.slice(end + 1)));
  }

  private idOf(queue: PartitionQueue, delivery: Delivery): string {
    return `${this.prefix}${queue.slot}.${delivery.number}`;
  }

  private handOn(queue: PartitionQueue, delivery: Delivery): void {
    const { output } = this.settings;
    const payload: unknown[] = [];
    for (const [index, record] of delivery.records.entries()) {
      if (delivery.aside?.has(index)) continue;
      const value = decode(record.value, output);
      if (value instanceof Fault) this.aside.one(queue, delivery, index, value);
      else payload.push(value);
    }
    if (payload.length === 0) {
      this.flowIsDone(queue, delivery);
      return;
    }
    const { aside } = delivery;
    const indexes = aside && Array.from(delivery.records.keys()).filter((index) => !aside.has(index));
    delivery.handedOn = indexes;
    const records = indexes ? indexes.map((index) => delivery.records[index]!) : delivery.records;
    this.events.send(this.messageOf(queue, delivery, records, payload));
    if (this.handsOn) this.confirmSoon(queue, delivery);
  }

  private messageOf(
    queue: PartitionQueue,
    delivery: Delivery,
    records: readonly IncomingRecord[],
    payload: unknown[],
  ): PipelineMessage {
    const id = this.idOf(queue, delivery);
    const [record] = records;
    return this.settings.mode === 'single' && record
      ? recordMessage(queue.place, record, payload[0], id)
      : batchMessage(queue.place, records, payload, id);
  }

  /** Confirms once the nodes behind the wires have had their turn: no more is handed on than they take. */
  private confirmSoon(queue: PartitionQueue, delivery: Delivery): void {
    this.handedOn.push({ queue, delivery });
    if (this.handedOn.length > 1) return;
    setImmediate(() => {
      for (const done of this.handedOn.splice(0)) this.flowIsDone(done.queue, done.delivery);
    });
  }

  private flowIsDone(queue: PartitionQueue, delivery: Delivery): void {
    delivery.flowIsDone = true;
    this.settle(queue, delivery);
  }

  private settle(queue: PartitionQueue, delivery: Delivery): void {
    if (!this.queue.settle(queue, delivery)) return;
    if (this.confirmedParts.size > 0 || this.heldParts.size > 0) this.forgetParts(this.idOf(queue, delivery));
  }

  private forgetParts(id: string): void {
    this.confirmedParts.forget(id);
    this.heldParts.forget(id);
  }

  private clearParts(): void {
    this.confirmedParts.clear();
    this.heldParts.clear();
  }

  private reportStuck({ place, ahead }: PartitionQueue, { offset, fetchedAt }: Delivery): void {
    const { topic, partition } = place;
    const seconds = Math.round((Date.now() - fetchedAt) / 1_000);
    const error = new UserError('kafka-consumer.errors.stuck', { topic, partition, offset, ahead, seconds });
    this.events.report(error, { topic, kafka: { topic, partition, offset } });
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

/**
 * @returns the index of the record that a piece of a split message is; undefined when the pieces are not the records
 *   of the delivery
 */
function pieceOf({ records, handedOn }: Delivery, parts: DeliveryParts | undefined): number | undefined {
  if (parts?.index === undefined || parts.parts || records.length < 2) return undefined;
  if (parts.count !== (handedOn ?? records).length) return undefined;
  return handedOn ? handedOn[parts.index] : parts.index;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
