import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, statfs } from 'node:fs/promises';
import path from 'node:path';
import { ClassicLevel, type BatchOperation } from 'classic-level';
import { toError } from '../../shared/user-error';
import { REFUSED_END, decodeKey, decodeRefusedKey, encodeKey, type OutboxKey, type RefusedKey } from './key';
import { placeBefore } from './place';

type Database = ClassicLevel<Buffer, Buffer>;
/** One write of a batch: an entry to put, or a key to delete. */
export type DiskOperation = BatchOperation<Database, Buffer, Buffer>;

/** What stands on disk of one buffer. */
export interface DiskPartition {
  topic: string;
  partition: number;
  first: number;
  last: number;
}

export interface DiskChunk {
  entries: { key: Buffer; place: OutboxKey; value: Buffer }[];
  /** there was nothing after these when the reading began */
  isLast: boolean;
  /** a part of the files could not be read: entries may be missing */
  damage?: Error;
}

export interface RefusedEntry {
  key: Buffer;
  place: RefusedKey;
  value: Buffer;
}

/** What had to be done to open a damaged outbox. */
export type Rescue =
  { kind: 'repaired'; cause: Error } | { kind: 'set-aside'; cause: Error; movedTo: string };

const OPTIONS = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
/** Bytes read at a time: what a buffer holds in memory while it sends a backlog. */
const CHUNK_BYTES = 512 * 1024;
const CHUNK_ENTRIES = 2_000;
/**
 * LevelDB needs room to delete and to tidy up: it writes tables anew, up to some 50 MB of them at a time, before it
 * drops the old ones. A disk filled to its end could not even be opened again. On a small disk that is half of it.
 */
const MAX_RESERVE_BYTES = 64 * 2 ** 20;
const RESERVE_SHARE = 0.5;

/** The outbox's files: a LevelDB database, of which only one process can have it open. */
export class OutboxDisk {
  private constructor(
    private readonly directory: string,
    private readonly db: Database,
  ) {}

  /**
   * Opens or creates the files; those of a version before are moved here first. Damaged ones are repaired; if that fails
   * they are set aside and new ones begun.
   * @throws LevelDB's error where that does not help: locked by another process, read-only, full
   */
  static async open(directory: string): Promise<{ disk: OutboxDisk; rescue?: Rescue }> {
    await moveFromBefore(directory);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const damage = await damageBeforeOpening(directory);
    if (!damage) {
      try {
        return { disk: new OutboxDisk(directory, await openLevel(directory)) };
      } catch (error) {
        if (!isDamage(error)) throw error;
        return rescue(directory, causeOf(error));
      }
    }
    return rescue(directory, damage);
  }

  /** Adapter for the rescue, which has opened the files itself. */
  static over(directory: string, db: Database): OutboxDisk {
    return new OutboxDisk(directory, db);
  }

  /**
   * Writes all of them or none. Gathered one by one: an array of them costs three times as much, since each is copied
   * twice on its way to LevelDB.
   * @param sync return only when the disk says that it has them
   */
  write(operations: DiskOperation[], sync: boolean): Promise<void> {
    const batch = this.db.batch();
    for (const operation of operations) {
      if (operation.type === 'put') batch.put(operation.key, operation.value);
      else batch.del(operation.key);
    }
    return batch.write({ sync });
  }

  /** Lists the buffers without reading their entries. */
  async partitions(): Promise<DiskPartition[]> {
    const buffers: DiskPartition[] = [];
    let after: Buffer = REFUSED_END;
    for (;;) {
      const [first] = await this.db.keys({ gt: after, limit: 1 }).all();
      if (!first) return buffers;
      const place = decodeKey(first);
      if (!place) {
        // Not one of our keys: files that were damaged unnoticed. Nothing can be sent from it.
        await this.db.del(first);
        after = first;
        continue;
      }
      const end = encodeKey(place.topic, place.partition, Number.MAX_SAFE_INTEGER);
      const [last] = await this.db.keys({ gte: first, lte: end, reverse: true, limit: 1 }).all();
      const lastPlace = last && decodeKey(last);
      buffers.push({
        topic: place.topic,
        partition: place.partition,
        first: place.seq,
        last: lastPlace?.seq ?? place.seq,
      });
      after = end;
    }
  }

  /** Reads the next entries of a buffer, beginning with a number. */
  async read({ topic, partition, seq }: OutboxKey): Promise<DiskChunk> {
    const range = {
      gte: encodeKey(topic, partition, seq),
      lte: encodeKey(topic, partition, Number.MAX_SAFE_INTEGER),
      highWaterMarkBytes: CHUNK_BYTES,
    };
    const iterator = this.db.iterator(range);
    try {
      const pairs = await iterator.nextv(CHUNK_ENTRIES);
      // How much a call gives is bounded by bytes as well, so only an empty or short one can be the last.
      const isLast = pairs.length < CHUNK_ENTRIES && (await iterator.next()) === undefined;
      return { entries: toEntries(pairs), isLast };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { ...(await this.readAroundDamage(range)), damage: causeOf(error) };
    } finally {
      await iterator.close();
    }
  }

  /** Deletes a buffer's entries from a number on. */
  clearFrom({ topic, partition, seq }: OutboxKey): Promise<void> {
    return this.db.clear({
      gte: encodeKey(topic, partition, seq),
      lte: encodeKey(topic, partition, Number.MAX_SAFE_INTEGER),
    });
  }

  /**
   * Counts the entries of the buffers as they are now, over a while and beside other work.
   * @param add called for each with the bytes it takes
   */
  async count(add: (place: OutboxKey, bytes: number) => void): Promise<void> {
    for await (const pairs of this.portions({ gt: REFUSED_END })) {
      for (const { key, place, value } of toEntries(pairs)) add(place, key.length + value.length);
    }
  }

  /** Gives the records that were refused, by their numbers, a portion at a time. */
  async *refused(): AsyncGenerator<RefusedEntry[]> {
    for await (const pairs of this.portions({ lt: REFUSED_END })) {
      const entries: RefusedEntry[] = [];
      for (const [key, value] of pairs) {
        const place = decodeRefusedKey(key);
        if (place) entries.push({ key, place, value });
      }
      yield entries;
    }
  }

  /** Gives all entries, refused ones first and then partition by partition, with the records' topics and partitions. */
  async *all(): AsyncGenerator<{ key: Buffer; value: Buffer; place: Omit<OutboxKey, 'seq'> }[]> {
    yield* this.refused();
    for await (const pairs of this.portions({ gt: REFUSED_END })) yield toEntries(pairs);
  }

  private async *portions(range: { gt?: Buffer; lt?: Buffer }): AsyncGenerator<[Buffer, Buffer][]> {
    const iterator = this.db.iterator({ ...range, highWaterMarkBytes: CHUNK_BYTES, fillCache: false });
    try {
      for (;;) {
        const pairs = await iterator.nextv(CHUNK_ENTRIES);
        if (pairs.length === 0) return;
        yield pairs;
      }
    } finally {
      await iterator.close();
    }
  }

  /** @returns the bytes that may still be written: the free space less what has to stay free for tidying up */
  async room(): Promise<number> {
    const { bavail, blocks, bsize } = await statfs(this.directory);
    const reserve = Math.min(MAX_RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
    return bavail * bsize - reserve;
  }

  close(): Promise<void> {
    return this.db.close();
  }

  /** One by one, LevelDB gives all it can read and only then its error; in portions the last one is lost with it. */
  private async readAroundDamage(range: object): Promise<Pick<DiskChunk, 'entries' | 'isLast'>> {
    const iterator = this.db.iterator(range);
    const pairs: [Buffer, Buffer][] = [];
    let bytes = 0;
    try {
      while (pairs.length < CHUNK_ENTRIES && bytes < CHUNK_BYTES) {
        const [pair] = await iterator.nextv(1);
        if (!pair) return { entries: toEntries(pairs), isLast: true };
        pairs.push(pair);
        bytes += pair[1].length;
      }
      return { entries: toEntries(pairs), isLast: false };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { entries: toEntries(pairs), isLast: true };
    } finally {
      await iterator.close();
    }
  }
}

/** @returns whether another process, or an instance that is still closing, has the files open */
export function isLocked(error: unknown): boolean {
  return (causeOf(error) as { code?: string }).code === 'LEVEL_LOCKED';
}

async function openLevel(directory: string): Promise<Database> {
  const db = new ClassicLevel<Buffer, Buffer>(directory, OPTIONS);
  await db.open();
  return db;
}

/** @throws LevelDB's error where another process has the files open, or they can't be used */
async function moveFromBefore(directory: string): Promise<void> {
  const before = placeBefore(directory);
  if (before === undefined || existsSync(directory) || !existsSync(before)) return;
  if (!(await damageBeforeOpening(before))) {
    try {
      // It can be moved under the hands of another process, which would not notice.
      const db = await openLevel(before);
      await db.close();
    } catch (error) {
      // What is damaged is dealt with where it is opened next.
      if (!isDamage(error)) throw error;
    }
  }
  await rename(before, directory);
}

async function rescue(directory: string, cause: Error): Promise<{ disk: OutboxDisk; rescue: Rescue }> {
  try {
    await ClassicLevel.repair(directory);
    return {
      disk: OutboxDisk.over(directory, await openLevel(directory)),
      rescue: { kind: 'repaired', cause },
    };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const movedTo = `${directory}.damaged-${Date.now()}`;
    await rename(directory, movedTo);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const db = await openLevel(directory);
    return {
      disk: OutboxDisk.over(directory, db),
      rescue: { kind: 'set-aside', cause: causeOf(error), movedTo },
    };
  }
}

/** LevelDB takes files without their CURRENT for an empty database, and deletes them. */
async function damageBeforeOpening(directory: string): Promise<Error | undefined> {
  if (existsSync(path.join(directory, 'CURRENT'))) return undefined;
  const files = await readdir(directory);
  return files.some((file) => /\.(ldb|log)$/.test(file))
    ? new Error('the file CURRENT is missing')
    : undefined;
}

/** @returns whether this says that the files are damaged: entries may be missing, others can be read */
export function isDamage(error: unknown): boolean {
  const { code, message } = causeOf(error) as Error & { code?: string };
  if (code === 'LEVEL_CORRUPTION') return true;
  // A file that is gone or was cut off; what a full or read-only disk says is different.
  return code === 'LEVEL_IO_ERROR' && /No such file|Invalid argument/.test(message);
}

/** classic-level says "not open" and has LevelDB's own error as its cause. */
function causeOf(error: unknown): Error {
  const outer = toError(error);
  return outer.cause instanceof Error ? outer.cause : outer;
}

function toEntries(pairs: [Buffer, Buffer][]): DiskChunk['entries'] {
  const entries: DiskChunk['entries'] = [];
  for (const [key, value] of pairs) {
    const place = decodeKey(key);
    if (place) entries.push({ key, place, value });
  }
  return entries;
}
