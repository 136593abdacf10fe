import { UserError, toError } from '../shared/user-error';
import { keepTrying } from '../shared/keep-trying';
import { bodySize } from './batch-size';
import type { Accepted, Entry, Lane } from './lane';
import { Lanes } from './lanes';
import { Books } from './outbox-books';
import { OutboxDisk, isLocked, type DiskOperation, type RefusedEntry, type Rescue } from './outbox-disk';
import { Intake, type IncomingRecord, type StorableRecord } from './outbox-intake';
import { encodeKey, keySize } from './outbox-key';
import { readLane } from './outbox-reader';
import { RefusedRecords, readRefused } from './refused-records';
import { UNASSIGNED, type ProducerRecord } from './record';
import { encodeRecord, seal } from './record-codec';
import type { RecordStore, StoreStats } from './record-store';
import { WriteLoop } from './write-loop';

export interface OutboxOptions {
  /** folder of this outbox alone */
  directory: string;
  /** survives a power cut: a record counts as stored only when the disk has been told to write it through */
  sync: boolean;
  maxBytes: number;
  /** Infinity for no bound */
  maxAgeMs: number;
  whenFull: 'refuse' | 'drop-oldest';
  /** Records that are handed over to the sender in memory, so that they need not be read back; MEMORY when absent. */
  memory?: { records: number; bytes: number };
}

/** What an outbox reports beside the fate of single records; none of these may throw. */
export interface OutboxEvents {
  /** Records were dropped to make room, or because they were too old. */
  dropped(count: number, reason: 'full' | 'age'): void;
  /** Entries could not be read back; `count` is undefined where it can't be known. */
  damaged(count: number | undefined, cause: Error): void;
  rescued(rescue: Rescue): void;
  /** The files can't be used for now (undefined: they can again). Until then records are refused. */
  problem(error: Error | undefined): void;
}

const MEMORY = { records: 20_000, bytes: 16 * 2 ** 20 };
/** A lane with fewer records than this in memory gets the next ones from disk while it sends. */
const READ_AHEAD = 1_000;
const REOPEN_BOUNDS = { initialDelay: 100, maxDelay: 2_000 };
/** An instance that is being replaced may hold the lock this long before anybody is told. */
const LOCK_PATIENCE_MS = 10_000;
/** The free space is looked at so often, and before each write when there is little. */
const ROOM_CHECK_MS = 500;
const ROOM_MARGIN_BYTES = 16 * 2 ** 20;
const HOUSEKEEPING_MS = 1_000;
/** What records may take, of the bound, whose topic can't be written to: the others need room too. */
const BLOCKED_SHARE = 0.5;

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
  readonly lanes = new Lanes();

  private disk: OutboxDisk | undefined;
  private problem: Error | undefined;
  private readonly closing = new AbortController();
  private opening: Promise<void>;
  private readonly intake = new Intake();
  /** to be written with the next group: deletions, and records that were refused */
  private pending: DiskOperation[] = [];
  private readonly refused = new RefusedRecords();
  private readonly loop = new WriteLoop({
    canWrite: () => this.disk !== undefined,
    hasWork: () => this.intake.length > 0 || this.pending.length > 0,
    turn: () => this.writeGroup(),
    failed: (error) => this.reopen(error),
  });
  private readonly fills = new Map<Lane, Promise<void>>();
  private room = Infinity;
  private roomCheckedAt = 0;
  private readonly housekeeping: { timer: NodeJS.Timeout; busy: boolean };
  private counting = false;
  /** a move has failed: whether it is on disk or not will be seen there */
  private moveUnsure = false;

  private readonly memory: { records: number; bytes: number };
  private readonly books = new Books();

  constructor(
    private readonly options: OutboxOptions,
    private readonly events: OutboxEvents,
  ) {
    this.memory = options.memory ?? MEMORY;
    this.opening = this.open(true);
    const timer = setInterval(() => void this.keepHouse(), HOUSEKEEPING_MS).unref();
    this.housekeeping = { timer, busy: false };
  }

  put(record: ProducerRecord, accepted: Accepted): void {
    const refusal = this.closing.signal.aborted
      ? new UserError('kafka-producer.errors.closed')
      : this.problem;
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

  async fill(lane: Lane): Promise<boolean> {
    const { disk } = this;
    if (lane.spilled && disk && !this.closing.signal.aborted) {
      let reading = this.fills.get(lane);
      const wanted =
        lane.queue.length === 0 ||
        (lane.queue.length < READ_AHEAD && this.books.memoryBytes < this.memory.bytes);
      if (!reading && wanted) {
        reading = this.readNext(lane, disk)
          .catch((error: unknown) => (this.disk === disk ? this.reopen(toError(error)) : undefined))
          .finally(() => this.fills.delete(lane));
        this.fills.set(lane, reading);
      }
      if (lane.queue.length === 0) await reading;
    }
    return lane.queue.length > 0;
  }

  retire(lane: Lane, entries: readonly Entry[], error?: Error): void {
    lane.settle(entries);
    for (const entry of entries) {
      if (error) this.pending.push(this.refused.put(entry.record));
      this.forget(lane, entry);
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
          this.strike(lane);
          count++;
        }
        this.loop.wake();
      }
      if (waits()) throw this.problem ?? new UserError('kafka-producer.errors.closed');
    }
    return count;
  }

  /**
   * Has the records that were refused sent again, behind what waits, or deletes them.
   * @param topic of this topic only, where one is given
   * @returns how many they were
   */
  async settleRefused(fate: 'retry' | 'discard', topic?: string): Promise<number> {
    if (this.problem) throw this.problem;
    let count = 0;
    await this.loop.exclusively(async () => {
      count = await this.settleRefusedOnDisk(fate, topic);
    });
    return count;
  }

  /** Whether nothing is in it: false also while that is not known. */
  get isEmpty(): boolean {
    return this.disk !== undefined && this.refused.count === 0 && this.isIdle && this.pending.length === 0;
  }

  async assign(lane: Lane, choose: (record: ProducerRecord) => number): Promise<void> {
    // In portions, each exclusive of the writer. What comes in meanwhile goes behind them, for the next call.
    const end = lane.nextSeq;
    while ((lane.queue.peek()?.seq ?? lane.cursor) < end && (await this.fill(lane))) {
      await this.loop.exclusively(() => this.move(lane, choose));
    }
  }

  stats(): StoreStats {
    const { count, bytes, dropped, damaged } = this.books;
    const oldest = this.lanes.oldest() ?? this.intake.oldest?.timestamp;
    return { count, bytes, oldest, dropped, damaged, refused: this.refused.count };
  }

  /** What has come in is still written; then the files are closed. */
  async close(): Promise<void> {
    this.closing.abort();
    clearInterval(this.housekeeping.timer);
    await this.opening;
    this.loop.wake();
    await this.loop.settled();
    await Promise.all(this.fills.values());
    const closed = new UserError('kafka-producer.errors.closed');
    this.intake.refuseAll(closed);
    this.loop.cancel(closed);
    await this.disk?.close();
    this.disk = undefined;
  }

  // Opening

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
    for (const lane of this.lanes) if (!lane.isEmpty) this.onReady(lane);
    this.loop.wake();
  }

  private async tryOpen(isFirst: boolean): Promise<void> {
    const { disk, rescue } = await OutboxDisk.open(this.options.directory);
    try {
      await this.takeOver(disk, isFirst);
      await this.refused.opened(disk);
      // Each lane's oldest are read right away: the age of the outbox is known by them.
      for (const lane of this.lanes)
        if (lane.queue.length === 0 && lane.spilled) await this.readNext(lane, disk);
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
    const onDisk = new Set<Lane>();
    for (const { topic, partition, first, last } of await disk.lanes()) {
      const lane = this.lanes.get(topic, partition);
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
    for (const lane of this.lanes) if (!onDisk.has(lane)) lane.cursor = lane.nextSeq;
    this.moveUnsure = false;
  }

  private async countLeftovers(disk: OutboxDisk): Promise<void> {
    this.counting = true;
    try {
      await disk.count(({ topic, partition }, bytes) =>
        this.books.add(this.lanes.get(topic, partition), 1, bytes),
      );
    } catch (error) {
      // Closed in the meantime, or unreadable: the lanes report what is damaged when they come to it.
      if (this.disk === disk && !this.closing.signal.aborted) this.events.damaged(undefined, toError(error));
    } finally {
      this.counting = false;
    }
  }

  private setProblem(problem: Error | undefined): void {
    this.problem = problem;
    if (problem) this.intake.refuseAll(problem);
    this.events.problem(problem);
  }

  // Writing

  private async writeGroup(): Promise<void> {
    const { disk } = this;
    if (!disk) return;
    const group = this.intake.takeGroup();
    const pending = this.pending;
    this.pending = [];
    let admitted = group;
    let stored: { lane: Lane; entry: Entry }[];
    try {
      admitted = await this.admit(disk, group);
      const operations = pending.slice();
      this.keepBehindUnassigned(admitted);
      stored = this.number(admitted, operations);
      if (operations.length > 0) await disk.write(operations, this.options.sync && stored.length > 0);
    } catch (error) {
      this.pending = pending.concat(this.pending);
      const reason = toError(error).message;
      const refusal = new UserError('kafka-producer.errors.not-stored', { reason }, { cause: error });
      for (const { accepted } of admitted) accepted(refusal);
      throw error;
    }
    this.refused.written(pending);
    this.appendAll(stored);
    for (const { accepted } of admitted) accepted();
  }

  /** Keeps the bounds. @returns what may be stored; the others have been refused */
  private async admit(disk: OutboxDisk, group: IncomingRecord[]): Promise<IncomingRecord[]> {
    if (group.length === 0) return group;
    const { maxBytes, maxAgeMs } = this.options;
    const admitted: IncomingRecord[] = [];
    const refuse: (() => void)[] = [];
    const free = await this.checkRoom(disk);
    const isTooOld = this.ageCheck();
    const blocked = new Set(this.lanes.blocked().map(({ topic }) => topic));
    let bytes = 0;
    for (const item of group) {
      const size = bytes + item.bytes;
      let refusal: UserError | undefined;
      if (size > free) {
        refusal = new UserError('kafka-producer.errors.disk-full', { directory: this.options.directory });
      } else if (isTooOld(item.record.topic)) {
        refusal = new UserError('kafka-producer.errors.outbox-too-old', { seconds: maxAgeMs / 1000 });
      } else if (blocked.has(item.record.topic) && !(await this.makeRoomOfBlocked(size))) {
        const params = { topic: item.record.topic, megabytes: toMegabytes(maxBytes * BLOCKED_SHARE) };
        refusal = new UserError('kafka-producer.errors.outbox-share', params);
      } else if (this.bytesWith(size) > maxBytes && !(await this.makeRoom(disk, size))) {
        const params = { count: this.books.count + this.refused.count, megabytes: toMegabytes(maxBytes) };
        refusal = new UserError('kafka-producer.errors.outbox-full', params);
      }
      if (refusal) {
        refuse.push(() => item.accepted(refusal));
      } else {
        bytes = size;
        admitted.push(item);
      }
    }
    // Only now: an error until here is answered for the whole group.
    for (const one of refuse) one();
    return admitted;
  }

  private async checkRoom(disk: OutboxDisk): Promise<number> {
    const now = Date.now();
    if (now - this.roomCheckedAt > ROOM_CHECK_MS || this.room < ROOM_MARGIN_BYTES) {
      this.room = await disk.room();
      this.roomCheckedAt = now;
    }
    return this.room;
  }

  /** @returns whether a topic's new records are to be refused, since older ones wait: its own, or any that could go */
  private ageCheck(): (topic: string) => boolean {
    const { maxAgeMs, whenFull } = this.options;
    if (whenFull !== 'refuse' || maxAgeMs === Infinity) return () => false;
    const limit = Date.now() - maxAgeMs;
    if ((this.lanes.oldest((lane) => !lane.blocked) ?? Infinity) < limit) return () => true;
    const topics = new Set<string>();
    for (const lane of this.lanes.blocked())
      if ((lane.oldest?.record.timestamp ?? Infinity) < limit) topics.add(lane.topic);
    return (topic) => topics.has(topic);
  }

  private bytesWith(more: number): number {
    return this.books.bytes + this.refused.bytes + more;
  }

  /** Where that is wanted, drops the oldest records that are not being sent. @returns whether so many bytes fit */
  private async makeRoom(disk: OutboxDisk, bytes: number): Promise<boolean> {
    const { maxBytes, whenFull } = this.options;
    if (whenFull === 'drop-oldest') {
      await this.dropRefused(disk, bytes);
      await this.dropWhile(() => this.bytesWith(bytes) > maxBytes, this.lanes);
    }
    return this.bytesWith(bytes) <= maxBytes;
  }

  /** The same for records whose topic can't be written to, which have a share of the room only. */
  private async makeRoomOfBlocked(bytes: number): Promise<boolean> {
    const most = this.options.maxBytes * BLOCKED_SHARE;
    const lanes = this.lanes.blocked();
    const taken = (): number => lanes.reduce((sum, lane) => sum + lane.bytes, bytes);
    if (this.options.whenFull === 'drop-oldest') await this.dropWhile(() => taken() > most, lanes);
    return taken() <= most;
  }

  private async dropWhile(isFull: () => boolean, lanes: Iterable<Lane>): Promise<void> {
    let count = 0;
    while (isFull()) {
      const lane = this.lanes.withOldestQueued(lanes);
      if (!lane) break;
      this.drop(lane);
      count++;
      // The next oldest may be on disk only.
      if (lane.queue.length === 0 && lane.spilled) await this.fill(lane);
    }
    if (count > 0) this.events.dropped(count, 'full');
  }

  private async dropRefused(disk: OutboxDisk, bytes: number): Promise<void> {
    if (this.refused.count === 0) return;
    const before = this.refused.count;
    for await (const entries of disk.refused()) {
      const excess = this.bytesWith(bytes) - this.options.maxBytes;
      if (excess <= 0) break;
      let freed = 0;
      const dropped = entries.filter(({ key, value }) => {
        if (freed >= excess) return false;
        freed += key.length + value.length;
        return true;
      });
      await disk.write(
        dropped.map(({ key }) => ({ type: 'del', key })),
        false,
      );
      this.refused.removed(dropped);
    }
    const count = before - this.refused.count;
    this.books.dropped += count;
    if (count > 0) this.events.dropped(count, 'full');
  }

  private drop(lane: Lane): void {
    if (this.strike(lane)) this.books.dropped++;
  }

  /** Gives up the oldest record of a lane that is not in flight. @returns whether there was one */
  private strike(lane: Lane): boolean {
    const entry = lane.queue.shift();
    if (entry) this.forget(lane, entry);
    return entry !== undefined;
  }

  /** Strikes a record out of the books; it leaves the disk with the next write. */
  private forget(lane: Lane, entry: Entry): void {
    this.pending.push({ type: 'del', key: entry.key ?? encodeKey(lane.topic, lane.partition, entry.seq) });
    this.books.removed(lane, entry);
    this.books.outOfMemory(entry);
  }

  /** While records of a topic wait for their partitions, later ones wait behind them. */
  private keepBehindUnassigned(group: readonly StorableRecord[]): void {
    const waiting = new Set<string>();
    for (const { record } of group) {
      if (record.pinned) continue;
      const { topic } = record;
      if (waiting.has(topic) || this.lanes.hasUnassigned(topic)) record.partition = UNASSIGNED;
      if (record.partition === UNASSIGNED) waiting.add(topic);
    }
  }

  /** Gives each record its lane and number, and adds its write. */
  private number(
    group: readonly StorableRecord[],
    operations: DiskOperation[],
  ): { lane: Lane; entry: Entry }[] {
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
  private appendAll(stored: readonly { lane: Lane; entry: Entry }[]): void {
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

  private keepInMemory(lane: Lane, entry: Entry): void {
    lane.queue.push(entry);
    this.books.intoMemory(entry);
  }

  /** Moves what is in a lane's queue. */
  private async move(from: Lane, choose: (record: ProducerRecord) => number): Promise<void> {
    await this.fills.get(from);
    const entries = from.queue.takeAll();
    const [first] = entries;
    if (!this.disk || !first) return;
    for (const entry of entries) this.books.outOfMemory(entry);
    try {
      const operations: DiskOperation[] = [];
      const group = entries.map(({ record, seq, bytes }) => {
        operations.push({ type: 'del', key: encodeKey(from.topic, from.partition, seq) });
        record.partition = choose(record);
        return { record, bytes, value: encodeRecord(record) };
      });
      const stored = this.number(group, operations);
      await this.disk.write(operations, this.options.sync);
      for (const entry of entries) this.books.removed(from, entry);
      this.appendAll(stored);
    } catch (error) {
      from.cursor = first.seq;
      this.moveUnsure = true;
      throw error;
    }
  }

  private async settleRefusedOnDisk(fate: 'retry' | 'discard', topic: string | undefined): Promise<number> {
    const { disk } = this;
    if (!disk) return 0;
    let count = 0;
    // As they are now: what is refused again gets a new number, and is not among them.
    for await (const entries of disk.refused()) {
      const chosen = entries.filter(({ place }) => topic === undefined || place.topic === topic);
      const operations: DiskOperation[] = chosen.map(({ key }) => ({ type: 'del', key }));
      const records = fate === 'retry' ? this.readAll(chosen) : [];
      this.keepBehindUnassigned(records);
      const stored = this.number(records, operations);
      try {
        if (operations.length > 0) await disk.write(operations, this.options.sync);
      } catch (error) {
        this.moveUnsure = true;
        throw error;
      }
      this.refused.removed(chosen);
      this.appendAll(stored);
      count += chosen.length;
    }
    return count;
  }

  /** Makes refused records ready to be stored in lanes again; says so where one can't be read. */
  private readAll(entries: readonly RefusedEntry[]): StorableRecord[] {
    const records: StorableRecord[] = [];
    for (const entry of entries) {
      const record = readRefused(entry);
      if (record instanceof Error) {
        this.books.damaged++;
        this.events.damaged(1, record);
        continue;
      }
      // Its topic may have another number of partitions by now.
      if (!record.pinned) record.partition = UNASSIGNED;
      const value = encodeRecord(record);
      records.push({ record, value, bytes: keySize(record.topic) + value.length });
    }
    return records;
  }

  // Reading back

  private async readNext(lane: Lane, disk: OutboxDisk): Promise<void> {
    const { entries, cursor, unreadable, lost, damage } = await readLane(lane, disk);
    for (const entry of entries) this.keepInMemory(lane, entry);
    for (const entry of unreadable) {
      this.pending.push({ type: 'del', key: entry.key });
      this.books.removed(lane, entry);
    }
    lane.cursor = cursor;
    if (lost === 0 && !damage) return;
    this.books.damaged += lost;
    this.events.damaged(lost, damage ?? new Error('entries are missing'));
  }

  // Upkeep

  private async keepHouse(): Promise<void> {
    if (this.housekeeping.busy || !this.disk) return;
    this.housekeeping.busy = true;
    try {
      await this.dropTooOld();
    } finally {
      this.housekeeping.busy = false;
    }
    this.settleBooks();
  }

  private async dropTooOld(): Promise<void> {
    const { whenFull, maxAgeMs } = this.options;
    if (whenFull !== 'drop-oldest') return;
    const limit = Date.now() - maxAgeMs;
    let count = 0;
    for (const lane of this.lanes) {
      while ((lane.queue.peek()?.record.timestamp ?? Infinity) < limit) {
        this.drop(lane);
        count++;
        if (lane.queue.length === 0) await this.fill(lane);
      }
    }
    if (count === 0) return;
    this.events.dropped(count, 'age');
    this.loop.wake();
  }

  /** Entries that were lost to damage are still counted; once nothing is left that can be put right. */
  private settleBooks(): void {
    if (!this.isIdle) return;
    for (const lane of this.lanes) lane.bytes = 0;
    this.books.count = 0;
    this.books.bytes = 0;
  }

  private get isIdle(): boolean {
    if (this.counting || !this.loop.isIdle || this.intake.length > 0) return false;
    for (const lane of this.lanes) if (!lane.isEmpty) return false;
    return true;
  }

  /**
   * After an error LevelDB may have half a record in its log, and would lose what is written behind it: the files are
   * closed and opened anew, which brings the log in order.
   */
  private async reopen(error: Error): Promise<void> {
    const { disk } = this;
    if (!disk) return;
    this.disk = undefined;
    this.setProblem(this.problemOf(error));
    try {
      await disk.close();
    } catch (closeError) {
      this.events.problem(this.problemOf(toError(closeError)));
    }
    if (!this.closing.signal.aborted) this.opening = this.open(false);
  }

  private problemOf(error: Error): UserError {
    const reason = (error.cause instanceof Error ? error.cause : error).message;
    const { directory } = this.options;
    return new UserError('kafka-producer.errors.outbox', { directory, reason }, { cause: error });
  }
}

function toMegabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
