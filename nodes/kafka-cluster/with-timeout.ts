/**
 * @param error made when the time is over
 * @returns what the promise gives, or the error's rejection after so many milliseconds
 */
export async function withTimeout<T>(
  promise: Promise<T>,
  milliseconds: number,
  error: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(error()), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The cluster has not answered in time. */
export class NoAnswerError extends Error {
  constructor(question: string, timeoutMs: number) {
    super(`${question}: no answer within ${timeoutMs / 1000} s`);
    this.name = new.target.name;
  }
}

/** @returns what the promise gives, or a NoAnswerError's rejection after so many milliseconds */
export function answerWithin<T>(milliseconds: number, question: string, promise: Promise<T>): Promise<T> {
  return withTimeout(promise, milliseconds, () => new NoAnswerError(question, milliseconds));
}
