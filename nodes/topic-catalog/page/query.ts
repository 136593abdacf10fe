import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { AnswerError, type Client } from './client';

/** What a view wants to know, and how often it wants to know it again. */
export interface Question {
  action: string;
  payload: object;
  /** milliseconds; without it the answer is kept until it is asked for again */
  every?: number;
  /** whether it is asked for also while nobody seems to look */
  always?: boolean;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;
const LEAST_PAUSE_MS = 500;

/**
 * Keeps the answer to a question fresh for the view that owns it: asks again every so often, retries by itself after a
 * failure, rests while nobody looks, and asks at once when the page is looked at again.
 */
export class Query<A> implements ReactiveController {
  /** the last answer to the present question; it stays when a later attempt fails */
  data: A | undefined;
  /** why the latest attempt failed; undefined when it did not */
  problem: AnswerError | undefined;
  /** whether `data` answers the present question, not an earlier one that was kept */
  settled = false;
  /** when the last answer came, by the runtime's clock */
  updated = 0;

  private question: Question | undefined;
  private key = '';
  private attempt = 0;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private connected = false;
  private underWay = false;
  private anew = false;
  /** how long the last answer took, in milliseconds */
  private took = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly client: () => Client,
    private readonly onAnswer: (answer: A) => void = () => undefined,
  ) {
    host.addController(this);
  }

  /** Asks this from now on; the same question again changes nothing. `keep`: show the old answer until the new one is here. */
  set(question: Question, keep = false): void {
    const key = JSON.stringify(question);
    if (key === this.key) return;
    this.key = key;
    this.question = question;
    if (!keep) this.data = undefined;
    this.settled = false;
    this.problem = undefined;
    this.failures = 0;
    if (this.connected) this.refresh();
  }

  /** Asks now, whatever is under way. */
  refresh(): void {
    this.anew = false;
    clearTimeout(this.timer);
    if (this.question) void this.run(this.question, ++this.attempt);
  }

  /**
   * Asks once more for what has come in meanwhile: soon, and after the answer that is under way, which would never come
   * if it were given up each time.
   */
  again(): void {
    if (this.anew) return;
    this.anew = true;
    if (!this.underWay) this.scheduleAnew();
  }

  hostConnected(): void {
    this.connected = true;
    document.addEventListener('visibilitychange', this.onVisibility);
    window.addEventListener('online', this.onVisibility);
    this.refresh();
  }

  hostDisconnected(): void {
    this.connected = false;
    this.underWay = false;
    this.attempt++;
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.onVisibility);
    window.removeEventListener('online', this.onVisibility);
  }

  private readonly onVisibility = (): void => {
    if (!document.hidden) this.refresh();
  };

  private async run(question: Question, attempt: number): Promise<void> {
    this.underWay = true;
    const begun = performance.now();
    try {
      const answer = await this.client().ask<A>(question.action, question.payload);
      if (attempt !== this.attempt) return;
      this.underWay = false;
      this.took = performance.now() - begun;
      this.data = answer;
      this.settled = true;
      this.problem = undefined;
      this.failures = 0;
      this.updated = this.client().now();
      this.onAnswer(answer);
      if (this.anew) this.scheduleAnew();
      else if (question.every !== undefined) this.schedule(question.every);
    } catch (error) {
      if (attempt !== this.attempt) return;
      this.underWay = false;
      this.problem = error instanceof AnswerError ? error : new AnswerError('internal', String(error));
      this.schedule(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures++));
    }
    this.host.requestUpdate();
  }

  /** topic-catalog hands the same answer to all who ask for it within 250 ms, or within the time it took. */
  private scheduleAnew(): void {
    clearTimeout(this.timer);
    this.schedule(Math.max(LEAST_PAUSE_MS, 2 * this.took));
  }

  private schedule(milliseconds: number): void {
    this.timer = setTimeout(() => {
      // Nobody looks: the visibility event will ask.
      if (!document.hidden || this.question?.always) this.refresh();
    }, milliseconds);
  }
}
