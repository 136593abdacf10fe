import { UserError } from '../shared/user-error';
import { bodySize } from './batch-size';
import type { Accepted, Entry, Lane } from './lane';
import { Lanes } from './lanes';
import { UNASSIGNED, type ProducerRecord } from './record';
import type { RecordStore, StoreStats } from './record-store';

/** What an entry takes in memory beside its bytes. */
const ENTRY_OVERHEAD = 200;

/** Holds records in memory until the broker has acknowledged them: a message is done only then. */
export class MemoryStore implements RecordStore {
  onReady: (lane: Lane) => void = () => undefined;
  readonly lanes = new Lanes();
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
    const body = bodySize(record);
    const bytes = body + ENTRY_OVERHEAD;
    if (this.bytes + bytes > this.maxBytes) {
      accepted(new UserError('kafka-producer.errors.memory-full', { count: this.count }));
      return;
    }
    if (!record.pinned && this.lanes.hasUnassigned(record.topic)) record.partition = UNASSIGNED;
    const lane = this.lanes.get(record.topic, record.partition);
    this.count++;
    this.bytes += bytes;
    this.append(lane, { record, body, bytes, accepted });
    this.onReady(lane);
  }

  fill(lane: Lane): Promise<boolean> {
    return Promise.resolve(lane.queue.length > 0);
  }

  retire(lane: Lane, entries: readonly Entry[], error?: Error): void {
    lane.settle(entries);
    for (const entry of entries) this.finish(entry, error);
  }

  assign(lane: Lane, choose: (record: ProducerRecord) => number): Promise<void> {
    const targets = new Set<Lane>();
    for (let left = lane.queue.length; left > 0; left--) {
      const entry = lane.queue.shift();
      if (!entry) break;
      entry.record.partition = choose(entry.record);
      const target = this.lanes.get(lane.topic, entry.record.partition);
      this.append(target, entry);
      targets.add(target);
    }
    for (const target of targets) this.onReady(target);
    return Promise.resolve();
  }

  discard(topic: string): Promise<number> {
    const error = new UserError('kafka-producer.errors.discarded', { topic });
    let count = 0;
    for (const lane of this.lanes.of(topic)) {
      for (let entry = lane.queue.shift(); entry; entry = lane.queue.shift()) {
        this.finish(entry, error);
        count++;
      }
    }
    return Promise.resolve(count);
  }

  stats(): StoreStats {
    const { count, bytes } = this;
    return { count, bytes, oldest: this.lanes.oldest(), dropped: 0, damaged: 0, refused: 0 };
  }

  /** What has not been acknowledged by now is given back with an error. */
  close(): Promise<void> {
    this.closed = true;
    const error = new UserError('kafka-producer.errors.not-sent');
    for (const lane of this.lanes) {
      lane.putBack();
      for (let entry = lane.queue.shift(); entry; entry = lane.queue.shift()) entry.accepted?.(error);
    }
    return Promise.resolve();
  }

  private finish(entry: Entry, error?: Error): void {
    this.count--;
    this.bytes -= entry.bytes;
    entry.accepted?.(error);
  }

  private append(lane: Lane, entry: Omit<Entry, 'seq'>): void {
    lane.queue.push({ ...entry, seq: lane.nextSeq++ });
    lane.cursor = lane.nextSeq;
  }
}
