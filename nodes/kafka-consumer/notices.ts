import type { TopicPartition } from '../kafka-cluster/types';
import type { PipelineMessage } from '../shared/messages';
import { UserError, shorten } from '../shared/user-error';
import { missedMessage } from './message';
import type { Delivery, PartitionQueue } from './partition-queue';

/** How a person is told. */
export interface NoticeOutputs {
  /** the second output */
  sendAside(message: PipelineMessage, error: UserError): void;
  report(error: Error, about?: PipelineMessage): void;
}

/** Tells what a person should know of the reading: records that are gone or stuck, topics that nobody reads. */
export class Notices {
  /** records that retention has taken before they were read */
  missedCount = 0n;
  private toldTopics = '';

  constructor(
    private readonly groupId: string,
    private readonly outputs: NoticeOutputs,
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
    this.outputs.sendAside(
      missedMessage(place, from, to, {
        message: '',
        reason: 'missed',
        ...(count > 0n ? { missed: Number(count) } : {}),
      }),
      error,
    );
  }

  /** The group's leader has assigned these topics here too, though this consumer does not read them. Told once. */
  unsubscribed(topics: readonly string[]): void {
    const names = topics.join(', ');
    if (names === this.toldTopics) return;
    this.toldTopics = names;
    const params = { topics: shorten(names), group: this.groupId };
    this.outputs.report(new UserError('kafka-consumer.errors.unsubscribed', params));
  }

  /** A partition is paused until this delivery is confirmed. */
  stuck({ place, ahead }: PartitionQueue, { offset, fetchedAt }: Delivery): void {
    const { topic, partition } = place;
    const seconds = Math.round((Date.now() - fetchedAt) / 1_000);
    const error = new UserError('kafka-consumer.errors.stuck', { topic, partition, offset, ahead, seconds });
    this.outputs.report(error, { topic, kafka: { topic, partition, offset } });
  }
}
