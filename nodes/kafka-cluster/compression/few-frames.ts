/** Writers make one; each costs the time of a call, however little is in it. */
const MOST_FRAMES = 1_000;

/** @throws RangeError where bytes are in more parts than any writer makes */
export function requireFewFrames(count: number, codec: string): void {
  if (count > MOST_FRAMES) throw new RangeError(`${codec}: more than ${MOST_FRAMES} frames`);
}
