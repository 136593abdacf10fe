/**
 * Clocks of boards, of publishers and of this machine differ a little. A reading whose time is further ahead than this
 * is that of a clock that is wrong: it is stored as it came, and is nobody's newest.
 */
export const CLOCK_SLACK_MS = 60_000;

/** @returns the latest time that a right clock can give a reading by now; both in milliseconds since 1970 */
export function latestRightTime(now: number): number {
  return now + CLOCK_SLACK_MS;
}

/** Whether a reading's time is that of a clock that is ahead. */
export function isAhead(time: number, now: number): boolean {
  return time > latestRightTime(now);
}
