import type { Lane } from './lane';

/** What the books count of a record. */
interface Counted {
  readonly bytes: number;
}

/** How many records an outbox holds, and how many of them are in memory as well. */
export class Books {
  count = 0;
  bytes = 0;
  memoryCount = 0;
  memoryBytes = 0;
  dropped = 0;
  damaged = 0;

  stored(lane: Lane, { bytes }: Counted): void {
    this.add(lane, 1, bytes);
  }

  removed(lane: Lane, { bytes }: Counted): void {
    this.add(lane, -1, -bytes);
  }

  add(lane: Lane, count: number, bytes: number): void {
    this.count += count;
    this.bytes += bytes;
    lane.bytes += bytes;
  }

  intoMemory({ bytes }: Counted): void {
    this.memoryCount++;
    this.memoryBytes += bytes;
  }

  outOfMemory({ bytes }: Counted): void {
    this.memoryCount--;
    this.memoryBytes -= bytes;
  }
}
