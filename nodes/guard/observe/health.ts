/** What a node shows in the editor, as Node-RED tells it. */
export interface ShownStatus {
  fill?: string | undefined;
  shape?: string | undefined;
  text?: string | undefined;
}

/** A part that does not work. */
export interface Down {
  type: string;
  id: string;
  name: string;
  /** what the node says under itself */
  reason: string;
  /** ISO 8601 */
  since: string;
}

export interface Readiness {
  status: 'pass' | 'fail';
  /** why nothing can be said of the parts yet */
  reason?: string;
  down: Down[];
}

/** @returns type and name of a node of ours that runs; undefined for any other */
type Lookup = (id: string) => { type: string; name: string } | undefined;

/** Tells whether all parts work, by what the nodes show: red, or a ring that is not green, is not working. */
export class Health {
  private readonly down = new Map<string, { since: number; reason: string }>();
  private started = false;

  constructor(
    private readonly lookup: Lookup,
    private readonly now: () => number = Date.now,
  ) {}

  flowsStarted(): void {
    this.started = true;
  }

  /** @param status undefined for a node that shows nothing any more, as Node-RED tells it of one that a deploy has taken away */
  show(id: string, status: ShownStatus | undefined): void {
    if (this.lookup(id) === undefined) return;
    const { fill, shape, text = '' } = status ?? {};
    const works = fill === undefined || fill === 'green' || (fill !== 'red' && shape !== 'ring');
    if (works) this.down.delete(id);
    else this.down.set(id, { since: this.down.get(id)?.since ?? this.now(), reason: text });
  }

  ready(): Readiness {
    const down: Down[] = [];
    for (const [id, { since, reason }] of this.down) {
      const node = this.lookup(id);
      // A deploy has taken it away.
      if (node === undefined) this.down.delete(id);
      else down.push({ ...node, id, reason, since: new Date(since).toISOString() });
    }
    if (!this.started) return { status: 'fail', reason: 'the flows have not started', down };
    return { status: down.length > 0 ? 'fail' : 'pass', down };
  }
}
