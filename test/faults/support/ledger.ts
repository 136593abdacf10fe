/** One numbered reading: the `n`th of its sensor node. Numbers start at 0 and only grow. */
export interface Numbered {
  nodo: string;
  n: number;
}

const SENT = 1;
const ACCEPTED = 2;

/** Room for the first numbers of a sensor node; grows by doubling. */
const INITIAL_ROOM = 4096;

/**
 * What became of the numbered readings of one run, kept outside of everything that is tested. A reading is `sent` when
 * it was written to Node-RED's socket, and `accepted` when the producer's `done` for it was seen; one that was sent and
 * not accepted (its process was killed in between) may or may not arrive.
 */
export class Ledger {
  private readonly marks = new Map<string, Uint8Array>();
  private readonly next = new Map<string, number>();
  sent = 0;
  accepted = 0;

  get nodes(): string[] {
    return [...this.marks.keys()];
  }

  /** Gives out the next number of a sensor node, and counts it as sent. */
  send(nodo: string): Numbered {
    const n = this.next.get(nodo) ?? 0;
    this.next.set(nodo, n + 1);
    let marks = this.marks.get(nodo) ?? new Uint8Array(INITIAL_ROOM);
    if (n >= marks.length) {
      const larger = new Uint8Array(marks.length * 2);
      larger.set(marks);
      marks = larger;
    }
    marks[n] = SENT;
    this.marks.set(nodo, marks);
    this.sent++;
    return { nodo, n };
  }

  accept({ nodo, n }: Numbered): void {
    const marks = this.marks.get(nodo);
    if (marks?.[n] !== SENT) return;
    marks[n] = ACCEPTED;
    this.accepted++;
  }

  wasSent({ nodo, n }: Numbered): boolean {
    return (this.marks.get(nodo)?.[n] ?? 0) !== 0;
  }

  /** The numbers of a sensor node that were accepted, ascending. */
  *acceptedOf(nodo: string): Iterable<number> {
    const marks = this.marks.get(nodo) ?? new Uint8Array();
    const end = this.next.get(nodo) ?? 0;
    for (let n = 0; n < end; n++) if (marks[n] === ACCEPTED) yield n;
  }
}
