import { shiftClock } from './shift-clock.cjs';

/** How long before its first test a file may have been loaded: whole runs load all files before the first of them. */
const EARLIER_MS = 30 * 60_000;

/**
 * Puts the clock back until the returned function is called. Called before the test files are loaded, it lets a test that
 * takes the time at which its file was loaded for the present fail at every run, and not only in those that take long.
 * @returns sets the clock right
 */
export function putClockBack(): () => void {
  return shiftClock(-EARLIER_MS);
}
