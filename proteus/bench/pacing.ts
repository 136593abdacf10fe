import { performance } from 'node:perf_hooks';
import { setImmediate as afterOthers, setTimeout as sleep } from 'node:timers/promises';
import { PaceMeter } from './pace-meter';

/** Seconds of the board's time that are run at once: always as many, so that a run is the same each time. */
export const SLICE = 0.01;

/** A lag above this, in seconds (a suspended laptop, a busy machine), is dropped instead of made up for. */
const LONGEST_LAG = 0.25;

export interface Pacing {
  /** How many times as fast as the clock on the wall; Infinity: as fast as the machine can. */
  speed: number;
  /** Told in plain words when the machine cannot keep up, and when it does again. */
  onPace?: (words: string) => void;
}

/** Calls `advance` for each slice of the board's time as soon as it is due, until `signal` aborts. */
export async function inRealTime(
  advance: (seconds: number) => void,
  signal: AbortSignal,
  { speed, onPace }: Pacing = { speed: 1 },
): Promise<void> {
  if (speed === Infinity) return flatOut(advance, signal);
  const meter = new PaceMeter(speed, onPace);
  let last = performance.now() / 1000;
  let due = 0;
  while (!signal.aborted) {
    const now = performance.now() / 1000;
    due += (now - last) * speed;
    last = now;
    const lost = Math.max(0, due - LONGEST_LAG * Math.max(1, speed));
    due -= lost;
    meter.passed(now, lost);
    for (; due >= SLICE && !signal.aborted; due -= SLICE) advance(SLICE);
    await sleepUnlessAborted((SLICE * 1000) / Math.max(1, speed), signal);
  }
}

async function flatOut(advance: (seconds: number) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (let slice = 0; slice < 10 && !signal.aborted; slice++) advance(SLICE);
    await afterOthers();
  }
}

async function sleepUnlessAborted(millis: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(millis, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
