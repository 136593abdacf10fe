/** A data wire that a resistor pulls high, seen from the part at the far end from the board. */
export interface Wire {
  /** Time on the board's clock, µs. */
  now(): number;
  /** Runs `action` in so many µs of the board's time. */
  after(micros: number, action: () => void): void;
  /** Pulls the wire low, or lets it go. */
  drive(level: WireLevel): void;
}

export type WireLevel = 'low' | 'released';
