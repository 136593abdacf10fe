import type { BatchHeader } from './batch-header';

/** As a broker tells it beside the records: who aborted what, and from which offset on. */
export interface AbortedTransaction {
  producerId: string;
  firstOffset: string;
}

/** A marker's key: its version and its kind, two bytes each. Of the kinds, 0 is an abort. */
const KIND_AT = 2;
const ABORT = 0;

/** Tells which batches belong to aborted transactions. They have to be shown in their order. */
export class AbortedTransactions {
  private readonly ahead: { producerId: bigint; firstOffset: bigint }[];
  private readonly open = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.ahead = transactions
      .map(({ producerId, firstOffset }) => ({
        producerId: BigInt(producerId),
        firstOffset: BigInt(firstOffset),
      }))
      .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : a.firstOffset > b.firstOffset ? 1 : 0));
  }

  /** @returns whether the batch's records count as never written */
  has({ producerId, lastOffset, transactional }: BatchHeader): boolean {
    while (this.ahead[0] && this.ahead[0].firstOffset <= lastOffset) {
      this.open.add(this.ahead.shift()!.producerId);
    }
    return transactional && this.open.has(producerId);
  }

  /** @param key of a control batch's record */
  pass({ producerId }: BatchHeader, key: Buffer | null): void {
    if (key && key.length >= KIND_AT + 2 && key.readInt16BE(KIND_AT) === ABORT) this.open.delete(producerId);
  }
}
