import { PartitionBuffer } from './partition-buffer';
import { UNASSIGNED } from '../record/partition';

/** The buffers of a store, one for each partition that has been written to. */
export class PartitionBuffers implements Iterable<PartitionBuffer> {
  private readonly byName = new Map<string, PartitionBuffer>();

  get(topic: string, partition: number): PartitionBuffer {
    const name = `${partition}/${topic}`;
    let buffer = this.byName.get(name);
    if (!buffer) {
      buffer = new PartitionBuffer(topic, partition);
      this.byName.set(name, buffer);
    }
    return buffer;
  }

  /** @returns whether older records of a topic wait for their partition to be chosen */
  hasUnassigned(topic: string): boolean {
    const buffer = this.byName.get(`${UNASSIGNED}/${topic}`);
    return buffer !== undefined && !buffer.isEmpty;
  }

  /** @returns the buffer, out of all or of these, with the oldest record in memory that is not in flight */
  withOldestQueued(among: Iterable<PartitionBuffer> = this): PartitionBuffer | undefined {
    let found: PartitionBuffer | undefined;
    let oldest = Infinity;
    for (const buffer of among) {
      const entry = buffer.head;
      if (entry && entry.record.timestamp < oldest) {
        oldest = entry.record.timestamp;
        found = buffer;
      }
    }
    return found;
  }

  /** @returns the time of the oldest record in memory, of these buffers */
  oldest(counts: (buffer: PartitionBuffer) => boolean = () => true): number | undefined {
    let oldest = Infinity;
    for (const buffer of this) {
      if (counts(buffer)) oldest = Math.min(oldest, buffer.oldest?.record.timestamp ?? Infinity);
    }
    return oldest === Infinity ? undefined : oldest;
  }

  of(topic: string): PartitionBuffer[] {
    return [...this].filter((buffer) => buffer.topic === topic);
  }

  /** @returns the buffers of topics about which something has to be changed before they can be sent to */
  blocked(): PartitionBuffer[] {
    return [...this].filter((buffer) => buffer.blocked && !buffer.isEmpty);
  }

  [Symbol.iterator](): Iterator<PartitionBuffer> {
    return this.byName.values();
  }
}
