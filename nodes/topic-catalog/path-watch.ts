import type { PartAway, PathPart } from './contract';
import { atMost } from '../shared/time-limit';

/** A question that costs a part next to nothing, and that it answers while it is well. */
export interface PartCheck {
  part: PathPart;
  ask: () => Promise<unknown>;
}

/** Between the end of a round of checks and the next one. */
const PAUSE_MS = 3_000;
/** A part that has not answered by then counts as away, and goes on being waited for. */
const PATIENCE_MS = 4_000;
/** Times of wholeness that are remembered; a node's last reading lies in the last few, or before all of them. */
const MAX_SPANS = 16;

/** A time in which the path to the data was seen to be whole, in milliseconds since 1970. */
interface Span {
  from: number;
  until: number;
}

/** What is known of the way by which readings come, where it is asked whether a node is silent. */
export interface SilenceProof {
  /**
   * @param ts time of a node's last reading
   * @param patience how long it may go without one, in milliseconds
   * @returns whether the path was whole for longer than that without another reading
   */
  provesSilence(ts: number, patience: number, now: number): boolean;
  /**
   * @param ts time of a node's last reading
   * @returns whether the path has been broken since then, so that a reading may be on its way or wait for it
   */
  mayHold(ts: number): boolean;
}

/** Where nothing is known of the path, it is taken for whole. */
export const ALWAYS_WHOLE: SilenceProof = {
  provesSilence: (ts, patience, now) => now - ts > patience,
  mayHold: () => false,
};

/**
 * Watches the parts that a reading has to come through, Kafka and the database. That a node is silent can only be told of
 * a time in which its readings would have been seen.
 */
export class PathWatch implements SilenceProof {
  private readonly since = new Map<PathPart, number>();
  private readonly underWay = new Map<PathPart, Promise<void>>();
  private readonly waiters = new Set<(part: PathPart) => void>();
  private readonly spans: Span[] = [];
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  /** @param onChange called when a part goes away or comes back */
  constructor(
    private readonly checks: readonly PartCheck[],
    private readonly onChange: () => void = () => undefined,
    private readonly patienceMs = PATIENCE_MS,
    private readonly pauseMs = PAUSE_MS,
  ) {}

  /** Checks now, and again and again. */
  start(): void {
    void this.round();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** The parts that do not answer, and since when. */
  get away(): PartAway[] {
    return Array.from(this.since, ([part, since]) => ({ part, since }));
  }

  provesSilence(ts: number, patience: number): boolean {
    return this.spans.some(({ from, until }) => until - Math.max(ts, from) > patience);
  }

  mayHold(ts: number): boolean {
    return this.since.size > 0 || this.spans.length === 0 || this.spans.at(-1)!.from > ts;
  }

  /**
   * Waits for an answer for as long as a part answers at all.
   * @throws what `errorOf` makes, when the part is away, or goes away meanwhile
   */
  async orAway<T>(
    parts: readonly PathPart[],
    answer: Promise<T>,
    errorOf: (part: PathPart) => Error,
  ): Promise<T> {
    let onAway: ((part: PathPart) => void) | undefined;
    const away = new Promise<never>((_resolve, reject) => {
      onAway = (part) => {
        if (parts.includes(part)) reject(errorOf(part));
      };
      this.waiters.add(onAway);
      // What is away already gets as long as a check has, since it may just be coming back.
      for (const part of this.since.keys())
        setTimeout(() => {
          if (this.since.has(part)) onAway?.(part);
        }, this.patienceMs / 2).unref();
    });
    try {
      return await Promise.race([answer, away]);
    } finally {
      this.waiters.delete(onAway!);
    }
  }

  /** Asks all parts once, and takes what they say. Called by itself; public for tests without a clock. */
  async round(): Promise<void> {
    clearTimeout(this.timer);
    const begun = Date.now();
    const wasAway = this.since.size > 0;
    await Promise.all(this.checks.map((check) => this.check(check, begun)));
    if (this.closed) return;
    if (this.since.size === 0) this.proven(begun, wasAway);
    this.timer = setTimeout(() => void this.round(), this.pauseMs);
    this.timer.unref();
  }

  private async check({ part, ask }: PartCheck, begun: number): Promise<void> {
    // One that has not been answered yet is not asked a second time: its answer is as good as another's.
    const asked = this.underWay.get(part) ?? this.ask(part, ask, begun);
    if (!(await atMost(this.patienceMs, asked))) this.isAway(part, begun);
  }

  private ask(part: PathPart, ask: () => Promise<unknown>, begun: number): Promise<void> {
    const asked = ask()
      .then(
        () => this.isThere(part),
        // Why does not matter here: whoever asks something gets the reason with the answer.
        () => this.isAway(part, begun),
      )
      .finally(() => this.underWay.delete(part));
    this.underWay.set(part, asked);
    return asked;
  }

  private isThere(part: PathPart): void {
    if (this.since.delete(part) && !this.closed) this.onChange();
  }

  private isAway(part: PathPart, begun: number): void {
    if (this.closed || this.since.has(part)) return;
    this.since.set(part, begun);
    for (const waiter of this.waiters) waiter(part);
    this.onChange();
  }

  /** Everything answered that was asked at this time. */
  private proven(begun: number, wasAway: boolean): void {
    const last = this.spans.at(-1);
    if (last && !wasAway && begun - last.until < 10 * (this.pauseMs + this.patienceMs)) last.until = begun;
    // Before this process began, nobody looked: the first time reaches back as far as one likes.
    else this.spans.push({ from: last ? begun : -Infinity, until: begun });
    if (this.spans.length > MAX_SPANS) this.spans.splice(1, 1);
  }
}
