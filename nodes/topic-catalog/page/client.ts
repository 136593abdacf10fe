import type { Failure, LiveUpdate } from '../answers';

/** A message as it travels between the page and topic-catalog, through whatever dashboard hosts the page. */
export interface Message {
  action?: string;
  payload?: unknown;
  error?: Failure;
  /** made by the page; comes back in the answer */
  request?: string;
}

/** Why a question has no answer. `connection`: nobody answered at all. */
export type TroubleSource = Failure['source'] | 'connection';

export class Trouble extends Error {
  constructor(
    readonly source: TroubleSource,
    message: string,
  ) {
    super(message);
    this.name = 'Trouble';
  }
}

const ANSWER_TIMEOUT_MS = 10_000;

interface Pending {
  resolve: (payload: unknown) => void;
  reject: (trouble: Trouble) => void;
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
  state: 'answered' | TroubleSource | null = null;
  private count = 0;
  /** what the runtime's clock shows more than this browser's, in milliseconds */
  private clockOffset = 0;

  constructor(
    private readonly send: (message: Message) => void,
    private readonly onState: () => void,
  ) {}

  /** The time as the runtime sees it, which is what readings are compared with. */
  now(): number {
    return Date.now() + this.clockOffset;
  }

  /** @throws Trouble (a rejection) when the answer says so, or none comes within 10 s */
  ask<T>(action: string, payload: object): Promise<T> {
    const request = `${INSTANCE}-${this.count++}`;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.settle(request)?.reject(new Trouble('connection', ''));
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
      this.setClock(update.at);
      for (const listener of this.listeners) listener(update);
      return;
    }
    const pending = message.request === undefined ? undefined : this.settle(message.request);
    if (!pending) return;
    this.setState(message.error ? message.error.source : 'answered');
    if (message.error) pending.reject(new Trouble(message.error.source, message.error.message));
    else {
      this.setClock((message.payload as { at: number }).at);
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

  private setState(state: 'answered' | TroubleSource): void {
    if (this.state === state) return;
    this.state = state;
    this.onState();
  }

  private setClock(at: number): void {
    this.clockOffset = at - Date.now();
  }
}

/** crypto.randomUUID is missing on plain http: getRandomValues is always there. */
const INSTANCE = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('');
