import type { Entry, PartitionBuffer } from '../store/partition-buffer';
import { PartitionBuffers } from '../store/partition-buffers';
import type { DiskOperation } from './disk';
import type { StorableRecord } from './group-commit-buffer';
import { encodeKey, type OutboxKey } from './key';
import type { OutboxListener } from './options';
import { UNASSIGNED, unassign } from '../record/partition';
import { seal } from './record-codec';
import { RefusedRecords } from './refused-records';

/** A record that is stored or about to be, with its place. */
export interface Placed {
  buffer: PartitionBuffer;
  entry: Entry;
}

/** What an outbox may hold in memory. */
export interface MemoryBounds {
  records: number;
  bytes: number;
}

/** The next records of a buffer, read back from disk. */
export interface ReadRecords {
  entries: Entry[];
  /** where the reading goes on */
  cursor: number;
  /** keys of entries that could not be made records again, with their bytes */
  unreadable: { key: Buffer; bytes: number }[];
  /** numbers that should have been there: unreadable, or gone without a trace */
  lost: number;
  /** why, if it is known */
  damage: Error | undefined;
}

/**
 * What an outbox holds, and what still has to be written about it. The oldest of each buffer are in memory too. All that
 * is counted of it, but for the refused records, is counted here alone.
 */
export class OutboxContents {
  readonly buffers = new PartitionBuffers();
  readonly refused = new RefusedRecords();
  private readonly stored = { count: 0, bytes: 0 };
  private readonly inMemory = { count: 0, bytes: 0 };
  private readonly gone = { dropped: 0, damaged: 0 };
  private readonly bytesByBuffer = new Map<PartitionBuffer, number>();
  /** to be written with the next group: deletions, and records that were refused */
  private pending: DiskOperation[] = [];

  /** @param onReady called for each buffer that has got something to send */
  constructor(
    private readonly memory: MemoryBounds,
    private readonly listener: Pick<OutboxListener, 'damaged'>,
    private readonly onReady: (buffer: PartitionBuffer) => void,
  ) {}

  /** records that wait or are being sent, and their bytes; those dropped or damaged since the start */
  get totals(): Readonly<{ count: number; bytes: number; dropped: number; damaged: number }> {
    return { ...this.stored, ...this.gone };
  }

  /** whether memory has no room for what could be read ahead */
  get memoryIsFull(): boolean {
    return this.inMemory.bytes >= this.memory.bytes;
  }

  get hasPending(): boolean {
    return this.pending.length > 0;
  }

  /** @returns the bytes on disk, with so many more */
  bytesWith(more: number): number {
    return this.stored.bytes + this.refused.bytes + more;
  }

  /** @returns what the records of a buffer take on disk */
  bytesOf(buffer: PartitionBuffer): number {
    return this.bytesByBuffer.get(buffer) ?? 0;
  }

  /** Hands out what is to be written with the next group. Where that fails it is given back. */
  takePending(): DiskOperation[] {
    const { pending } = this;
    this.pending = [];
    return pending;
  }

  giveBackPending(operations: DiskOperation[]): void {
    this.pending = operations.concat(this.pending);
  }

  /** While records of a topic wait for their partitions, later ones wait behind them. */
  keepBehindUnassigned(group: readonly StorableRecord[]): void {
    const waiting = new Set<string>();
    for (const { record } of group) {
      const { topic } = record;
      if (waiting.has(topic) || this.buffers.hasUnassigned(topic)) unassign(record);
      if (record.partition === UNASSIGNED) waiting.add(topic);
    }
  }

  /** Gives each record its buffer and number, and adds its write. */
  number(group: readonly StorableRecord[], operations: DiskOperation[]): Placed[] {
    const next = new Map<PartitionBuffer, number>();
    return group.map(({ record, bytes }) => {
      const buffer = this.buffers.get(record.topic, record.partition);
      const seq = next.get(buffer) ?? buffer.nextSeq;
      next.set(buffer, seq + 1);
      const key = encodeKey(buffer.topic, buffer.partition, seq);
      operations.push({ type: 'put', key, value: seal(record.bytes, key) });
      return { buffer, entry: { record, seq, bytes, key } };
    });
  }

  /** Adds stored records to their buffers: in memory too, while there is little and nothing older is on disk only. */
  appendAll(placed: readonly Placed[]): void {
    const ready = new Set<PartitionBuffer>();
    const { inMemory, memory } = this;
    for (const { buffer, entry } of placed) {
      this.count(buffer, 1, entry.bytes);
      const fits = inMemory.count < memory.records && inMemory.bytes < memory.bytes;
      if (buffer.append(entry, fits)) this.countInMemory(1, entry.bytes);
      ready.add(buffer);
    }
    for (const buffer of ready) this.onReady(buffer);
  }

  /** Adds what an earlier run has left, which is in its buffer already. */
  countLeftover({ topic, partition }: OutboxKey, bytes: number): void {
    this.count(this.buffers.get(topic, partition), 1, bytes);
  }

  /** Adds what was read back to a buffer. What is damaged is reported and given up. */
  readBack(buffer: PartitionBuffer, { entries, cursor, unreadable, lost, damage }: ReadRecords): void {
    buffer.readBack(entries, cursor);
    for (const { bytes } of entries) this.countInMemory(1, bytes);
    for (const { key, bytes } of unreadable) {
      this.pending.push({ type: 'del', key });
      this.count(buffer, -1, -bytes);
    }
    if (lost === 0 && !damage) return;
    this.giveUp(lost, damage ?? new Error('entries are missing'));
  }

  /** Says that so many records can't be read back. */
  giveUp(count: number, damage: Error): void {
    this.gone.damaged += count;
    this.listener.damaged(count, damage);
  }

  /** Gives up the oldest record of a buffer that is not in flight. @returns whether there was one */
  strike(buffer: PartitionBuffer): boolean {
    const entry = buffer.shift();
    if (entry) this.forget(buffer, entry);
    return entry !== undefined;
  }

  /** The same to make room. */
  drop(buffer: PartitionBuffer): void {
    if (this.strike(buffer)) this.gone.dropped++;
  }

  /** So many refused records have been deleted to make room. */
  droppedRefused(count: number): void {
    this.gone.dropped += count;
  }

  /** Records in flight have been acknowledged or refused; they leave the disk, or their place, with the next write. */
  retire(buffer: PartitionBuffer, entries: readonly Entry[], refused: boolean): void {
    buffer.settle(entries);
    for (const entry of entries) {
      if (refused) this.pending.push(this.refused.put(entry.record));
      this.forget(buffer, entry);
    }
  }

  /** Takes what a buffer has in memory out of it, to be moved; `moved` follows when they have been. */
  takeToMove(buffer: PartitionBuffer): Entry[] {
    const entries = buffer.takeAll();
    for (const { bytes } of entries) this.countInMemory(-1, -bytes);
    return entries;
  }

  moved(from: PartitionBuffer, entries: readonly Entry[], to: readonly Placed[]): void {
    for (const { bytes } of entries) this.count(from, -1, -bytes);
    this.appendAll(to);
  }

  /** Entries that were lost to damage are still counted; once nothing is left, that is put right. */
  settleCounts(): void {
    this.bytesByBuffer.clear();
    this.stored.count = 0;
    this.stored.bytes = 0;
  }

  private forget(buffer: PartitionBuffer, { key, seq, bytes }: Entry): void {
    this.pending.push({ type: 'del', key: key ?? encodeKey(buffer.topic, buffer.partition, seq) });
    this.count(buffer, -1, -bytes);
    this.countInMemory(-1, -bytes);
  }

  private count(buffer: PartitionBuffer, records: number, bytes: number): void {
    this.stored.count += records;
    this.stored.bytes += bytes;
    this.bytesByBuffer.set(buffer, this.bytesOf(buffer) + bytes);
  }

  private countInMemory(records: number, bytes: number): void {
    this.inMemory.count += records;
    this.inMemory.bytes += bytes;
  }
}
