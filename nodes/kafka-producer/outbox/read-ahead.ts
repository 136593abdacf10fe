import { toError } from '../../shared/user-error';
import type { PartitionBuffer } from '../store/partition-buffer';
import type { OutboxContents, ReadRecords } from './contents';
import type { OutboxDisk } from './disk';
import { decodeRecord } from './record-codec';

/** A buffer with fewer records than this in memory gets the next ones from disk while it sends. */
const READ_AHEAD = 1_000;

/** The files that are read: see OutboxFiles. */
export interface ReadableFiles {
  readonly disk: OutboxDisk | undefined;
  readonly isClosing: boolean;
  reopen(error: Error): Promise<void>;
}

/** Reads on from disk, for each buffer once at a time, so that a buffer has its oldest records in memory. */
export class ReadAhead {
  private readonly readings = new Map<PartitionBuffer, Promise<void>>();

  constructor(
    private readonly files: ReadableFiles,
    private readonly contents: OutboxContents,
  ) {}

  /** Waits for a buffer that has none in memory. @returns whether it has some then; see RecordStore.fill */
  async fill(buffer: PartitionBuffer): Promise<boolean> {
    const { files, contents } = this;
    const { disk } = files;
    if (buffer.spilled && disk && !files.isClosing) {
      let reading = this.readings.get(buffer);
      const wanted = buffer.length === 0 || (buffer.length < READ_AHEAD && !contents.memoryIsFull);
      if (!reading && wanted) {
        reading = readNext(contents, buffer, disk)
          .catch((error: unknown) => (files.disk === disk ? files.reopen(toError(error)) : undefined))
          .finally(() => this.readings.delete(buffer));
        this.readings.set(buffer, reading);
      }
      if (buffer.length === 0) await reading;
    }
    return buffer.length > 0;
  }

  /** @returns the reading of a buffer that is under way, if there is one */
  reading(buffer: PartitionBuffer): Promise<void> | undefined {
    return this.readings.get(buffer);
  }

  /** Waits until what is being read has been. */
  settled(): Promise<unknown> {
    return Promise.all(this.readings.values());
  }
}

/** Reads the next records of a buffer, up to what had been stored when the reading began. */
export async function readNext(
  contents: OutboxContents,
  buffer: PartitionBuffer,
  disk: OutboxDisk,
): Promise<void> {
  const { topic, partition, cursor, nextSeq } = buffer;
  const chunk = await disk.read({ topic, partition, seq: cursor });
  const read: ReadRecords = { entries: [], cursor, unreadable: [], lost: 0, damage: chunk.damage };
  for (const { key, place, value } of chunk.entries) {
    // What a write that has not come back yet has put there is not this buffer's so far.
    if (place.seq >= nextSeq) break;
    read.lost += place.seq - read.cursor;
    read.cursor = place.seq + 1;
    const bytes = key.length + value.length;
    try {
      const record = decodeRecord(value, key, topic, partition);
      read.entries.push({ record, seq: place.seq, bytes, key });
    } catch (error) {
      read.lost++;
      read.damage ??= toError(error);
      read.unreadable.push({ key, bytes });
    }
  }
  if (chunk.isLast) {
    read.lost += nextSeq - read.cursor;
    read.cursor = nextSeq;
  }
  contents.readBack(buffer, read);
}
