import type { NodeState } from './contract';
import type { SilenceProof } from './path-watch';

/** Until a node's own interval is known, one reading in this time is taken as usual. */
const ASSUMED_INTERVAL_MS = 60_000;
/** However often a node sends, it is not called silent before this. */
const LEAST_SILENCE_MS = 10_000;
/** How much one more interval changes the usual one. */
const SMOOTHING = 0.2;

/** When a node sends: all that it takes to tell whether it is silent, and small, since a million may be remembered. */
export class NodePulse {
  topic: string | null = null;
  /** time of its last reading by a right clock */
  ts: number | null = null;
  /** when its last reading came, where the clock of that is ahead */
  seenAhead: number | null = null;
  /** usual time between two readings */
  interval: number | null = null;
  /** as it was last told to anybody */
  told: NodeState = 'unknown';
  /** the variables whose sensors do not answer, as last told to anybody */
  broken: Set<string> | undefined;
  /** the second at which it is looked at next; 0: none */
  due = 0;

  constructor(readonly nodo: string) {}

  /** When its last reading came. */
  get last(): number | null {
    return this.seenAhead ?? this.ts;
  }

  /** How long it may go without a reading. @param silentAfter in its usual intervals */
  patience(silentAfter: number): number {
    return Math.max(LEAST_SILENCE_MS, (this.interval ?? ASSUMED_INTERVAL_MS) * silentAfter);
  }

  /** Takes the time of a reading by a right clock. @returns whether none newer is known */
  beat(ts: number): boolean {
    if (this.ts !== null && ts < this.ts) return false;
    if (this.ts !== null && ts > this.ts) this.learnInterval(ts - this.ts);
    this.ts = ts;
    this.seenAhead = null;
    return true;
  }

  /**
   * @param silentAfter how many of its usual intervals may pass without a reading
   * @param path whether its readings would have been seen
   */
  stateAt(now: number, silentAfter: number, path: SilenceProof): NodeState {
    const { last } = this;
    if (last === null) return 'unknown';
    const patience = this.patience(silentAfter);
    if (now - last <= patience) return 'live';
    if (path.provesSilence(last, patience, now)) return 'silent';
    return path.mayHold(last) ? 'unsure' : 'live';
  }

  private learnInterval(gap: number): void {
    // A pause is not an interval: it counts for little, so that one outage does not make a node look slow for ever.
    const step = this.interval === null ? gap : Math.min(gap, this.interval * 4);
    this.interval = this.interval === null ? step : this.interval + (step - this.interval) * SMOOTHING;
  }
}
