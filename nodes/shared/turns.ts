/**
 * After so many milliseconds of work whoever has more of it lets the rest of Node-RED have its turn. What begins in a turn
 * is not broken off, and collections of garbage come on top: a fifth of the 50 ms that nothing is to wait longer for.
 */
const TURN_MS = 10;

let begun: number | undefined;

/** Whether those who ask, all together, have worked long enough in this turn of the event loop. */
export function turnIsOver(): boolean {
  if (begun !== undefined) return performance.now() - begun >= TURN_MS;
  begun = performance.now();
  setImmediate(() => (begun = undefined));
  return false;
}

/** Resolves in the event loop's next turn, after what else was due. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What one who has many pieces to do does of them in each turn at least: others may use all of every turn. */
export class TurnShare {
  private done = 0;

  /** @param pieces that are done between two looks at the time */
  constructor(private readonly pieces: number) {}

  /** To be asked before each piece. @returns whether nextTurn() has to be awaited first */
  isUsed(): boolean {
    if (this.done++ < this.pieces) return false;
    this.done = 1;
    return turnIsOver();
  }
}
