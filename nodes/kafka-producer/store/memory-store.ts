import { UserError } from '../../shared/user-error';
import type { Accepted, Entry, PartitionBuffer } from './partition-buffer';
import { PartitionBuffers } from './partition-buffers';
import { unassign } from '../record/partition';
import { bodyLength, type ProducerRecord } from '../record/entry';
import type { RecordStore, StoreStats } from './record-store';

/** What an entry takes in memory beside its bytes. */
const ENTRY_OVERHEAD = 200;

/** Holds records in memory until the broker has acknowledged them: a message is done only then. */
export class MemoryStore implements RecordStore {
  onReady: (buffer: PartitionBuffer) => void = () => undefined;
  readonly buffers = new PartitionBuffers();
  private count = 0;
  private bytes = 0;
  private closed = false;

  /** @param maxBytes beyond this, new records are refused */
  constructor(private readonly maxBytes: number) {}

  put(record: ProducerRecord, accepted: Accepted): void {
    if (this.closed) {
      accepted(new UserError('kafka-producer.errors.closed'));
      return;
    }
    const bytes = bodyLength(record) + ENTRY_OVERHEAD;
    if (this.bytes + bytes > this.maxBytes) {
      accepted(new UserError('kafka-producer.errors.memory-full', { count: this.count }));
      return;
    }
    if (this.buffers.hasUnassigned(record.topic)) unassign(record);
    const buffer = this.buffers.get(record.topic, record.partition);
    this.count++;
    this.bytes += bytes;
    this.append(buffer, { record, bytes, accepted });
    this.onReady(buffer);
  }

  fill(buffer: PartitionBuffer): Promise<boolean> {
    return Promise.resolve(buffer.length > 0);
  }

  retire(buffer: PartitionBuffer, entries: readonly Entry[], error?: Error): void {
    buffer.settle(entries);
    for (const entry of entries) this.finish(entry, error);
  }

  assign(buffer: PartitionBuffer, choose: (record: ProducerRecord) => number): Promise<void> {
    const targets = new Set<PartitionBuffer>();
    for (const entry of buffer.takeAll()) {
      entry.record.partition = choose(entry.record);
      const target = this.buffers.get(buffer.topic, entry.record.partition);
      this.append(target, entry);
      targets.add(target);
    }
    for (const target of targets) this.onReady(target);
    return Promise.resolve();
  }

  discard(topic: string): Promise<number> {
    const error = new UserError('kafka-producer.errors.discarded', { topic });
    let count = 0;
    for (const buffer of this.buffers.of(topic)) {
      for (let entry = buffer.shift(); entry; entry = buffer.shift()) {
        this.finish(entry, error);
        count++;
      }
    }
    return Promise.resolve(count);
  }

  stats(): StoreStats {
    const { count, bytes } = this;
    return { count, bytes, oldest: this.buffers.oldest(), dropped: 0, damaged: 0, refused: 0 };
  }

  /** What has not been acknowledged by now is given back with an error. */
  close(): Promise<void> {
    this.closed = true;
    const error = new UserError('kafka-producer.errors.not-sent');
    for (const buffer of this.buffers) {
      buffer.putBack();
      for (let entry = buffer.shift(); entry; entry = buffer.shift()) entry.accepted?.(error);
    }
    return Promise.resolve();
  }

  private finish(entry: Entry, error?: Error): void {
    this.count--;
    this.bytes -= entry.bytes;
    entry.accepted?.(error);
  }

  private append(buffer: PartitionBuffer, entry: Omit<Entry, 'seq'>): void {
    buffer.append({ ...entry, seq: buffer.nextSeq }, true);
  }
}
