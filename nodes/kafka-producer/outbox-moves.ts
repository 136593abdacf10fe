import type { Lane } from './lane';
import type { OutboxContents } from './outbox-contents';
import type { DiskOperation, RefusedEntry } from './outbox-disk';
import type { OutboxFiles } from './outbox-files';
import type { StorableRecord } from './outbox-intake';
import { encodeKey, keySize } from './outbox-key';
import type { ReadAhead } from './outbox-read-ahead';
import { UNASSIGNED, type ProducerRecord } from './record';
import { encodeRecord } from './record-codec';
import { readRefused } from './refused-records';

/** Gives records that are on disk another place there. None of this may run beside a write of the outbox. */
export class OutboxMoves {
  /** @param sync write through to the disk; see OutboxOptions */
  constructor(
    private readonly files: OutboxFiles,
    private readonly contents: OutboxContents,
    private readonly readAhead: ReadAhead,
    private readonly sync: boolean,
  ) {}

  /** Moves what is in a lane's queue into the lanes of the partitions that `choose` names. */
  async move(from: Lane, choose: (record: ProducerRecord) => number): Promise<void> {
    const { contents, files } = this;
    await this.readAhead.reading(from);
    const entries = from.queue.takeAll();
    const [first] = entries;
    if (!files.disk || !first) return;
    for (const entry of entries) contents.books.outOfMemory(entry);
    try {
      const operations: DiskOperation[] = [];
      const group = entries.map(({ record, seq, bytes }) => {
        operations.push({ type: 'del', key: encodeKey(from.topic, from.partition, seq) });
        record.partition = choose(record);
        return { record, bytes, value: encodeRecord(record) };
      });
      const stored = contents.number(group, operations);
      await files.disk.write(operations, this.sync);
      for (const entry of entries) contents.books.removed(from, entry);
      contents.appendAll(stored);
    } catch (error) {
      from.cursor = first.seq;
      files.moveUnsure = true;
      throw error;
    }
  }

  /**
   * Puts refused records back into lanes, behind what waits there, or deletes them.
   * @param topic of this topic only, where one is given
   * @returns how many they were
   */
  async settleRefused(fate: 'retry' | 'discard', topic: string | undefined): Promise<number> {
    const { contents, files } = this;
    const { disk } = files;
    if (!disk) return 0;
    let count = 0;
    // As they are now: what is refused again gets a new number, and is not among them.
    for await (const entries of disk.refused()) {
      const chosen = entries.filter(({ place }) => topic === undefined || place.topic === topic);
      const operations: DiskOperation[] = chosen.map(({ key }) => ({ type: 'del', key }));
      const records = fate === 'retry' ? this.readAll(chosen) : [];
      contents.keepBehindUnassigned(records);
      const stored = contents.number(records, operations);
      try {
        if (operations.length > 0) await disk.write(operations, this.sync);
      } catch (error) {
        files.moveUnsure = true;
        throw error;
      }
      contents.refused.removed(chosen);
      contents.appendAll(stored);
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
        this.contents.giveUp(1, record);
        continue;
      }
      // Its topic may have another number of partitions by now.
      if (!record.pinned) record.partition = UNASSIGNED;
      const value = encodeRecord(record);
      records.push({ record, value, bytes: keySize(record.topic) + value.length });
    }
    return records;
  }
}
