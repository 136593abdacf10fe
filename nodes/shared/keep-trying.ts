import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff, type IBackoff } from '../vendored/backoff';
import { toError } from './user-error';

/** Bounds of the wait between two attempts, in milliseconds. */
interface BackoffBounds {
  initialDelay: number;
  maxDelay: number;
}

const BOUNDS: BackoffBounds = { initialDelay: 250, maxDelay: 5_000 };

export interface KeepTryingOptions {
  /** ends the trying at once, also in the middle of a wait */
  signal: AbortSignal;
  /** told after each error: it, and the wait until the next attempt in milliseconds */
  onError: (error: Error, delayMs: number) => void;
  bounds?: BackoffBounds;
}

/**
 * Runs an attempt until it succeeds, with exponential backoff and jitter between its errors.
 * @returns what the successful attempt gave
 * @throws the signal's AbortError once it is aborted; nothing else
 */
export async function keepTrying<T>(attempt: () => Promise<T>, options: KeepTryingOptions): Promise<T> {
  const { signal, onError, bounds = BOUNDS } = options;
  const factory = new ExponentialBackoff(bounds);
  let backoff: IBackoff<unknown> | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      backoff = backoff ? backoff.next(undefined) : factory.next();
      onError(toError(error), backoff.duration);
    }
    await sleep(backoff.duration, undefined, { signal });
  }
}
