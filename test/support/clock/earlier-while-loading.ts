/** How long before its first test a file may have been loaded: whole runs load all files before the first of them. */
const EARLIER_MS = 30 * 60_000;

/**
 * Puts the clock back until the returned function is called. Called before the test files are loaded, it lets a test that
 * takes the time at which its file was loaded for the present fail at every run, and not only in those that take long.
 * @returns sets the clock right
 */
export function putClockBack(): () => void {
  const PresentDate = Date;
  const presentNow = PresentDate.now;
  PresentDate.now = () => presentNow() - EARLIER_MS;
  globalThis.Date = new Proxy(PresentDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget) as Date,
    apply: (target) => new target(target.now()).toString(),
  });
  return () => {
    PresentDate.now = presentNow;
    globalThis.Date = PresentDate;
  };
}
