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
  /** where the partition began anew, and the number of the first piece since */
  private anew: { offset: string; number: number } | undefined;

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

  /**
   * The reading begins anew at this offset, since what was read until now is no longer in the partition. Pieces of it that
   * are not confirmed still want to be, but their offsets are those of other records now.
   */
  beginAnew(offset: string): void {
    this.anew = { offset, number: this.next };
    this.end = offset;
    // What was committed before went with what was read.
    this.committed = undefined;
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

  /** The place in the partition of the first piece that is not confirmed; undefined when all are. */
  get openFrom(): string | undefined {
    const [first] = this.pieces;
    if (first === undefined) return undefined;
    const [number, { offset }] = first;
    return this.anew !== undefined && number < this.anew.number ? this.anew.offset : offset;
  }

  /** @returns the offset to commit; undefined when nothing has been confirmed since the last commit */
  uncommitted(): string | undefined {
    const position = this.openFrom ?? this.end;
    return position === this.committed ? undefined : position;
  }

  /** Tells that this offset has been committed. */
  commit(offset: string): void {
    this.committed = offset;
  }
}
