import type { PartitionBuffer } from '../store/partition-buffer';
import type { OutboxContents } from './contents';
import type { DiskOperation, RefusedEntry } from './disk';
import type { OutboxFiles } from './files';
import type { StorableRecord } from './group-commit-buffer';
import { encodeKey, keySize } from './key';
import type { ReadAhead } from './read-ahead';
import { unassign } from '../record/partition';
import type { ProducerRecord } from '../record/entry';
import { readRefused } from './refused-records';

/** Gives records that are on disk another place there. None of this may run beside a write of the outbox. */
export class Relocation {
  /** @param sync write through to the disk; see OutboxOptions */
  constructor(
    private readonly files: OutboxFiles,
    private readonly contents: OutboxContents,
    private readonly readAhead: ReadAhead,
    private readonly sync: boolean,
  ) {}

  /** Moves what a buffer has in memory into the buffers of the partitions that `choose` names. */
  async move(from: PartitionBuffer, choose: (record: ProducerRecord) => number): Promise<void> {
    const { contents, files } = this;
    await this.readAhead.reading(from);
    // A reading that has failed has closed the files: what is in memory stays there for the next time.
    if (!files.disk) return;
    const entries = contents.takeToMove(from);
    const [first] = entries;
    if (!first) return;
    try {
      const operations: DiskOperation[] = [];
      const group = entries.map(({ record, seq }) => {
        operations.push({ type: 'del', key: encodeKey(from.topic, from.partition, seq) });
        record.partition = choose(record);
        // Read from an older entry, it takes another number of bytes from here on.
        return { record, bytes: keySize(record.topic) + record.bytes.length };
      });
      const placed = contents.number(group, operations);
      await files.writeMove(operations, this.sync);
      contents.moved(from, entries, placed);
    } catch (error) {
      from.readAgainFrom(first.seq);
      throw error;
    }
  }

  /**
   * Puts refused records back into buffers, behind what waits there, or deletes them.
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
      const placed = contents.number(records, operations);
      if (operations.length > 0) await files.writeMove(operations, this.sync);
      contents.refused.removed(chosen);
      contents.appendAll(placed);
      count += chosen.length;
    }
    return count;
  }

  /** Makes refused records ready to be stored in buffers again; says so where one can't be read. */
  private readAll(entries: readonly RefusedEntry[]): StorableRecord[] {
    const records: StorableRecord[] = [];
    for (const entry of entries) {
      const record = readRefused(entry);
      if (record instanceof Error) {
        this.contents.giveUp(1, record);
        continue;
      }
      // Its topic may have another number of partitions by now.
      unassign(record);
      records.push({ record, bytes: keySize(record.topic) + record.bytes.length });
    }
    return records;
  }
}
