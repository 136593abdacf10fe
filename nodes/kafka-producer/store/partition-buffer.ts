import type { BatchFiller } from '../record/batch-size';
import { Queue } from './queue';
import { bodyLength, type ProducerRecord } from '../record/entry';

/** Called once: without an error when the message is done, with it when the record will not be sent. */
export type Accepted = (error?: Error) => void;

/** A record in a buffer. */
export interface Entry {
  readonly record: ProducerRecord;
  /** its number in the buffer, without a gap from one to the next */
  readonly seq: number;
  /** what it counts against the store's bound */
  readonly bytes: number;
  /** its key on disk, where it is there */
  readonly key?: Buffer;
  /** where the message is done only with the broker's acknowledgement */
  readonly accepted?: Accepted;
}

/** The numbers of the first and the last record of a partition on disk. */
export interface DiskRange {
  first: number;
  last: number;
}

/**
 * The records of one partition of one topic, in order: those in flight, those in memory, and from `cursor` on those that
 * are on disk only, if there are any. It alone moves these bounds; where the records are counted and written, others
 * know. A buffer with the partition UNASSIGNED holds those of a topic that is not known yet.
 */
export class PartitionBuffer {
  /** the sender's: a loop that sends it is running */
  busy = false;
  /** the sender's: what has to change before it can be sent, about its topic or about this one partition of it */
  blocked: 'topic' | 'partition' | undefined;
  private readonly queue = new Queue<Entry>();
  private taken: readonly Entry[] = [];
  private readTo = 0;
  private end = 0;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** taken out of memory and not yet acknowledged */
  get inFlight(): readonly Entry[] {
    return this.taken;
  }

  /** how many are in memory and not in flight */
  get length(): number {
    return this.queue.length;
  }

  /** the number from which on records are on disk only */
  get cursor(): number {
    return this.readTo;
  }

  /** the number of the next record to come */
  get nextSeq(): number {
    return this.end;
  }

  /** the number of the oldest record that is not in flight, in memory or on disk; `nextSeq` where there is none */
  get firstWaiting(): number {
    return this.queue.peek()?.seq ?? this.readTo;
  }

  /** whether there are records that are on disk only */
  get spilled(): boolean {
    return this.readTo < this.end;
  }

  get isEmpty(): boolean {
    return this.length === 0 && this.taken.length === 0 && !this.spilled;
  }

  /** the oldest record in memory that is not in flight */
  get head(): Entry | undefined {
    return this.queue.peek();
  }

  /** the oldest record in memory, in flight or not */
  get oldest(): Entry | undefined {
    return this.taken[0] ?? this.head;
  }

  /**
   * Adds a record behind all others, in memory too unless older ones are on disk only.
   * @param fits there is room in memory; where none of this buffer is in memory, one is taken all the same
   * @returns whether it is in memory
   */
  append(entry: Entry, fits: boolean): boolean {
    const keep = !this.spilled && (fits || this.length === 0);
    this.end = entry.seq + 1;
    if (!keep) return false;
    this.readTo = this.end;
    this.queue.push(entry);
    return true;
  }

  /** Adds what has been read from disk, which went up to this number. */
  readBack(entries: readonly Entry[], to: number): void {
    for (const entry of entries) this.queue.push(entry);
    this.readTo = to;
  }

  /** Takes the oldest record that is not in flight out of memory, if there is one. */
  shift(): Entry | undefined {
    return this.queue.shift();
  }

  /** Takes all that are not in flight out of memory. */
  takeAll(): Entry[] {
    return this.queue.takeAll();
  }

  /** What is not in flight has left memory, and is read from disk again from this number on. */
  readAgainFrom(seq: number): void {
    this.readTo = seq;
  }

  /** Takes what fits into one batch into flight. The caller retires it when it has been dealt with. */
  take(batch: BatchFiller): readonly Entry[] {
    const taken: Entry[] = [];
    for (;;) {
      const entry = this.queue.peek();
      if (entry === undefined) break;
      const { record } = entry;
      if (!batch.add({ body: bodyLength(record), timestamp: record.timestamp })) break;
      this.queue.shift();
      taken.push(entry);
    }
    this.taken = taken;
    return taken;
  }

  /** Puts what is in flight back before all others. */
  putBack(): void {
    this.queue.unshift(this.taken);
    this.taken = [];
  }

  /** Entries in flight that have been dealt with. */
  settle(entries: readonly Entry[]): void {
    if (entries.length === this.taken.length) {
      this.taken = [];
      return;
    }
    const settled = new Set(entries);
    this.taken = this.taken.filter((entry) => !settled.has(entry));
  }

  /** Begins with what an earlier run has left on disk. */
  resume({ first, last }: DiskRange): void {
    this.readTo = first;
    this.end = last + 1;
  }

  /** Brings it in line with the disk, of which it was not known whether it had got records or given them up. */
  alignWith(onDisk: DiskRange | undefined): void {
    if (!onDisk) {
      this.readTo = this.end;
      return;
    }
    this.end = Math.max(this.end, onDisk.last + 1);
    if (this.spilled && this.length === 0) this.readTo = Math.max(this.readTo, onDisk.first);
  }
}
