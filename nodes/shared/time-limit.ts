/**
 * @param error made when the time is over
 * @returns what the promise gives, or the error's rejection after so many milliseconds
 */
export async function withTimeout<T>(
  promise: Promise<T>,
  milliseconds: number,
  error: () => Error,
): Promise<T> {
  const late = Symbol('late');
  const result = await firstOf(promise, milliseconds, late);
  if (result === late) throw error();
  return result;
}

/** Waits for a promise, but no longer than so many milliseconds. @returns whether it was there in time */
export async function atMost(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const late = Symbol('late');
  return (await firstOf(promise, milliseconds, late)) !== late;
}

async function firstOf<T, L>(promise: Promise<T>, milliseconds: number, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<L>((resolve) => {
    timer = setTimeout(() => resolve(late), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Has something done that ends with a signal: the given one, or that of a time that is over. AbortSignal.any refers to
 * what it is made of weakly: an AbortSignal.timeout that nothing else refers to is collected before its time, and never
 * comes.
 * @param work is given the signal, whose reason is a TimeoutError where the time is over
 */
export async function within<T>(
  milliseconds: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    milliseconds,
  ).unref();
  try {
    return await work(AbortSignal.any([outer, limit.signal]));
  } finally {
    clearTimeout(timer);
  }
}
