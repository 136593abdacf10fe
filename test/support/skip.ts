import type { Context, Runnable } from 'mocha';

/**
 * Ends a test that can't be run on this machine. The last lines of the run name it with the reason.
 * @param reason a sentence that says what is missing
 */
export function skip(context: Context, reason: string): never {
  // What the reporter looks for; a hook skips all tests of its suite.
  const test = context.test as (Runnable & { type?: string }) | undefined;
  Object.assign((test?.type === 'hook' ? test.parent : test) ?? {}, { skipReason: reason });
  return context.skip();
}
