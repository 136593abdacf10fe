import { bodySize } from './batch-size';
import type { Entry, Lane } from './lane';
import { Lanes } from './lanes';
import { Books } from './outbox-books';
import type { DiskOperation, OutboxDisk } from './outbox-disk';
import type { StorableRecord } from './outbox-intake';
import { encodeKey } from './outbox-key';
import type { OutboxEvents } from './outbox-options';
import { readLane } from './outbox-reader';
import { UNASSIGNED } from './record';
import { seal } from './record-codec';
import { RefusedRecords } from './refused-records';

/** A record that is stored or about to be, with its place. */
export interface Placed {
  lane: Lane;
  entry: Entry;
}

/** What an outbox may hold in memory. */
export interface MemoryBounds {
  records: number;
  bytes: number;
}

/** What an outbox holds, and what still has to be written about it. The oldest of each lane are in memory too. */
export class OutboxContents {
  readonly lanes = new Lanes();
  readonly books = new Books();
  readonly refused = new RefusedRecords();
  /** to be written with the next group: deletions, and records that were refused */
  pending: DiskOperation[] = [];

  /** @param onReady called for each lane that has got something to send */
  constructor(
    private readonly memory: MemoryBounds,
    private readonly events: Pick<OutboxEvents, 'damaged'>,
    private readonly onReady: (lane: Lane) => void,
  ) {}

  /** @returns whether memory has no room for what could be read ahead */
  get memoryIsFull(): boolean {
    return this.books.memoryBytes >= this.memory.bytes;
  }

  /** @returns the bytes on disk, with so many more */
  bytesWith(more: number): number {
    return this.books.bytes + this.refused.bytes + more;
  }

  /** While records of a topic wait for their partitions, later ones wait behind them. */
  keepBehindUnassigned(group: readonly StorableRecord[]): void {
    const waiting = new Set<string>();
    for (const { record } of group) {
      if (record.pinned) continue;
      const { topic } = record;
      if (waiting.has(topic) || this.lanes.hasUnassigned(topic)) record.partition = UNASSIGNED;
      if (record.partition === UNASSIGNED) waiting.add(topic);
    }
  }

  /** Gives each record its lane and number, and adds its write. */
  number(group: readonly StorableRecord[], operations: DiskOperation[]): Placed[] {
    const next = new Map<Lane, number>();
    return group.map(({ record, value, bytes }) => {
      const lane = this.lanes.get(record.topic, record.partition);
      const seq = next.get(lane) ?? lane.nextSeq;
      next.set(lane, seq + 1);
      const key = encodeKey(lane.topic, lane.partition, seq);
      operations.push({ type: 'put', key, value: seal(value, key) });
      return { lane, entry: { record, seq, bytes, key, body: bodySize(record) } };
    });
  }

  /** Adds stored records to their lanes: in memory too, while there is little and nothing older is on disk only. */
  appendAll(stored: readonly Placed[]): void {
    const ready = new Set<Lane>();
    for (const { lane, entry } of stored) {
      this.books.stored(lane, entry);
      const fits = this.books.memoryCount < this.memory.records && this.books.memoryBytes < this.memory.bytes;
      const keep = !lane.spilled && (fits || lane.queue.length === 0);
      lane.nextSeq = entry.seq + 1;
      if (keep) {
        lane.cursor = lane.nextSeq;
        this.keepInMemory(lane, entry);
      }
      ready.add(lane);
    }
    for (const lane of ready) this.onReady(lane);
  }

  /** Reads the next records of a lane from disk into its queue. What is damaged is reported and given up. */
  async readNext(lane: Lane, disk: OutboxDisk): Promise<void> {
    const { entries, cursor, unreadable, lost, damage } = await readLane(lane, disk);
    for (const entry of entries) this.keepInMemory(lane, entry);
    for (const entry of unreadable) {
      this.pending.push({ type: 'del', key: entry.key });
      this.books.removed(lane, entry);
    }
    lane.cursor = cursor;
    if (lost === 0 && !damage) return;
    this.giveUp(lost, damage ?? new Error('entries are missing'));
  }

  /** Says that so many records can't be read back. */
  giveUp(count: number, damage: Error): void {
    this.books.damaged += count;
    this.events.damaged(count, damage);
  }

  /** Gives up the oldest record of a lane that is not in flight. @returns whether there was one */
  strike(lane: Lane): boolean {
    const entry = lane.queue.shift();
    if (entry) this.forget(lane, entry);
    return entry !== undefined;
  }

  /** Strikes a record out of the books; it leaves the disk with the next write. */
  forget(lane: Lane, entry: Entry): void {
    this.pending.push({ type: 'del', key: entry.key ?? encodeKey(lane.topic, lane.partition, entry.seq) });
    this.books.removed(lane, entry);
    this.books.outOfMemory(entry);
  }

  private keepInMemory(lane: Lane, entry: Entry): void {
    lane.queue.push(entry);
    this.books.intoMemory(entry);
  }
}
