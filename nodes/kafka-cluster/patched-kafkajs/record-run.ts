import type { Message } from 'kafkajs';
import type { OutgoingRecord } from '../types';

/**
 * The records of one send, which all go to one partition, in the place of the array of messages that kafkajs takes. On
 * its way to produceRequest kafkajs looks at no more of it than this:
 * - `find`, for a message without a value: there is none;
 * - `reduce`, to sort messages by partition. It would copy, for each message, all those before it: half a million copies
 *   for a thousand messages. The outcome is known beforehand;
 * - `length`, to number the records.
 */
export class RecordRun {
  constructor(
    private readonly partition: number,
    readonly records: readonly OutgoingRecord[],
  ) {}

  get length(): number {
    return this.records.length;
  }

  find(): undefined {
    return undefined;
  }

  reduce(): Record<number, RecordRun> {
    return { [this.partition]: this };
  }

  /** @returns the same as kafkajs's types have it */
  get asMessages(): Message[] {
    return this as unknown as Message[];
  }
}
