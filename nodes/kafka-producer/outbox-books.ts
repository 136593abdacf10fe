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

  stored({ bytes }: Counted): void {
    this.count++;
    this.bytes += bytes;
  }

  removed({ bytes }: Counted): void {
    this.count--;
    this.bytes -= bytes;
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
