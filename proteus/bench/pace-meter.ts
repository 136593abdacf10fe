/** Seconds on the wall over which the pace is measured. */
const WINDOW = 5;

/** A pace from here on counts as the one that was asked for. */
const KEPT = 0.9;

/** A pace has to differ by so much from the one last told to be told again. */
const WORTH_TELLING = 0.1;

/** Watches whether a board runs as fast as it should, and says so when it does not. */
export class PaceMeter {
  private since: number | undefined;
  private lost = 0;
  private told = 1;

  /** @param speed times as fast as the clock on the wall that it should run */
  constructor(
    private readonly speed: number,
    private readonly tell: (words: string) => void = () => undefined,
  ) {}

  /**
   * @param now on the clock on the wall, seconds
   * @param lost seconds of the board's time that were given up since the last call
   */
  passed(now: number, lost: number): void {
    this.since ??= now;
    this.lost += lost;
    const wall = now - this.since;
    if (wall < WINDOW) return;
    const pace = Math.max(0, 1 - this.lost / (wall * this.speed));
    this.since = now;
    this.lost = 0;
    this.report(pace >= KEPT ? 1 : pace);
  }

  private report(pace: number): void {
    if (Math.abs(pace - this.told) < WORTH_TELLING && (pace === 1) === (this.told === 1)) return;
    this.told = pace;
    const asked = this.speed === 1 ? 'real time' : `${this.speed} times real time`;
    this.tell(
      pace === 1
        ? `at ${asked} again`
        : `${pace.toFixed(2)} of ${asked}: the machine is busy, or the program never sleeps`,
    );
  }
}
