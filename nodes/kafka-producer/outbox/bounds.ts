import { UserError } from '../../shared/user-error';
import type { PartitionBuffer } from '../store/partition-buffer';
import type { OutboxContents } from './contents';
import type { OutboxDisk } from './disk';
import type { IncomingRecord } from './group-commit-buffer';
import type { OutboxListener, OutboxOptions } from './options';
import type { ProducerRecord } from '../record/entry';
import type { ReadAhead } from './read-ahead';

type RecordPlace = Pick<ProducerRecord, 'topic' | 'partition'>;

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
    private readonly listener: Pick<OutboxListener, 'dropped'>,
  ) {}

  /** Makes room where that is wanted. @returns what may be stored; the others have been refused */
  async admit(disk: OutboxDisk, group: IncomingRecord[]): Promise<IncomingRecord[]> {
    if (group.length === 0) return group;
    const { buffers, refused } = this.contents;
    const { maxBytes, maxAgeMs } = this.options;
    const admitted: IncomingRecord[] = [];
    const refuse: (() => void)[] = [];
    const free = await this.checkRoom(disk);
    const isTooOld = this.ageCheck();
    const isBlocked = belongsTo(buffers.blocked());
    let bytes = 0;
    for (const item of group) {
      const size = bytes + item.bytes;
      let refusal: UserError | undefined;
      if (size > free) {
        refusal = new UserError('kafka-producer.errors.disk-full', { directory: this.options.directory });
      } else if (isTooOld(item.record)) {
        refusal = new UserError('kafka-producer.errors.outbox-too-old', { seconds: maxAgeMs / 1000 });
      } else if (isBlocked(item.record) && !(await this.makeRoomOfBlocked(size))) {
        const params = { topic: item.record.topic, megabytes: toMegabytes(maxBytes * BLOCKED_SHARE) };
        refusal = new UserError('kafka-producer.errors.outbox-share', params);
      } else if (this.contents.bytesWith(size) > maxBytes && !(await this.makeRoom(disk, size))) {
        const params = {
          count: this.contents.totals.count + refused.count,
          megabytes: toMegabytes(maxBytes),
        };
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
    for (const buffer of this.contents.buffers) {
      while ((buffer.head?.record.timestamp ?? Infinity) < limit) {
        this.contents.drop(buffer);
        count++;
        if (buffer.length === 0) await this.readAhead.fill(buffer);
      }
    }
    if (count === 0) return false;
    this.listener.dropped(count, 'age');
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

  /** @returns whether a new record is to be refused, since older ones wait: its topic's, or any that could go */
  private ageCheck(): (record: RecordPlace) => boolean {
    const { buffers } = this.contents;
    const { maxAgeMs, whenFull } = this.options;
    if (whenFull !== 'refuse' || maxAgeMs === Infinity) return () => false;
    const limit = Date.now() - maxAgeMs;
    if ((buffers.oldest((buffer) => !buffer.blocked) ?? Infinity) < limit) return () => true;
    return belongsTo(
      buffers.blocked().filter(({ oldest }) => (oldest?.record.timestamp ?? Infinity) < limit),
    );
  }

  /** Where that is wanted, drops the oldest records that are not being sent. @returns whether so many bytes fit */
  private async makeRoom(disk: OutboxDisk, bytes: number): Promise<boolean> {
    const { contents } = this;
    const { maxBytes, whenFull } = this.options;
    if (whenFull === 'drop-oldest') {
      await this.dropRefused(disk, bytes);
      await this.dropWhile(() => contents.bytesWith(bytes) > maxBytes, contents.buffers);
    }
    return contents.bytesWith(bytes) <= maxBytes;
  }

  /** The same for records whose topic can't be written to, which have a share of the room only. */
  private async makeRoomOfBlocked(bytes: number): Promise<boolean> {
    const most = this.options.maxBytes * BLOCKED_SHARE;
    const buffers = this.contents.buffers.blocked();
    const taken = (): number => buffers.reduce((sum, buffer) => sum + this.contents.bytesOf(buffer), bytes);
    if (this.options.whenFull === 'drop-oldest') await this.dropWhile(() => taken() > most, buffers);
    return taken() <= most;
  }

  private async dropWhile(isFull: () => boolean, buffers: Iterable<PartitionBuffer>): Promise<void> {
    let count = 0;
    while (isFull()) {
      const buffer = this.contents.buffers.withOldestQueued(buffers);
      if (!buffer) break;
      this.contents.drop(buffer);
      count++;
      // The next oldest may be on disk only.
      if (buffer.length === 0 && buffer.spilled) await this.readAhead.fill(buffer);
    }
    if (count > 0) this.listener.dropped(count, 'full');
  }

  private async dropRefused(disk: OutboxDisk, bytes: number): Promise<void> {
    const { refused } = this.contents;
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
    this.contents.droppedRefused(count);
    if (count > 0) this.listener.dropped(count, 'full');
  }
}

/** @returns whether a record can't be sent for what blocks one of these buffers */
function belongsTo(blocked: readonly PartitionBuffer[]): (record: RecordPlace) => boolean {
  if (blocked.length === 0) return () => false;
  const topics = new Set(blocked.filter((buffer) => buffer.blocked === 'topic').map(({ topic }) => topic));
  const partitions = new Set(blocked.map(({ topic, partition }) => `${partition}/${topic}`));
  return ({ topic, partition }) => topics.has(topic) || partitions.has(`${partition}/${topic}`);
}

function toMegabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
