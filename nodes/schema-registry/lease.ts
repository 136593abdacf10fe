import { keepTrying } from '../shared/keep-trying';
import { toError } from '../shared/user-error';
import { RegistryError } from './errors';
import { schemaNameOf, type SchemaName } from './frame';
import { PendingValues, keyOf, writeFramed } from './pending-values';
import { NOT_FRAMED, type ConfluentRegistry, type Encoder } from './registry';
import type { EncoderSettings, RecordSchema, RegistryLease, RegistryProblem } from './types';

/** So many values wait for schemas; beyond it they are given back at once. */
const MOST_WRITING = 10_000;

/** One user's view: what it waits for, and that it ends. */
export class Lease implements RegistryLease {
  problem: RegistryProblem | undefined;
  private readonly closing = new AbortController();
  private readonly loads = new Map<SchemaName, Promise<RecordSchema>>();
  private readonly pending = new Map<string, PendingValues>();
  /** loads that have failed and go on */
  private waiting = 0;
  /** values whose schema is being asked for */
  private writing = 0;
  /** what the registry had answered when it was last told that it does not */
  private answersBefore = 0;

  constructor(
    private readonly registry: ConfluentRegistry,
    private readonly onProblem: (problem: RegistryProblem | undefined) => void,
  ) {}

  schemaOf(bytes: Buffer, header?: Buffer): RecordSchema | undefined {
    return this.registry.known(bytes, header);
  }

  load(bytes: Buffer, header?: Buffer): Promise<RecordSchema> {
    const name = schemaNameOf(bytes, header);
    if (name === undefined) return Promise.resolve(NOT_FRAMED);
    const under = this.loads.get(name) ?? this.keepAsking(name).finally(() => this.loads.delete(name));
    this.loads.set(name, under);
    return under;
  }

  private async keepAsking(name: SchemaName): Promise<RecordSchema> {
    let failed = false;
    try {
      return await keepTrying(() => this.registry.ask(name), {
        signal: this.closing.signal,
        onError: (error) => {
          if (!failed) this.waiting++;
          failed = true;
          this.tell(error);
        },
      });
    } finally {
      if (failed && --this.waiting === 0 && !this.closing.signal.aborted) this.tell(undefined);
    }
  }

  encode(subject: string, value: unknown, settings: EncoderSettings): Buffer | Promise<Buffer> {
    const encoder = this.registry.knownEncoder(subject, settings);
    if (encoder) {
      this.noteAnswers();
      return writeFramed(encoder, value, subject, settings.message);
    }
    if (this.closing.signal.aborted) throw this.closed();
    // Before it is asked for: its subject may be another for each message.
    if (this.writing >= MOST_WRITING) {
      const params = { url: this.registry.description, most: MOST_WRITING };
      throw new RegistryError('away', params, { text: 'crowded' });
    }
    this.writing++;
    return this.pendingOf(subject, settings)
      .add(value, settings.message)
      .finally(() => this.writing--);
  }

  release(): void {
    this.closing.abort();
    const error = this.closed();
    for (const pending of [...this.pending.values()]) pending.settle(error);
  }

  private pendingOf(subject: string, settings: EncoderSettings): PendingValues {
    const key = keyOf(subject, settings);
    const known = this.pending.get(key);
    if (known) return known;
    const { patienceMs } = this.registry;
    const pending = new PendingValues(subject, patienceMs, () => this.registry.crowded());
    this.pending.set(key, pending);
    pending.over.signal.addEventListener('abort', () => this.pending.delete(key), { once: true });
    this.fetchFor(pending, subject, settings).catch((error: unknown) => pending.settle(toError(error)));
    return pending;
  }

  /** Tries again, as long as values wait for it, where the registry does not answer. */
  private async fetchFor(pending: PendingValues, subject: string, settings: EncoderSettings): Promise<void> {
    const attempt = async (): Promise<Encoder | Error> => {
      try {
        return await this.registry.encoderOf(subject, settings);
      } catch (error) {
        if (error instanceof RegistryError && error.passes) throw error;
        return toError(error);
      }
    };
    const result = await keepTrying(attempt, {
      signal: pending.over.signal,
      onError: (error) => {
        pending.problem = error;
        this.tell(error);
      },
    });
    this.noteAnswers();
    pending.settle(result);
  }

  private closed(): RegistryError {
    return new RegistryError('away', { url: this.registry.description }, { text: 'closed' });
  }

  /** Whether it could be asked is seen by any answer: the value that it was told of may have been given back long ago. */
  private noteAnswers(): void {
    if (this.problem && this.waiting === 0 && this.registry.answers > this.answersBefore)
      this.tell(undefined);
  }

  private tell(error: Error | undefined): void {
    if (error) this.answersBefore = this.registry.answers;
    this.problem = error && { error, since: this.problem?.since ?? Date.now() };
    this.onProblem(this.problem);
  }
}
