import type { BlockedPlace, RefusedPartition, TopicPartition } from '../kafka-cluster/types';
import type { RegistryProblem } from '../schema-registry/types';
import type { PipelineMessage } from '../shared/messages';
import { UserError, shorten } from '../shared/user-error';
import { missedMessage } from './delivery/message';
import type { Delivery, PartitionQueue } from './delivery/partition-queue';

/** A registry that is away for so long is worth a message. */
const LASTING_MS = 2_000;

/** How a person is told. */
export interface ReportListener {
  /** the second output */
  sendAside(message: PipelineMessage, error: UserError): void;
  report(error: Error, about?: PipelineMessage): void;
  /** for the log alone: what passes by itself */
  warn(warning: UserError): void;
}

/** Tells what a person should know of the reading: records that are gone or stuck, topics that nobody reads. */
export class Reports {
  /** records that retention has taken before they were read */
  missedCount = 0n;
  private toldTopics = '';
  private withoutLeader = '';
  private toldMissing = '';
  private toldUnseen = '';
  /** what brokers refuse, by topic and reason */
  private toldRefused = new Set<string>();
  /** since when the registry is away that was told of */
  private toldRegistry: number | undefined;
  /** by partition: the offset that was told */
  private toldBlocked = new Map<string, string>();

  constructor(
    private readonly groupId: string,
    private readonly listener: ReportListener,
  ) {}

  /** Reading goes on at `to` and not at `from`. */
  missed(place: TopicPartition, from: string, to: string): void {
    const count = BigInt(to) - BigInt(from);
    if (count > 0n) this.missedCount += count;
    const { topic, partition } = place;
    const error =
      count > 0n
        ? new UserError('kafka-consumer.errors.missed', { topic, partition, count: String(count), from, to })
        : new UserError('kafka-consumer.errors.made-again', { topic, partition, from, to });
    this.listener.sendAside(
      missedMessage(place, from, to, {
        message: '',
        ...(count > 0n ? { reason: 'missed', missed: Number(count) } : { reason: 'made-again' }),
      }),
      error,
    );
  }

  /** These partitions wait in front of what can't be read here. Each place is told once. */
  blocked(places: readonly BlockedPlace[]): void {
    const told = this.toldBlocked;
    this.toldBlocked = new Map(
      places.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]),
    );
    for (const { topic, partition, offset, codec } of places) {
      if (told.get(`${topic}/${partition}`) === offset) continue;
      const error = new UserError('kafka-consumer.errors.blocked', { topic, partition, offset, codec });
      this.listener.report(error, { topic, kafka: { topic, partition, offset } });
    }
  }

  /** The group's leader has assigned these topics here too, though this consumer does not read them. Told once. */
  unsubscribed(topics: readonly string[]): void {
    const names = topics.join(', ');
    if (names === this.toldTopics) return;
    this.toldTopics = names;
    const params = { topics: shorten(names), group: this.groupId };
    this.listener.report(new UserError('kafka-consumer.errors.unsubscribed', params));
  }

  /** The group begins at the end of these topics, as it is set to, since it has no offset there. */
  skipped(topics: readonly { topic: string; count: number }[]): void {
    for (const { topic, count } of topics) {
      const params = { group: this.groupId, topic, count };
      this.listener.warn(new UserError('kafka-consumer.errors.begins-at-end', params));
    }
  }

  /** Partitions wait for schemas. Told once each time that lasts. */
  registry(problem: RegistryProblem | undefined): void {
    if (!problem || Date.now() - problem.since < LASTING_MS || this.toldRegistry === problem.since) return;
    this.toldRegistry = problem.since;
    this.listener.report(problem.error);
  }

  /** These topics do not exist yet. Told once for each set of them; none forgets what was told. */
  missing(topics: readonly string[]): void {
    const names = shorten(topics.join(', '));
    if (names === this.toldMissing) return;
    this.toldMissing = names;
    if (names !== '')
      this.listener.warn(new UserError('kafka-consumer.errors.topic-awaited', { topics: names }));
  }

  /** These topics do not exist, or the user may not see them. Told once for each set of them; none forgets what was told. */
  unseen(topics: readonly string[]): void {
    const names = shorten(topics.join(', '));
    if (names === this.toldUnseen) return;
    this.toldUnseen = names;
    if (names !== '')
      this.listener.report(new UserError('kafka-consumer.errors.topic-unseen', { topics: names }));
  }

  /** Nobody leads these partitions. Told when that begins, and of those that somebody was seen to lead again. */
  leaderless(places: readonly TopicPartition[], led: readonly TopicPartition[]): void {
    if (led.length > 0)
      this.listener.warn(new UserError('kafka-consumer.errors.led-again', { partitions: namesOf(led) }));
    const partitions = namesOf(places);
    if (partitions === this.withoutLeader) return;
    this.withoutLeader = partitions;
    if (partitions !== '')
      this.listener.warn(new UserError('kafka-consumer.errors.leaderless', { partitions }));
  }

  /**
   * Brokers refuse these partitions. Told once for a topic and a reason, and of those that were seen to be given again; to the
   * log alone where only their leader can't be reached.
   */
  refused(places: readonly RefusedPartition[], given: readonly RefusedPartition[]): void {
    if (given.length > 0)
      this.listener.warn(new UserError('kafka-consumer.errors.given-again', { partitions: namesOf(given) }));
    const before = this.toldRefused;
    this.toldRefused = new Set();
    for (const { topic, partition, error: cause, passes } of places) {
      const about = `${topic}\n${cause.message}`;
      if (this.toldRefused.has(about)) continue;
      this.toldRefused.add(about);
      if (before.has(about)) continue;
      const alike = places.filter(({ topic: of, error }) => of === topic && error.message === cause.message);
      const params = { partitions: namesOf(alike), reason: cause.message };
      const error = new UserError('kafka-consumer.errors.refused', params, { cause });
      if (passes) this.listener.warn(error);
      else this.listener.report(error, { topic, kafka: { topic, partition } });
    }
  }

  /** A partition is paused until this delivery is confirmed. */
  stuck({ place, ahead }: PartitionQueue, { offset, fetchedAt }: Delivery): void {
    const { topic, partition } = place;
    const seconds = Math.round((Date.now() - fetchedAt) / 1_000);
    const error = new UserError('kafka-consumer.errors.stuck', { topic, partition, offset, ahead, seconds });
    this.listener.report(error, { topic, kafka: { topic, partition, offset } });
  }
}

function namesOf(places: readonly TopicPartition[]): string {
  return shorten(places.map(({ topic, partition }) => `${topic}/${partition}`).join(', '));
}
