import { MisfitError } from './codecs/codec';
import { frameOf } from './frame';
import { misfitText } from './misfit';
import type { Encoder } from './registry';
import type { EncoderSettings } from './types';

interface Pending {
  value: unknown;
  message: string | undefined;
  /** milliseconds since 1970 */
  until: number;
  resolve: (bytes: Buffer) => void;
  reject: (error: Error) => void;
}

/**
 * Values of one subject that wait for its schema, each no longer than its patience. A flow may send very many at once: they
 * share one timer, and whoever asks for the schema asks for all of them.
 */
export class PendingValues {
  /** ends the asking: nobody waits any more */
  readonly over = new AbortController();
  /** why there is no schema for now */
  problem: Error | undefined;
  private values: Pending[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param late what a value gets whose patience is over before anything is known */
  constructor(
    private readonly subject: string,
    private readonly patienceMs: number,
    private readonly late: () => Error,
  ) {}

  add(value: unknown, message: string | undefined): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.values.push({ value, message, until: Date.now() + this.patienceMs, resolve, reject });
      this.timer ??= setTimeout(() => this.giveUpLate(), this.patienceMs);
    });
  }

  /** Ends all of them: writes them, or gives them the error. */
  settle(result: Encoder | Error): void {
    clearTimeout(this.timer);
    const { values } = this;
    this.values = [];
    this.over.abort();
    for (const { value, message, resolve, reject } of values) {
      if (result instanceof Error) {
        reject(result);
        continue;
      }
      try {
        resolve(writeFramed(result, value, this.subject, message));
      } catch (error) {
        reject(error as Error);
      }
    }
  }

  private giveUpLate(): void {
    this.timer = undefined;
    const now = Date.now();
    const count = this.values.findIndex(({ until }) => until > now);
    const late = this.values.splice(0, count < 0 ? Infinity : count);
    const [next] = this.values;
    if (next) this.timer = setTimeout(() => this.giveUpLate(), next.until - now);
    else this.over.abort();
    for (const { reject } of late) reject(this.problem ?? this.late());
  }
}

/** Names what values are written by. */
export function keyOf(subject: string, { register }: EncoderSettings): string {
  return `${subject}\n${register?.type ?? ''}\n${register?.schema ?? ''}`;
}

/** @throws UserError that names the field and the value which do not fit */
export function writeFramed(
  { id, codec }: Encoder,
  value: unknown,
  subject: string,
  message: string | undefined,
): Buffer {
  try {
    return Buffer.concat([frameOf(id), codec.encode(value, message)]);
  } catch (error) {
    throw error instanceof MisfitError ? misfitText(error, subject) : error;
  }
}
