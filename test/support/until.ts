import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for something that can be observed.
 * @param what said in the error when it does not happen, in the user's words
 * @param probe gives the awaited value, or undefined/false/null while it is not there; its errors count as "not yet"
 * @param timeoutMs how long to wait at most
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false)
        return value as NonNullable<Exclude<T, false>>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: last });
    }
    await sleep(20);
  }
}
