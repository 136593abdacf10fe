import { toError } from '../../shared/user-error';
import { isDamage, type DiskOperation, type OutboxDisk, type RefusedEntry } from './disk';
import { decodeRefusedKey, encodeRefusedKey } from './key';
import type { ProducerRecord } from '../record/entry';
import { decodeRecord, seal } from './record-codec';

/**
 * The records of an outbox that the broker has refused for what they are: nothing that was accepted is deleted for
 * that. They stand apart from the buffers, so that nothing waits behind them, until a person has them sent again or
 * discards them.
 */
export class RefusedRecords {
  count = 0;
  bytes = 0;
  private next = 0;
  /** those with smaller numbers have been counted: a write that failed may have been written all the same */
  private countedTo = 0;

  /** Counts what is on disk. @throws what makes the files unusable; where they are damaged, the rest is counted */
  async opened(disk: OutboxDisk): Promise<void> {
    let [count, bytes] = [0, 0];
    try {
      for await (const entries of disk.refused()) {
        for (const { key, place, value } of entries) {
          count++;
          bytes += key.length + value.length;
          this.countedTo = place.number + 1;
        }
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      // Others may be there that can't be seen: their numbers must not be given again.
      this.countedTo = Math.max(this.countedTo, Date.now() * 1000);
    }
    this.next = Math.max(this.next, this.countedTo);
    [this.count, this.bytes] = [count, bytes];
  }

  /** @returns what has to be written for one more; `written` follows when it has been */
  put(record: ProducerRecord): DiskOperation {
    const { topic, partition } = record;
    const key = encodeRefusedKey({ number: this.next++, topic, partition });
    return { type: 'put', key, value: seal(record.bytes, key) };
  }

  written(operations: readonly DiskOperation[]): void {
    for (const operation of operations) {
      if (operation.type !== 'put') continue;
      const number = decodeRefusedKey(operation.key)?.number ?? 0;
      if (number < this.countedTo) continue;
      this.countedTo = number + 1;
      this.count++;
      this.bytes += operation.key.length + operation.value.length;
    }
  }

  removed(entries: readonly RefusedEntry[]): void {
    for (const { key, value } of entries) {
      this.count--;
      this.bytes -= key.length + value.length;
    }
  }
}

/** @returns the record that was refused, or why it can't be read */
export function readRefused({ key, place, value }: RefusedEntry): ProducerRecord | Error {
  try {
    return decodeRecord(value, key, place.topic, place.partition);
  } catch (error) {
    return toError(error);
  }
}
