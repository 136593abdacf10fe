import { UserError, toError } from '../shared/user-error';
import type { Accepted, Entry, Lane } from './lane';
import type { Lanes } from './lanes';
import { OutboxBounds } from './outbox-bounds';
import { OutboxContents, type Placed } from './outbox-contents';
import type { DiskOperation } from './outbox-disk';
import { OutboxFiles } from './outbox-files';
import { Intake } from './outbox-intake';
import { keySize } from './outbox-key';
import { OutboxMoves } from './outbox-moves';
import type { OutboxEvents, OutboxOptions } from './outbox-options';
import { ReadAhead } from './outbox-read-ahead';
import type { ProducerRecord } from './record';
import { encodeRecord } from './record-codec';
import type { RecordStore, StoreStats } from './record-store';
import { WriteLoop } from './write-loop';

const MEMORY = { records: 20_000, bytes: 16 * 2 ** 20 };
const HOUSEKEEPING_MS = 1_000;

/**
 * Store and forward: records wait on disk until the broker has acknowledged them.
 *
 * `accepted` means: safe on disk. All records that come while the disk is writing go into the next write together.
 * The oldest records of each lane are in memory, the others on disk only, so that memory stays flat however long an
 * outage lasts. Acknowledged records are deleted with the next write: after a crash a few may be sent again, none is
 * lost. What the broker refuses for good is kept apart: only acknowledgement, age or size as set, or a person, deletes.
 */
export class Outbox implements RecordStore {
  onReady: (lane: Lane) => void = () => undefined;

  private readonly intake = new Intake();
  private readonly contents: OutboxContents;
  private readonly files: OutboxFiles;
  private readonly readAhead: ReadAhead;
  private readonly bounds: OutboxBounds;
  private readonly moves: OutboxMoves;
  private readonly loop = new WriteLoop({
    canWrite: () => this.files.disk !== undefined,
    hasWork: () => this.intake.length > 0 || this.contents.pending.length > 0,
    turn: () => this.writeGroup(),
    failed: (error) => this.files.reopen(error),
  });
  private readonly housekeeping: { timer: NodeJS.Timeout; busy: boolean };

  constructor(
    private readonly options: OutboxOptions,
    events: OutboxEvents,
  ) {
    const contents = new OutboxContents(options.memory ?? MEMORY, events, (lane) => this.onReady(lane));
    const files = new OutboxFiles(options.directory, contents, events, {
      unusable: (problem) => this.intake.refuseAll(problem),
      usable: () => this.resume(),
    });
    const readAhead = new ReadAhead(files, contents);
    this.contents = contents;
    this.files = files;
    this.readAhead = readAhead;
    this.bounds = new OutboxBounds(options, contents, readAhead, events);
    this.moves = new OutboxMoves(files, contents, readAhead, options.sync);
    files.start();
    const timer = setInterval(() => void this.keepHouse(), HOUSEKEEPING_MS).unref();
    this.housekeeping = { timer, busy: false };
  }

  get lanes(): Lanes {
    return this.contents.lanes;
  }

  put(record: ProducerRecord, accepted: Accepted): void {
    const refusal = this.files.isClosing ? new UserError('kafka-producer.errors.closed') : this.files.problem;
    if (refusal) {
      accepted(refusal);
      return;
    }
    let value: Buffer;
    try {
      value = encodeRecord(record);
    } catch (error) {
      accepted(toError(error));
      return;
    }
    const bytes = keySize(record.topic) + value.length;
    if (this.intake.add({ record, value, bytes, accepted })) this.loop.wake();
    else accepted(new UserError('kafka-producer.errors.disk-too-slow', { count: this.intake.length }));
  }

  fill(lane: Lane): Promise<boolean> {
    return this.readAhead.fill(lane);
  }

  retire(lane: Lane, entries: readonly Entry[], error?: Error): void {
    const { contents } = this;
    lane.settle(entries);
    for (const entry of entries) {
      if (error) contents.pending.push(contents.refused.put(entry.record));
      contents.forget(lane, entry);
    }
    this.loop.wake();
  }

  async discard(topic: string): Promise<number> {
    let count = 0;
    for (const lane of this.lanes.of(topic)) {
      const end = lane.nextSeq;
      const waits = (): boolean => (lane.queue.peek()?.seq ?? lane.cursor) < end;
      while (waits() && (await this.fill(lane))) {
        while (lane.queue.length > 0 && waits()) {
          this.contents.strike(lane);
          count++;
        }
        this.loop.wake();
      }
      if (waits()) throw this.files.problem ?? new UserError('kafka-producer.errors.closed');
    }
    return count;
  }

  /**
   * Has the records that were refused sent again, behind what waits, or deletes them.
   * @param topic of this topic only, where one is given
   * @returns how many they were
   */
  async settleRefused(fate: 'retry' | 'discard', topic?: string): Promise<number> {
    if (this.files.problem) throw this.files.problem;
    let count = 0;
    await this.loop.exclusively(async () => {
      count = await this.moves.settleRefused(fate, topic);
    });
    return count;
  }

  /** Whether nothing is in it: false also while that is not known. */
  get isEmpty(): boolean {
    const { refused, pending } = this.contents;
    return this.files.disk !== undefined && refused.count === 0 && this.isIdle && pending.length === 0;
  }

  async assign(lane: Lane, choose: (record: ProducerRecord) => number): Promise<void> {
    // In portions, each exclusive of the writer. What comes in meanwhile goes behind them, for the next call.
    const end = lane.nextSeq;
    while ((lane.queue.peek()?.seq ?? lane.cursor) < end && (await this.fill(lane))) {
      await this.loop.exclusively(() => this.moves.move(lane, choose));
    }
  }

  stats(): StoreStats {
    const { count, bytes, dropped, damaged } = this.contents.books;
    const oldest = this.lanes.oldest() ?? this.intake.oldest?.timestamp;
    return { count, bytes, oldest, dropped, damaged, refused: this.contents.refused.count };
  }

  /** What has come in is still written; then the files are closed. */
  async close(): Promise<void> {
    clearInterval(this.housekeeping.timer);
    await this.files.stop();
    this.loop.wake();
    await this.loop.settled();
    await this.readAhead.settled();
    const closed = new UserError('kafka-producer.errors.closed');
    this.intake.refuseAll(closed);
    this.loop.cancel(closed);
    await this.files.close();
  }

  /** The files can be used (again): what waits is sent, what has come in is written. */
  private resume(): void {
    for (const lane of this.lanes) if (!lane.isEmpty) this.onReady(lane);
    this.loop.wake();
  }

  private async writeGroup(): Promise<void> {
    const { contents } = this;
    const { disk } = this.files;
    if (!disk) return;
    const group = this.intake.takeGroup();
    const pending = contents.pending;
    contents.pending = [];
    let admitted = group;
    let stored: Placed[];
    try {
      admitted = await this.bounds.admit(disk, group);
      const operations: DiskOperation[] = pending.slice();
      contents.keepBehindUnassigned(admitted);
      stored = contents.number(admitted, operations);
      if (operations.length > 0) await disk.write(operations, this.options.sync && stored.length > 0);
    } catch (error) {
      contents.pending = pending.concat(contents.pending);
      const reason = toError(error).message;
      const refusal = new UserError('kafka-producer.errors.not-stored', { reason }, { cause: error });
      for (const { accepted } of admitted) accepted(refusal);
      throw error;
    }
    contents.refused.written(pending);
    contents.appendAll(stored);
    for (const { accepted } of admitted) accepted();
  }

  private async keepHouse(): Promise<void> {
    if (this.housekeeping.busy || !this.files.disk) return;
    this.housekeeping.busy = true;
    try {
      if (await this.bounds.dropTooOld()) this.loop.wake();
    } finally {
      this.housekeeping.busy = false;
    }
    this.settleBooks();
  }

  /** Entries that were lost to damage are still counted; once nothing is left that can be put right. */
  private settleBooks(): void {
    if (!this.isIdle) return;
    for (const lane of this.lanes) lane.bytes = 0;
    this.contents.books.count = 0;
    this.contents.books.bytes = 0;
  }

  private get isIdle(): boolean {
    if (this.files.counting || !this.loop.isIdle || this.intake.length > 0) return false;
    for (const lane of this.lanes) if (!lane.isEmpty) return false;
    return true;
  }
}
