/** What a contender's process has used. */
export interface Usage {
  /** microseconds of a processor so far */
  cpu: number;
  /** the most memory so far (resident set) */
  memoryMB: number;
  /** how long its event loop was blocked at most, where it has one */
  loopMs?: number;
}

/** A process whose use of the machine can be asked for. */
export interface Meter {
  usage(): Promise<Usage>;
}
