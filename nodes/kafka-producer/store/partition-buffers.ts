import { PartitionBuffer } from './partition-buffer';
import { UNASSIGNED } from '../record/partition';

/** The buffers of a store, one for each partition that has been written to. */
export class PartitionBuffers implements Iterable<PartitionBuffer> {
  /** in the order in which they were made */
  private readonly all: PartitionBuffer[] = [];
  /** Each record is looked for here, some times over: without making a name of the two each time. */
  private readonly byTopic = new Map<string, Map<number, PartitionBuffer>>();

  get(topic: string, partition: number): PartitionBuffer {
    let ofTopic = this.byTopic.get(topic);
    if (!ofTopic) {
      ofTopic = new Map();
      this.byTopic.set(topic, ofTopic);
    }
    let buffer = ofTopic.get(partition);
    if (!buffer) {
      buffer = new PartitionBuffer(topic, partition);
      ofTopic.set(partition, buffer);
      this.all.push(buffer);
    }
    return buffer;
  }

  /** @returns whether older records of a topic wait for their partition to be chosen */
  hasUnassigned(topic: string): boolean {
    const buffer = this.byTopic.get(topic)?.get(UNASSIGNED);
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
    return [...(this.byTopic.get(topic)?.values() ?? [])];
  }

  /** @returns the buffers of topics about which something has to be changed before they can be sent to */
  blocked(): PartitionBuffer[] {
    return [...this].filter((buffer) => buffer.blocked && !buffer.isEmpty);
  }

  [Symbol.iterator](): Iterator<PartitionBuffer> {
    return this.all.values();
  }
}
