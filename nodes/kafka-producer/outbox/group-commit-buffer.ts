import type { Accepted } from '../store/partition-buffer';
import type { ProducerRecord } from '../record/entry';

/** A record to be stored; `bytes` with its key on disk. */
export interface StorableRecord {
  record: ProducerRecord;
  bytes: number;
}

/** A record that waits to be stored, and its message with it. */
export interface IncomingRecord extends StorableRecord {
  accepted: Accepted;
}

/** Records of one write to disk. */
const GROUP_RECORDS = 1_000;
const GROUP_BYTES = 4 * 2 ** 20;
/** Beyond this the disk is too slow for what comes in. */
const MAX_BYTES = 64 * 2 ** 20;

/** What has come in while the disk was writing: the next write takes it together. */
export class GroupCommitBuffer {
  private items: IncomingRecord[] = [];
  private bytes = 0;

  get length(): number {
    return this.items.length;
  }

  get oldest(): ProducerRecord | undefined {
    return this.items[0]?.record;
  }

  /** @returns whether there was room */
  add(item: IncomingRecord): boolean {
    if (this.bytes + item.bytes > MAX_BYTES) return false;
    this.items.push(item);
    this.bytes += item.bytes;
    return true;
  }

  /** Takes what makes one write. */
  takeGroup(): IncomingRecord[] {
    let bytes = 0;
    let count = 0;
    for (const { bytes: size } of this.items) {
      if (count >= GROUP_RECORDS || (count > 0 && bytes + size > GROUP_BYTES)) break;
      bytes += size;
      count++;
    }
    const group = this.items;
    this.items = count === group.length ? [] : group.splice(count);
    this.bytes -= bytes;
    return group;
  }

  refuseAll(error: Error): void {
    const refused = this.items;
    this.items = [];
    this.bytes = 0;
    for (const { accepted } of refused) accepted(error);
  }
}
