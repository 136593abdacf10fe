import { UserError, toError } from '../../shared/user-error';
import type { Accepted, Entry, PartitionBuffer } from '../store/partition-buffer';
import type { PartitionBuffers } from '../store/partition-buffers';
import { OutboxBounds } from './bounds';
import { OutboxContents, type Placed } from './contents';
import type { DiskOperation } from './disk';
import { OutboxFiles } from './files';
import { GroupCommitBuffer } from './group-commit-buffer';
import { keySize } from './key';
import { Relocation } from './relocation';
import type { OutboxListener, OutboxOptions } from './options';
import { ReadAhead } from './read-ahead';
import type { ProducerRecord } from '../record/entry';
import type { RecordStore, StoreStats } from '../store/record-store';
import { WriteLoop } from './write-loop';

const MEMORY = { records: 20_000, bytes: 16 * 2 ** 20 };
const HOUSEKEEPING_MS = 1_000;

/**
 * Store and forward: records wait on disk until the broker has acknowledged them.
 *
 * `accepted` means: safe on disk. All records that come while the disk is writing go into the next write together.
 * The oldest records of each buffer are in memory, the others on disk only, so that memory stays flat however long an
 * outage lasts. Acknowledged records are deleted with the next write: after a crash a few may be sent again, none is
 * lost. What the broker refuses for good is kept apart: only acknowledgement, age or size as set, or a person, deletes.
 */
export class Outbox implements RecordStore {
  onReady: (buffer: PartitionBuffer) => void = () => undefined;

  private readonly incoming = new GroupCommitBuffer();
  private readonly contents: OutboxContents;
  private readonly files: OutboxFiles;
  private readonly readAhead: ReadAhead;
  private readonly bounds: OutboxBounds;
  private readonly relocation: Relocation;
  private readonly loop = new WriteLoop({
    canWrite: () => this.files.disk !== undefined,
    hasWork: () => this.incoming.length > 0 || this.contents.hasPending,
    turn: () => this.writeGroup(),
    failed: (error) => this.files.reopen(error),
  });
  private readonly housekeeping: { timer: NodeJS.Timeout; busy: boolean };

  constructor(
    private readonly options: OutboxOptions,
    listener: OutboxListener,
  ) {
    const contents = new OutboxContents(options.memory ?? MEMORY, listener, (buffer) => this.onReady(buffer));
    const files = new OutboxFiles(options.directory, contents, listener, {
      unusable: (problem) => this.incoming.refuseAll(problem),
      usable: () => this.resume(),
    });
    const readAhead = new ReadAhead(files, contents);
    this.contents = contents;
    this.files = files;
    this.readAhead = readAhead;
    this.bounds = new OutboxBounds(options, contents, readAhead, listener);
    this.relocation = new Relocation(files, contents, readAhead, options.sync);
    files.start();
    const timer = setInterval(() => void this.keepHouse(), HOUSEKEEPING_MS).unref();
    this.housekeeping = { timer, busy: false };
  }

  get buffers(): PartitionBuffers {
    return this.contents.buffers;
  }

  put(record: ProducerRecord, accepted: Accepted): void {
    const refusal = this.files.isClosing ? new UserError('kafka-producer.errors.closed') : this.files.problem;
    if (refusal) {
      accepted(refusal);
      return;
    }
    const bytes = keySize(record.topic) + record.bytes.length;
    if (this.incoming.add({ record, bytes, accepted })) this.loop.wake();
    else accepted(new UserError('kafka-producer.errors.disk-too-slow', { count: this.incoming.length }));
  }

  fill(buffer: PartitionBuffer): Promise<boolean> {
    return this.readAhead.fill(buffer);
  }

  retire(buffer: PartitionBuffer, entries: readonly Entry[], error?: Error): void {
    this.contents.retire(buffer, entries, error !== undefined);
    this.loop.wake();
  }

  async discard(topic: string): Promise<number> {
    let count = 0;
    for (const buffer of this.buffers.of(topic)) {
      const end = buffer.nextSeq;
      const waits = (): boolean => buffer.firstWaiting < end;
      while (waits() && (await this.fill(buffer))) {
        while (buffer.length > 0 && waits()) {
          this.contents.strike(buffer);
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
      count = await this.relocation.settleRefused(fate, topic);
    });
    return count;
  }

  /** Whether nothing is in it: false also while that is not known. */
  get isEmpty(): boolean {
    const { refused, hasPending } = this.contents;
    return this.files.disk !== undefined && refused.count === 0 && this.isIdle && !hasPending;
  }

  async assign(buffer: PartitionBuffer, choose: (record: ProducerRecord) => number): Promise<void> {
    // In portions, each exclusive of the writer. What comes in meanwhile goes behind them, for the next call.
    const end = buffer.nextSeq;
    while (buffer.firstWaiting < end && (await this.fill(buffer))) {
      await this.loop.exclusively(() => this.relocation.move(buffer, choose));
    }
  }

  stats(): StoreStats {
    const { count, bytes, dropped, damaged } = this.contents.totals;
    const oldest = this.buffers.oldest() ?? this.incoming.oldest?.timestamp;
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
    this.incoming.refuseAll(closed);
    this.loop.cancel(closed);
    await this.files.close();
  }

  /** The files can be used (again): what waits is sent, what has come in is written. */
  private resume(): void {
    for (const buffer of this.buffers) if (!buffer.isEmpty) this.onReady(buffer);
    this.loop.wake();
  }

  private async writeGroup(): Promise<void> {
    const { contents } = this;
    const { disk } = this.files;
    if (!disk) return;
    const group = this.incoming.takeGroup();
    const pending = contents.takePending();
    let admitted = group;
    let stored: Placed[];
    try {
      admitted = await this.bounds.admit(disk, group);
      const operations: DiskOperation[] = pending.slice();
      contents.keepBehindUnassigned(admitted);
      stored = contents.number(admitted, operations);
      if (operations.length > 0) await disk.write(operations, this.options.sync && stored.length > 0);
    } catch (error) {
      contents.giveBackPending(pending);
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
    if (this.isIdle) this.contents.settleCounts();
  }

  private get isIdle(): boolean {
    if (this.files.counting || !this.loop.isIdle || this.incoming.length > 0) return false;
    for (const buffer of this.buffers) if (!buffer.isEmpty) return false;
    return true;
  }
}
