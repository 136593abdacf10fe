import { LargeMap } from '../shared/large-map';
import { ALWAYS_WHOLE, type SilenceProof } from './path-watch';
import type { NodePulse } from './pulse';

/** More nodes than this are not listened to, of some 300 bytes each: made-up names must not fill the memory. */
const MAX_PULSES = 1_000_000;
/** Nodes looked at in one go; what is due beyond that has a second's time. */
const MAX_LOOKS = 20_000;
/** Where it can't be told now whether a node is silent, it is looked at again after this. */
const AGAIN_MS = 1_000;
const LONGEST_AGAIN_MS = 5_000;
/** A clock that goes back by no more seconds than this is waited for. */
const SET_BACK = 60;
/** While that is not known, a node with long intervals is looked at less often. */
const PART_OF_PATIENCE = 8;

/**
 * Notices when a node has been silent for too long. Each that is listened to stands at the second at which it may be,
 * and is looked at then: what that costs depends on how many may have fallen silent, not on how many there are.
 */
export class SilenceWatch {
  private readonly pulses = new LargeMap<NodePulse>();
  private readonly wheel = new Map<number, Set<NodePulse>>();
  /** all seconds up to this one have been looked at */
  private looked = 0;

  /**
   * @param silentAfter how many of its usual intervals a node may miss
   * @param path whether its readings would have been seen
   * @param maxPulses how many are listened to at most
   */
  constructor(
    private readonly silentAfter: number,
    private readonly path: SilenceProof = ALWAYS_WHOLE,
    private readonly maxPulses = MAX_PULSES,
  ) {}

  get size(): number {
    return this.pulses.size;
  }

  /** The pulse of a node that is listened to. */
  get(nodo: string): NodePulse | undefined {
    return this.pulses.get(nodo);
  }

  /** Listens to a node that has just been heard, until it is forgotten. */
  listen(pulse: NodePulse): void {
    if (this.pulses.get(pulse.nodo) === pulse) return;
    while (this.pulses.size >= this.maxPulses) {
      const oldest = this.pulses.oldestBeside(pulse.nodo);
      if (oldest === undefined) break;
      this.forget(oldest);
    }
    this.pulses.set(pulse.nodo, pulse);
  }

  forget(nodo: string): void {
    const pulse = this.pulses.get(nodo);
    if (!pulse) return;
    this.pulses.delete(nodo);
    this.takeOff(pulse);
  }

  /** To be called when a node was told to be live: from when on it can be silent. */
  expect(pulse: NodePulse): void {
    const { last } = pulse;
    if (last === null) return;
    const due = secondAfter(last + pulse.patience(this.silentAfter));
    // Where it stands earlier it is found to be live then, which costs less than to move it with each reading.
    if (pulse.due === 0 || due < pulse.due) this.putAt(pulse, due);
  }

  /** @returns the nodes that were told to be live and have fallen silent since the last call */
  sweep(now: number): NodePulse[] {
    const silent: NodePulse[] = [];
    const second = Math.floor(now / 1_000);
    if (second < this.looked - SET_BACK) this.beginAt(second);
    let looks = MAX_LOOKS;
    for (const due of this.secondsUntil(second)) {
      const set = this.wheel.get(due);
      for (const pulse of set ?? []) {
        if (looks-- === 0) return silent;
        this.takeOff(pulse);
        if (pulse.told === 'live' && this.isSilent(pulse, now)) silent.push(pulse);
      }
      this.looked = Math.max(this.looked, due);
    }
    this.looked = Math.max(this.looked, second);
    return silent;
  }

  /** The clock was ahead and has been set right: what stands at its seconds would be looked at only when these come. */
  private beginAt(second: number): void {
    this.looked = second;
    for (const set of Array.from(this.wheel.values()))
      for (const pulse of Array.from(set)) {
        this.takeOff(pulse);
        this.expect(pulse);
      }
  }

  /** Those at which a node stands, in order, however long ago the last call was. */
  private *secondsUntil(second: number): Iterable<number> {
    if (second - this.looked > this.wheel.size) {
      yield* Array.from(this.wheel.keys())
        .filter((due) => due <= second)
        .sort((a, b) => a - b);
      return;
    }
    for (let due = this.looked + 1; due <= second; due++) if (this.wheel.has(due)) yield due;
  }

  private isSilent(pulse: NodePulse, now: number): boolean {
    const state = pulse.stateAt(now, this.silentAfter, this.path);
    if (state === 'silent') {
      pulse.told = 'silent';
      return true;
    }
    const patience = pulse.patience(this.silentAfter);
    const end = (pulse.last ?? now) + patience;
    const again = Math.min(Math.max(AGAIN_MS, patience / PART_OF_PATIENCE), LONGEST_AGAIN_MS);
    this.putAt(pulse, secondAfter(end > now ? end : now + again));
    return false;
  }

  private putAt(pulse: NodePulse, second: number): void {
    this.takeOff(pulse);
    pulse.due = Math.max(second, this.looked + 1);
    const set = this.wheel.get(pulse.due);
    if (set) set.add(pulse);
    else this.wheel.set(pulse.due, new Set([pulse]));
  }

  private takeOff(pulse: NodePulse): void {
    const set = this.wheel.get(pulse.due);
    set?.delete(pulse);
    if (set?.size === 0) this.wheel.delete(pulse.due);
    pulse.due = 0;
  }
}

/** The first full second after a time in milliseconds: what may not last longer is over by then. */
function secondAfter(time: number): number {
  return Math.floor(time / 1_000) + 1;
}
