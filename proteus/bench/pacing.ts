import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Seconds between two slices. */
const SLICE = 0.01;

/** A lag above this, in seconds (a suspended laptop, say), is dropped instead of made up for. */
const LONGEST_LAG = 0.25;

/**
 * Calls `advance` about each 10 ms with the seconds that have passed since the last call,
 * until `signal` aborts.
 */
export async function inRealTime(advance: (seconds: number) => void, signal: AbortSignal): Promise<void> {
  let done = performance.now() / 1000;
  while (!signal.aborted) {
    const now = performance.now() / 1000;
    advance(Math.min(now - done, LONGEST_LAG));
    done = now;
    await sleepUnlessAborted(SLICE * 1000, signal);
  }
}

async function sleepUnlessAborted(millis: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(millis, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
