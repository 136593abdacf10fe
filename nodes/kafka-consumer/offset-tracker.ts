/** What is tracked: some records of a partition that are confirmed together. */
export interface Tracked {
  /** offset of the first of them */
  readonly offset: string;
  confirmed: boolean;
}

/** Confirmed ones before the first open one are dropped from memory when there are this many of them. */
const COMPACT_AT = 1024;

/**
 * Which offset of one partition may be committed: everything before the first that is not confirmed.
 *
 * It counts pieces in the order of their arrival, so offsets may have gaps (compaction, transactions) and need no
 * arithmetic. A tracker lives as long as the partition is assigned and read on without a jump; afterwards a new one is
 * made, and numbers of the old one mean nothing to it.
 */
export class OffsetTracker<T extends Tracked> {
  private pieces: T[] = [];
  /** number of pieces[0] */
  private base = 0;
  /** index of the first piece that is not confirmed */
  private head = 0;
  private end: string | undefined;
  private committed: string | undefined;

  /** @param start an offset to commit though nothing is confirmed yet: where somebody has moved the reading to */
  constructor(start?: string) {
    this.end = start;
  }

  /** @returns the number under which the piece is known here */
  add(piece: T): number {
    if (this.end === undefined) this.committed ??= piece.offset;
    this.pieces.push(piece);
    return this.base + this.pieces.length - 1;
  }

  /** Tells where the reading goes on after the last piece that was added. */
  readUpTo(nextOffset: string): void {
    this.end = nextOffset;
  }

  get(number: number): T | undefined {
    return this.pieces[number - this.base];
  }

  /** The number of the first piece that is not confirmed, or the number that the next piece will get. */
  get firstOpen(): number {
    return this.base + this.head;
  }

  /** The number that the next piece will get. */
  get next(): number {
    return this.base + this.pieces.length;
  }

  /** @returns whether it was open until now; false for what is confirmed already or was never here */
  confirm(number: number): boolean {
    const piece = this.get(number);
    if (!piece || piece.confirmed) return false;
    piece.confirmed = true;
    while (this.pieces[this.head]?.confirmed) this.head++;
    if (this.head >= COMPACT_AT) {
      this.pieces = this.pieces.slice(this.head);
      this.base += this.head;
      this.head = 0;
    }
    return true;
  }

  /** @returns the offset to commit; undefined when nothing has been confirmed since the last commit */
  uncommitted(): string | undefined {
    const position = this.pieces[this.head]?.offset ?? this.end;
    return position === this.committed ? undefined : position;
  }

  /** Tells that this offset has been committed. */
  commit(offset: string): void {
    this.committed = offset;
  }
}
