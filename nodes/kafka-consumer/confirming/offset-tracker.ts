/** What is tracked: some records of a partition that are confirmed together. */
export interface Tracked {
  /** offset of the first of them */
  readonly offset: string;
}

/**
 * Which offset of one partition may be committed: everything before the first that is not confirmed.
 *
 * It counts pieces in the order of their arrival, so offsets may have gaps (compaction, transactions) and need no
 * arithmetic; of what is confirmed it keeps nothing. A tracker lives as long as the partition is assigned and read on
 * without a jump; afterwards a new one is made, and numbers of the old one mean nothing to it.
 */
export class OffsetTracker<T extends Tracked> {
  /** by number; a Map keeps them in the order of their arrival */
  private readonly pieces = new Map<number, T>();
  private end: string | undefined;
  private committed: string | undefined;

  /** The number that the next piece will get. */
  next = 0;

  /** @param start an offset to commit though nothing is confirmed yet: where somebody has moved the reading to */
  constructor(start?: string) {
    this.end = start;
  }

  /** @returns the number under which the piece is known here */
  add(piece: T): number {
    if (this.end === undefined) this.committed ??= piece.offset;
    this.pieces.set(this.next, piece);
    return this.next++;
  }

  /** Tells where the reading goes on after the last piece that was added. */
  readUpTo(nextOffset: string): void {
    this.end = nextOffset;
  }

  /** @returns a piece that is not confirmed */
  get(number: number): T | undefined {
    return this.pieces.get(number);
  }

  /** The pieces that are not confirmed, in order. */
  get open(): Iterable<T> {
    return this.pieces.values();
  }

  /** The first piece that is not confirmed. */
  get firstOpen(): T | undefined {
    return this.pieces.values().next().value;
  }

  /** @returns whether it was open until now; false for what is confirmed already or was never here */
  confirm(number: number): boolean {
    return this.pieces.delete(number);
  }

  /** @returns the offset to commit; undefined when nothing has been confirmed since the last commit */
  uncommitted(): string | undefined {
    const position = this.firstOpen?.offset ?? this.end;
    return position === this.committed ? undefined : position;
  }

  /** Tells that this offset has been committed. */
  commit(offset: string): void {
    this.committed = offset;
  }
}
