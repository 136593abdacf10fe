import { UserError } from '../shared/user-error';
import type { Lane } from './lane';
import type { OutboxContents } from './outbox-contents';
import type { OutboxDisk } from './outbox-disk';
import type { IncomingRecord } from './outbox-intake';
import type { OutboxEvents, OutboxOptions } from './outbox-options';
import type { ReadAhead } from './outbox-read-ahead';

/** The free space is looked at so often, and before each write when there is little. */
const ROOM_CHECK_MS = 500;
const ROOM_MARGIN_BYTES = 16 * 2 ** 20;
/** What records may take, of the bound, whose topic can't be written to: the others need room too. */
const BLOCKED_SHARE = 0.5;

/** Keeps an outbox within its size, its age and the room of the disk: by refusing what comes, or dropping the oldest. */
export class OutboxBounds {
  private room = Infinity;
  private roomCheckedAt = 0;

  constructor(
    private readonly options: OutboxOptions,
    private readonly contents: OutboxContents,
    private readonly readAhead: ReadAhead,
    private readonly events: Pick<OutboxEvents, 'dropped'>,
  ) {}

  /** Makes room where that is wanted. @returns what may be stored; the others have been refused */
  async admit(disk: OutboxDisk, group: IncomingRecord[]): Promise<IncomingRecord[]> {
    if (group.length === 0) return group;
    const { books, lanes, refused } = this.contents;
    const { maxBytes, maxAgeMs } = this.options;
    const admitted: IncomingRecord[] = [];
    const refuse: (() => void)[] = [];
    const free = await this.checkRoom(disk);
    const isTooOld = this.ageCheck();
    const blocked = new Set(lanes.blocked().map(({ topic }) => topic));
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
      } else if (this.contents.bytesWith(size) > maxBytes && !(await this.makeRoom(disk, size))) {
        const params = { count: books.count + refused.count, megabytes: toMegabytes(maxBytes) };
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

  /** Drops what is older than the bound, where that is wanted. @returns whether there was something */
  async dropTooOld(): Promise<boolean> {
    const { whenFull, maxAgeMs } = this.options;
    if (whenFull !== 'drop-oldest') return false;
    const limit = Date.now() - maxAgeMs;
    let count = 0;
    for (const lane of this.contents.lanes) {
      while ((lane.queue.peek()?.record.timestamp ?? Infinity) < limit) {
        this.drop(lane);
        count++;
        if (lane.queue.length === 0) await this.readAhead.fill(lane);
      }
    }
    if (count === 0) return false;
    this.events.dropped(count, 'age');
    return true;
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
    const { lanes } = this.contents;
    const { maxAgeMs, whenFull } = this.options;
    if (whenFull !== 'refuse' || maxAgeMs === Infinity) return () => false;
    const limit = Date.now() - maxAgeMs;
    if ((lanes.oldest((lane) => !lane.blocked) ?? Infinity) < limit) return () => true;
    const topics = new Set<string>();
    for (const lane of lanes.blocked())
      if ((lane.oldest?.record.timestamp ?? Infinity) < limit) topics.add(lane.topic);
    return (topic) => topics.has(topic);
  }

  /** Where that is wanted, drops the oldest records that are not being sent. @returns whether so many bytes fit */
  private async makeRoom(disk: OutboxDisk, bytes: number): Promise<boolean> {
    const { contents } = this;
    const { maxBytes, whenFull } = this.options;
    if (whenFull === 'drop-oldest') {
      await this.dropRefused(disk, bytes);
      await this.dropWhile(() => contents.bytesWith(bytes) > maxBytes, contents.lanes);
    }
    return contents.bytesWith(bytes) <= maxBytes;
  }

  /** The same for records whose topic can't be written to, which have a share of the room only. */
  private async makeRoomOfBlocked(bytes: number): Promise<boolean> {
    const most = this.options.maxBytes * BLOCKED_SHARE;
    const lanes = this.contents.lanes.blocked();
    const taken = (): number => lanes.reduce((sum, lane) => sum + lane.bytes, bytes);
    if (this.options.whenFull === 'drop-oldest') await this.dropWhile(() => taken() > most, lanes);
    return taken() <= most;
  }

  private async dropWhile(isFull: () => boolean, lanes: Iterable<Lane>): Promise<void> {
    let count = 0;
    while (isFull()) {
      const lane = this.contents.lanes.withOldestQueued(lanes);
      if (!lane) break;
      this.drop(lane);
      count++;
      // The next oldest may be on disk only.
      if (lane.queue.length === 0 && lane.spilled) await this.readAhead.fill(lane);
    }
    if (count > 0) this.events.dropped(count, 'full');
  }

  private async dropRefused(disk: OutboxDisk, bytes: number): Promise<void> {
    const { books, refused } = this.contents;
    if (refused.count === 0) return;
    const before = refused.count;
    for await (const entries of disk.refused()) {
      const excess = this.contents.bytesWith(bytes) - this.options.maxBytes;
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
      refused.removed(dropped);
    }
    const count = before - refused.count;
    books.dropped += count;
    if (count > 0) this.events.dropped(count, 'full');
  }

  private drop(lane: Lane): void {
    if (this.contents.strike(lane)) this.contents.books.dropped++;
  }
}

function toMegabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
