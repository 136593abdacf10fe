import { withTimeout } from '../shared/time-limit';

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
