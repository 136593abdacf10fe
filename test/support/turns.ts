import { turnIsOver } from '../../nodes/shared/turns';

/** Takes as much of the event loop's turn as the nodes allow themselves. */
export function workUntilTurnIsOver(): void {
  const end = performance.now() + 1_000;
  while (!turnIsOver()) if (performance.now() > end) throw new Error('a turn of a second is not over');
}

/** @returns whether others have had their turn since, each time it is asked */
export function othersTurn(): () => boolean {
  let had = false;
  setImmediate(() => (had = true));
  return () => had;
}
