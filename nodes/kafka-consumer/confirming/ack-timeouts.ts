import type { PipelineMessage } from '../../shared/messages';
import { UserError } from '../../shared/user-error';
import type { ConsumerSettings } from '../config';
import type { DeliveryQueue } from '../delivery/delivery-queue';
import type { Delivery, PartitionQueue } from '../delivery/partition-queue';

const MAX_INTERVAL_MS = 1_000;

export interface OverdueListener {
  report(error: Error, about: PipelineMessage): void;
  handOnAgain(queue: PartitionQueue, delivery: Delivery): void;
  /** it has been handed on as often as the setting allows */
  giveUp(queue: PartitionQueue, delivery: Delivery): void;
}

/** Looks for deliveries that the flow has had for too long, save those that somebody says to hold. */
export class AckTimeouts {
  /** deliveries that were not confirmed in time and still are not */
  count = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: Pick<ConsumerSettings, 'confirmTimeoutMs' | 'onUnconfirmed' | 'maxTries'>,
    private readonly queue: DeliveryQueue,
    private readonly listener: OverdueListener,
  ) {}

  start(): void {
    const { confirmTimeoutMs } = this.settings;
    if (confirmTimeoutMs === Infinity) return;
    this.timer = setInterval(() => this.look(), Math.min(MAX_INTERVAL_MS, confirmTimeoutMs / 4));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    if (this.queue.paused) return;
    const before = performance.now() - this.settings.confirmTimeoutMs;
    this.count = 0;
    for (const queue of this.queue.partitions) {
      const late = queue.withFlow().filter(({ handedOnAt, held }) => !held && handedOnAt <= before);
      const isNews = (delivery: Delivery): boolean =>
        delivery.overdue === 0 || this.settings.onUnconfirmed !== 'report';
      const first = late.find(isNews);
      if (first) this.report(queue, first, late);
      for (const delivery of late) this.treat(queue, delivery);
      this.count += queue.tries().size;
    }
  }

  private report({ place }: PartitionQueue, { offset }: Delivery, late: readonly Delivery[]): void {
    const { topic, partition } = place;
    const count = late.reduce((sum, { records }) => sum + records.length, 0);
    const seconds = this.settings.confirmTimeoutMs / 1_000;
    this.listener.report(
      new UserError('kafka-consumer.errors.unconfirmed', { topic, partition, offset, count, seconds }),
      { topic, kafka: { topic, partition, offset } },
    );
  }

  private treat(queue: PartitionQueue, delivery: Delivery): void {
    const { onUnconfirmed, maxTries } = this.settings;
    if (onUnconfirmed === 'report') {
      delivery.overdue = 1;
      return;
    }
    delivery.overdue++;
    if (onUnconfirmed === 'dead-letter' && delivery.overdue >= maxTries)
      this.listener.giveUp(queue, delivery);
    else this.listener.handOnAgain(queue, delivery);
  }
}
