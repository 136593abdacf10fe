import { ExponentialBackoff, handleAll, retry, type RetryPolicy } from 'cockatiel';

/** Bounds of the wait between two attempts, in milliseconds. */
export interface BackoffBounds {
  initialDelay: number;
  maxDelay: number;
}

const DEFAULTS: BackoffBounds = { initialDelay: 250, maxDelay: 10_000 };

/** @returns a policy that tries without end, with exponential backoff and jitter, until its signal is aborted. */
export function retryForever(bounds: BackoffBounds = DEFAULTS): RetryPolicy {
  return retry(handleAll, { maxAttempts: Number.MAX_SAFE_INTEGER, backoff: new ExponentialBackoff(bounds) });
}
