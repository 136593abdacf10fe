import type { Everywhere, ErrorInfo, LiveUpdate, PartAway } from '../contract';

/** A message as it travels between the page and topic-catalog, through whatever dashboard hosts the page. */
export interface Message {
  action?: string;
  payload?: unknown;
  error?: ErrorInfo;
  /** made by the page; comes back in the answer */
  request?: string;
}

/** Why a question has no answer. `connection`: nobody answered at all. */
export type AnswerErrorSource = ErrorInfo['source'] | 'connection';

export class AnswerError extends Error {
  constructor(
    readonly source: AnswerErrorSource,
    message: string,
  ) {
    super(message);
    this.name = 'AnswerError';
  }
}

const ANSWER_TIMEOUT_MS = 10_000;

interface Pending {
  resolve: (payload: unknown) => void;
  reject: (problem: AnswerError) => void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Asks and listens. An answer finds its question by the request id; what belongs to another browser, or to a question
 * that nobody waits for any more, finds none and changes nothing.
 */
export class Client {
  private readonly pending = new Map<string, Pending>();
  private readonly listeners = new Set<(update: LiveUpdate) => void>();
  /** how the latest question ended; null before the first one has */
  state: 'answered' | AnswerErrorSource | null = null;
  /** the parts behind topic-catalog that do not answer, as it last said */
  away: readonly PartAway[] = [];
  /** of what is set on the page, as topic-catalog last said it; undefined: not known */
  private revision: string | undefined;
  private count = 0;
  /** what the runtime's clock shows more than this browser's, in milliseconds */
  private clockOffset = 0;

  constructor(
    private readonly send: (message: Message) => void,
    private readonly onState: () => void,
    private readonly onSettings: () => void = () => undefined,
  ) {}

  /** The time as the runtime sees it, which is what readings are compared with. */
  now(): number {
    return Date.now() + this.clockOffset;
  }

  /** @throws AnswerError (a rejection) when the answer says so, or none comes within 10 s */
  ask<T>(action: string, payload: object): Promise<T> {
    const request = `${INSTANCE}-${this.count++}`;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.settle(request)?.reject(new AnswerError('connection', ''));
        this.setState('connection');
      }, ANSWER_TIMEOUT_MS);
      this.pending.set(request, { resolve: resolve as (payload: unknown) => void, reject, timer });
      this.send({ action, payload, request });
    });
  }

  /** Takes a message from the host. */
  receive(message: Message): void {
    if (message.action === 'live' && message.request === undefined) {
      const update = message.payload as LiveUpdate;
      this.hear(update);
      for (const listener of this.listeners) listener(update);
      return;
    }
    const pending = message.request === undefined ? undefined : this.settle(message.request);
    if (!pending) return;
    this.setState(message.error ? message.error.source : 'answered');
    if (message.error) {
      this.setAway(message.error.away);
      pending.reject(new AnswerError(message.error.source, message.error.message));
    } else {
      this.hear(message.payload as Everywhere);
      pending.resolve(message.payload);
    }
  }

  /** @returns what ends the listening */
  onLive(listener: (update: LiveUpdate) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private settle(request: string): Pending | undefined {
    const pending = this.pending.get(request);
    if (!pending) return undefined;
    clearTimeout(pending.timer);
    this.pending.delete(request);
    return pending;
  }

  private setState(state: 'answered' | AnswerErrorSource): void {
    if (this.state === state) return;
    this.state = state;
    this.onState();
  }

  /** What is set on the page is not known any more: it will be told of with the next answer. */
  forgetSettings(): void {
    this.revision = undefined;
  }

  private hear({ at, away, settings }: Everywhere): void {
    this.clockOffset = at - Date.now();
    this.setAway(away);
    if (settings === undefined || settings === this.revision) return;
    this.revision = settings;
    this.onSettings();
  }

  private setAway(away: readonly PartAway[] = []): void {
    if (JSON.stringify(away) === JSON.stringify(this.away)) return;
    this.away = away;
    this.onState();
  }
}

/** crypto.randomUUID is missing on plain http: getRandomValues is always there. */
const INSTANCE = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('');
