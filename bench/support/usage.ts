/** What a contender's process has used. */
export interface Usage {
  /** microseconds of a processor so far */
  cpu: number;
  /** the most memory so far (resident set) */
  memoryMB: number;
  /** how long its event loop was blocked at most, where it has one */
  loopMs?: number;
  /** the longest single collection of garbage, ms: it blocks the loop as well, and nothing of ours is in it */
  gcMs?: number;
}

/** A process whose use of the machine can be asked for. */
export interface Meter {
  usage(): Promise<Usage>;
}
