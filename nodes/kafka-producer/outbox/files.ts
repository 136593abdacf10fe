import { keepTrying } from '../../shared/keep-trying';
import { UserError, toError } from '../../shared/user-error';
import type { PartitionBuffer } from '../store/partition-buffer';
import type { OutboxContents } from './contents';
import { OutboxDisk, isLocked, type DiskOperation } from './disk';
import type { OutboxListener } from './options';
import { readNext } from './read-ahead';

/** What the outbox does when its files can't be used for now, and when they can (again). */
export interface FilesListener {
  unusable(problem: Error): void;
  usable(): void;
}

const REOPEN_BOUNDS = { initialDelay: 100, maxDelay: 2_000 };
/** An instance that is being replaced may hold the lock this long before anybody is told. */
const LOCK_PATIENCE_MS = 10_000;

/** Opens the files of an outbox, and anew after an error, until they are closed; brings its contents in line with them. */
export class OutboxFiles {
  /** undefined as long as the files can't be used */
  disk: OutboxDisk | undefined;
  /** why the files can't be used */
  problem: Error | undefined;
  /** what an earlier run has left is still being counted */
  counting = false;
  /** a move has failed: whether it is on disk or not will be seen there */
  private moveUnsure = false;
  private readonly closing = new AbortController();
  private opening: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly contents: OutboxContents,
    private readonly listener: OutboxListener,
    private readonly owner: FilesListener,
  ) {}

  get isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  /** Begins to open the files for the first time. */
  start(): void {
    this.opening = this.open(true);
  }

  /** Ends the trying to open them. Resolves when it has ended; what is open stays so. */
  stop(): Promise<void> {
    this.closing.abort();
    return this.opening;
  }

  async close(): Promise<void> {
    await this.disk?.close();
    this.disk = undefined;
  }

  /**
   * After an error LevelDB may have half a record in its log, and would lose what is written behind it: the files are
   * closed and opened anew, which brings the log in order.
   */
  async reopen(error: Error): Promise<void> {
    const { disk } = this;
    if (!disk) return;
    this.disk = undefined;
    this.setProblem(this.problemOf(error));
    try {
      await disk.close();
    } catch (closeError) {
      this.listener.problem(this.problemOf(toError(closeError)));
    }
    if (!this.isClosing) this.opening = this.open(false);
  }

  /** Writes what gives records another place. Where that fails, the files say when they are open again where they are. */
  async writeMove(operations: DiskOperation[], sync: boolean): Promise<void> {
    try {
      await this.disk?.write(operations, sync);
    } catch (error) {
      this.moveUnsure = true;
      throw error;
    }
  }

  private async open(isFirst: boolean): Promise<void> {
    const start = Date.now();
    try {
      await keepTrying(() => this.tryOpen(isFirst), {
        signal: this.closing.signal,
        bounds: REOPEN_BOUNDS,
        onError: (error) => {
          if (isLocked(error) && Date.now() - start < LOCK_PATIENCE_MS) return;
          this.setProblem(this.problemOf(error));
        },
      });
    } catch {
      // Only the close of this outbox ends the trying.
      return;
    }
    this.setProblem(undefined);
    this.owner.usable();
  }

  private async tryOpen(isFirst: boolean): Promise<void> {
    const { buffers, refused } = this.contents;
    const { disk, rescue } = await OutboxDisk.open(this.directory);
    try {
      await this.takeOver(disk, isFirst);
      await refused.opened(disk);
      // Each buffer's oldest are read right away: the age of the outbox is known by them.
      for (const buffer of buffers)
        if (buffer.length === 0 && buffer.spilled) await readNext(this.contents, buffer, disk);
    } catch (error) {
      await disk.close();
      throw error;
    }
    this.disk = disk;
    if (rescue) this.listener.rescued(rescue);
    if (isFirst) void this.countLeftovers(disk);
  }

  /** Brings the buffers in line with what is on disk. */
  private async takeOver(disk: OutboxDisk, isFirst: boolean): Promise<void> {
    const { buffers } = this.contents;
    const onDisk = new Set<PartitionBuffer>();
    for (const { topic, partition, ...range } of await disk.partitions()) {
      const buffer = buffers.get(topic, partition);
      onDisk.add(buffer);
      if (isFirst && buffer.nextSeq === 0) {
        buffer.resume(range);
      } else if (this.moveUnsure) {
        buffer.alignWith(range);
      } else if (range.last >= buffer.nextSeq) {
        // Left by a write that failed: these records were refused.
        await disk.clearFrom({ topic, partition, seq: buffer.nextSeq });
      }
    }
    if (!this.moveUnsure) return;
    for (const buffer of buffers) if (!onDisk.has(buffer)) buffer.alignWith(undefined);
    this.moveUnsure = false;
  }

  private async countLeftovers(disk: OutboxDisk): Promise<void> {
    this.counting = true;
    try {
      await disk.count((place, bytes) => this.contents.countLeftover(place, bytes));
    } catch (error) {
      // Closed in the meantime, or unreadable: the buffers report what is damaged when they come to it.
      if (this.disk === disk && !this.isClosing) this.listener.damaged(undefined, toError(error));
    } finally {
      this.counting = false;
    }
  }

  private setProblem(problem: Error | undefined): void {
    this.problem = problem;
    if (problem) this.owner.unusable(problem);
    this.listener.problem(problem);
  }

  private problemOf(error: Error): UserError {
    const reason = (error.cause instanceof Error ? error.cause : error).message;
    const { directory } = this;
    return new UserError('kafka-producer.errors.outbox', { directory, reason }, { cause: error });
  }
}
