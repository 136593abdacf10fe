import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../contenders/counter';
import { until } from '../../test/support/until';
import type { Meter, Usage } from './usage';

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
  /** the most memory of all of them together; how long one's event loop was blocked at most, and by one collection */
  memoryMB?: number;
  loopMs?: number;
  gcMs?: number;
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
  contenders: readonly Meter[],
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
  const after = await usedBy(contenders);
  const count = last.count - first.count;
  const { memoryMB, loopMs, gcMs } = after;
  return {
    rate: (count / (last.at - first.at)) * 1000,
    cpu: (after.cpu - before.cpu) / count,
    memoryMB,
    ...(loopMs !== undefined && { loopMs }),
    ...(gcMs !== undefined && { gcMs }),
  };
}

/** All together; of the event loops the one that was blocked longest. */
async function usedBy(contenders: readonly Meter[]): Promise<Usage> {
  const used = await Promise.all(contenders.map((contender) => contender.usage()));
  const loops = used.flatMap(({ loopMs }) => loopMs ?? []);
  const collections = used.flatMap(({ gcMs }) => gcMs ?? []);
  return {
    cpu: used.reduce((sum, { cpu }) => sum + cpu, 0),
    memoryMB: used.reduce((sum, { memoryMB }) => sum + memoryMB, 0),
    ...(loops.length > 0 && { loopMs: Math.max(...loops) }),
    ...(collections.length > 0 && { gcMs: Math.max(...collections) }),
  };
}
