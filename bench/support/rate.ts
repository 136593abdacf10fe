import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../contenders/counter';
import { until } from '../../test/support/until';
import type { Remote } from './remote';

/** How long a rate is measured, in milliseconds. */
export interface Span {
  /** from the first sign of work to the beginning of the measurement */
  settleMs: number;
  measureMs: number;
}

/** How fast something went. */
export interface Speed {
  /** how many a second */
  rate: number;
  /** what each cost the contenders' own processes, in microseconds of a processor: other load hardly touches it */
  cpu: number;
}

/** How often is looked: what has come to its end before the time is up counts until then. */
const LOOK_MS = 25;
/** A contender's first sign of work may take a group's joining and a new connection. */
const FIRST_SIGN_MS = 60_000;

/**
 * Measures how fast something moves, between the first and the last sign of work inside the span.
 * @param contenders the processes that do it
 */
export async function speedOf(
  what: string,
  contenders: readonly Remote[],
  progress: () => Promise<Progress>,
  { settleMs, measureMs }: Span,
): Promise<Speed> {
  await until(`${what} to begin`, async () => (await progress()).count > 0, FIRST_SIGN_MS);
  await sleep(settleMs);
  const first = await progress();
  const before = await usedBy(contenders);
  let last = first;
  for (const end = Date.now() + measureMs; Date.now() < end; last = await progress()) await sleep(LOOK_MS);
  // Slow ones come in lumps: at least one more has to be seen.
  if (last.count === first.count) {
    await until(`${what} to go on`, async () => (last = await progress()).count > first.count, FIRST_SIGN_MS);
  }
  const used = (await usedBy(contenders)) - before;
  const count = last.count - first.count;
  return { rate: (count / (last.at - first.at)) * 1000, cpu: used / count };
}

/** @returns microseconds of a processor, so far, all together */
async function usedBy(contenders: readonly Remote[]): Promise<number> {
  const used = await Promise.all(contenders.map((contender) => contender.call<number>('cpu')));
  return used.reduce((sum, one) => sum + one, 0);
}
