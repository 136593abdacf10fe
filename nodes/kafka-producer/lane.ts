import type { BatchFiller } from './batch-size';
import { Queue } from './queue';
import type { ProducerRecord } from './record';

/** Called once: without an error when the message is done, with it when the record will not be sent. */
export type Accepted = (error?: Error) => void;

/** A record in a lane. */
export interface Entry {
  readonly record: ProducerRecord;
  /** its number in the lane, without a gap from one to the next */
  readonly seq: number;
  /** what it counts against the store's bound */
  readonly bytes: number;
  /** its size in a batch; see bodySize */
  readonly body: number;
  /** its key on disk, where it is there */
  readonly key?: Buffer;
  /** where the message is done only with the broker's acknowledgement */
  readonly accepted?: Accepted;
}

/**
 * The records of one partition of one topic, in order. The oldest are in `queue`; those from `cursor` on are on disk
 * only, if there are any. A lane with the partition UNASSIGNED holds those of a topic that is not known yet.
 */
export class Lane {
  readonly queue = new Queue<Entry>();
  /** taken out of the queue and not yet acknowledged */
  inFlight: readonly Entry[] = [];
  cursor = 0;
  nextSeq = 0;
  /** its owner's: a loop that sends it is running */
  busy = false;
  /** what its records count against the store's bound */
  bytes = 0;
  /** something about its topic has to be changed before it can be sent */
  blocked = false;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** whether there are records that are on disk only */
  get spilled(): boolean {
    return this.cursor < this.nextSeq;
  }

  get isEmpty(): boolean {
    return this.queue.length === 0 && this.inFlight.length === 0 && !this.spilled;
  }

  /** @returns the oldest record in memory, in flight or not */
  get oldest(): Entry | undefined {
    return this.inFlight[0] ?? this.queue.peek();
  }

  /** Takes what fits into one batch out of the queue. The caller retires it when it has been dealt with. */
  take(batch: BatchFiller): readonly Entry[] {
    const taken: Entry[] = [];
    for (;;) {
      const entry = this.queue.peek();
      if (entry === undefined || !batch.add({ body: entry.body, timestamp: entry.record.timestamp })) break;
      this.queue.shift();
      taken.push(entry);
    }
    this.inFlight = taken;
    return taken;
  }

  /** Puts what is in flight back to the head of the queue. */
  putBack(): void {
    this.queue.unshift(this.inFlight);
    this.inFlight = [];
  }

  /** Entries in flight that have been dealt with. */
  settle(entries: readonly Entry[]): void {
    if (entries.length === this.inFlight.length) {
      this.inFlight = [];
      return;
    }
    const settled = new Set(entries);
    this.inFlight = this.inFlight.filter((entry) => !settled.has(entry));
  }
}
