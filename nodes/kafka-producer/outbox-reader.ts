import { toError } from '../shared/user-error';
import { bodySize } from './batch-size';
import type { Entry, Lane } from './lane';
import type { OutboxDisk } from './outbox-disk';
import { decodeRecord } from './record-codec';

/** The next records of a lane, read back from disk. */
export interface ReadRecords {
  entries: Entry[];
  /** where the reading goes on */
  cursor: number;
  /** keys of entries that could not be made records again, with their bytes */
  unreadable: { key: Buffer; bytes: number }[];
  /** numbers that should have been there: unreadable, or gone without a trace */
  lost: number;
  /** why, if it is known */
  damage: Error | undefined;
}

/** Reads a lane on from its cursor, up to what had been stored when the reading began. The lane stays as it is. */
export async function readLane(lane: Lane, disk: OutboxDisk): Promise<ReadRecords> {
  const { topic, partition, cursor, nextSeq } = lane;
  const chunk = await disk.read({ topic, partition, seq: cursor });
  const read: ReadRecords = { entries: [], cursor, unreadable: [], lost: 0, damage: chunk.damage };
  for (const { key, place, value } of chunk.entries) {
    // What a write that has not come back yet has put there is not this lane's so far.
    if (place.seq >= nextSeq) break;
    read.lost += place.seq - read.cursor;
    read.cursor = place.seq + 1;
    const bytes = key.length + value.length;
    try {
      const record = decodeRecord(value, key, topic, partition);
      read.entries.push({ record, seq: place.seq, bytes, key, body: bodySize(record) });
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
  return read;
}
