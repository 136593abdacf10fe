import { keepTrying } from '../shared/keep-trying';
import { UserError, toError } from '../shared/user-error';
import type { Lane } from './lane';
import type { OutboxContents } from './outbox-contents';
import { OutboxDisk, isLocked } from './outbox-disk';
import type { OutboxEvents } from './outbox-options';

/** What the outbox does when its files can't be used for now, and when they can (again). */
export interface FilesOwner {
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
  moveUnsure = false;
  private readonly closing = new AbortController();
  private opening: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly contents: OutboxContents,
    private readonly events: OutboxEvents,
    private readonly owner: FilesOwner,
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
      this.events.problem(this.problemOf(toError(closeError)));
    }
    if (!this.isClosing) this.opening = this.open(false);
  }

  private async open(isFirst: boolean): Promise<void> {
    const start = Date.now();
    try {
      await keepTrying(() => this.tryOpen(isFirst), {
        signal: this.closing.signal,
        bounds: REOPEN_BOUNDS,
        onFailure: (error) => {
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
    const { lanes, refused } = this.contents;
    const { disk, rescue } = await OutboxDisk.open(this.directory);
    try {
      await this.takeOver(disk, isFirst);
      await refused.opened(disk);
      // Each lane's oldest are read right away: the age of the outbox is known by them.
      for (const lane of lanes)
        if (lane.queue.length === 0 && lane.spilled) await this.contents.readNext(lane, disk);
    } catch (error) {
      await disk.close();
      throw error;
    }
    this.disk = disk;
    if (rescue) this.events.rescued(rescue);
    if (isFirst) void this.countLeftovers(disk);
  }

  /** Brings the lanes in line with what is on disk. */
  private async takeOver(disk: OutboxDisk, isFirst: boolean): Promise<void> {
    const { lanes } = this.contents;
    const onDisk = new Set<Lane>();
    for (const { topic, partition, first, last } of await disk.lanes()) {
      const lane = lanes.get(topic, partition);
      onDisk.add(lane);
      if (isFirst && lane.nextSeq === 0) {
        lane.cursor = first;
        lane.nextSeq = last + 1;
      } else if (this.moveUnsure) {
        lane.nextSeq = Math.max(lane.nextSeq, last + 1);
        if (lane.spilled && lane.queue.length === 0) lane.cursor = Math.max(lane.cursor, first);
      } else if (last >= lane.nextSeq) {
        // Left by a write that failed: these records were refused.
        await disk.clearFrom({ topic, partition, seq: lane.nextSeq });
      }
    }
    if (!this.moveUnsure) return;
    for (const lane of lanes) if (!onDisk.has(lane)) lane.cursor = lane.nextSeq;
    this.moveUnsure = false;
  }

  private async countLeftovers(disk: OutboxDisk): Promise<void> {
    const { books, lanes } = this.contents;
    this.counting = true;
    try {
      await disk.count(({ topic, partition }, bytes) => books.add(lanes.get(topic, partition), 1, bytes));
    } catch (error) {
      // Closed in the meantime, or unreadable: the lanes report what is damaged when they come to it.
      if (this.disk === disk && !this.isClosing) this.events.damaged(undefined, toError(error));
    } finally {
      this.counting = false;
    }
  }

  private setProblem(problem: Error | undefined): void {
    this.problem = problem;
    if (problem) this.owner.unusable(problem);
    this.events.problem(problem);
  }

  private problemOf(error: Error): UserError {
    const reason = (error.cause instanceof Error ? error.cause : error).message;
    const { directory } = this;
    return new UserError('kafka-producer.errors.outbox', { directory, reason }, { cause: error });
  }
}
