import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingRecord, TopicPartition } from '../../kafka-cluster/types';
import type { PipelineMessage } from '../../shared/messages';
import { UserError, toError } from '../../shared/user-error';
import type { DeadLetters } from './dead-letters';
import type { Rejection } from '../delivery/decode';
import { asideMessage, type DeadLetterPlace } from '../delivery/message';
import type { Delivery, PartitionQueue } from '../delivery/partition-queue';

/** A dead letter that its topic refuses is tried again after this time; somebody may have changed the topic. */
const REFUSED_LETTER_RETRY_MS = 30_000;

export interface SetAsideListener {
  /** the second output */
  send(message: PipelineMessage, error: UserError): void;
  report(error: Error, about: PipelineMessage): void;
  /** a record is safe where it was put: its delivery may be done now */
  settle(queue: PartitionQueue, delivery: Delivery): void;
}

/** Puts records aside: first into the dead letters, then to the second output; only then they count as done. */
export class SetAside {
  private readonly closing = new AbortController();

  /** @param deadLetters none where the setting says so */
  constructor(
    private readonly deadLetters: DeadLetters | undefined,
    private readonly listener: SetAsideListener,
  ) {}

  /** Puts all records of a delivery's message aside that are not already. */
  all(queue: PartitionQueue, delivery: Delivery, rejection: Rejection): void {
    const { from, to } = delivery;
    for (let index = from; index < to; index++) this.one(queue, delivery, index, rejection);
  }

  /** Puts one record of a delivery aside, unless it is already. */
  one(queue: PartitionQueue, delivery: Delivery, index: number, rejection: Rejection): void {
    delivery.aside ??= new Set();
    const record = delivery.records[index];
    if (!record || delivery.aside.has(index)) return;
    delivery.aside.add(index);
    delivery.asidePending++;
    this.write(queue.place, record, rejection).then(
      (letter) => {
        try {
          this.send(queue.place, record, rejection, letter);
        } catch (error) {
          // Nobody may have its message, but its place is known, and its dead letter if there is one.
          this.listener.report(toError(error), aboutOf(queue.place, record));
        }
        delivery.asidePending--;
        this.listener.settle(queue, delivery);
      },
      (error: unknown) => {
        // Closing: the record is not confirmed and will be fetched again.
        if (!this.closing.signal.aborted) this.listener.report(toError(error), aboutOf(queue.place, record));
      },
    );
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.deadLetters?.close();
  }

  /** @returns where the dead letter stands; nothing where there are none */
  private async write(
    place: TopicPartition,
    record: IncomingRecord,
    rejection: Rejection,
  ): Promise<DeadLetterPlace | undefined> {
    const { signal } = this.closing;
    for (;;) {
      try {
        return await this.deadLetters?.put(place, record, rejection);
      } catch (cause) {
        signal.throwIfAborted();
        const { topic, partition } = place;
        const params = { topic, partition, offset: record.offset, reason: toError(cause).message };
        const error = new UserError('kafka-consumer.errors.dead-letter-refused', params, { cause });
        this.listener.report(error, aboutOf(place, record));
        await sleep(REFUSED_LETTER_RETRY_MS, undefined, { signal });
      }
    }
  }

  private send(
    place: TopicPartition,
    record: IncomingRecord,
    { reason, detail }: Rejection,
    deadLetter: DeadLetterPlace | undefined,
  ): void {
    const { topic, partition } = place;
    const params = { topic, partition, offset: record.offset, detail };
    const error = new UserError(`kafka-consumer.errors.aside-${reason}`, params);
    const shown = { message: detail, reason, ...(deadLetter ? { deadLetter } : {}) };
    this.listener.send(asideMessage(place, record, shown), error);
  }
}

function aboutOf({ topic, partition }: TopicPartition, { offset }: IncomingRecord): PipelineMessage {
  return { topic, kafka: { topic, partition, offset } };
}
