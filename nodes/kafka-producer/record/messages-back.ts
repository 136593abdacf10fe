import type { RegistryLease } from '../../schema-registry/types';
import type { PipelineMessage } from '../../shared/messages';
import { atMost } from '../../shared/time-limit';
import { toMessage, type RecordPlace } from './message';
import { contentOf, originOf, type ProducerRecord } from './entry';

/** So long, so many and so many bytes of records wait for a schema; then their messages have the bytes. */
const PATIENCE_MS = 5_000;
const MOST_WAITING = 1_000;
const MOST_BYTES = 64 * 2 ** 20;

interface Waiting {
  record: ProducerRecord;
  bytes: number;
  /** as performance.now() counts, in milliseconds */
  until: number;
  place: RecordPlace;
  give: (message: PipelineMessage) => void;
}

/**
 * Makes messages of records again, in their order. What was written by a schema is read by it: it may have been written
 * before a restart, so that the schema has to be asked for.
 */
export class MessagesBack {
  private readonly waiting: Waiting[] = [];
  /** of the records that wait */
  private bytes = 0;

  /** @param registry absent where nothing is written by schemas any more */
  constructor(
    private readonly registry: Pick<RegistryLease, 'schemaOf' | 'load'> | undefined,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** @param give called at once where nothing has to be waited for */
  of(record: ProducerRecord, place: RecordPlace, give: (message: PipelineMessage) => void): void {
    if (this.waiting.length === 0 && this.missing(record) === undefined) {
      give(this.make(record, place));
      return;
    }
    const bytes = record.bytes.length;
    this.waiting.push({ record, bytes, until: performance.now() + this.patienceMs, place, give });
    this.bytes += bytes;
    const tooMany = this.waiting.length > MOST_WAITING || this.bytes > MOST_BYTES;
    if (tooMany) this.giveFirst(this.waiting.length);
    else if (this.waiting.length === 1) this.wait();
  }

  private wait(): void {
    const [first] = this.waiting;
    if (!first) return;
    const missing = this.missing(first.record);
    const loading = missing && this.registry?.load(missing);
    const go = (): void => {
      // Meanwhile there may have been too many, and it has been given.
      if (this.waiting[0] === first) this.giveFirst(1);
    };
    atMost(Math.max(first.until - performance.now(), 0), loading ?? Promise.resolve()).then(go, go);
  }

  /** Gives so many, and those behind them that need not wait, or not any longer. */
  private giveFirst(count: number): void {
    const now = performance.now();
    for (let left = count; ; left--) {
      const [next] = this.waiting;
      if (!next || (left <= 0 && next.until > now && this.missing(next.record) !== undefined)) break;
      this.waiting.shift();
      this.bytes -= next.bytes;
      next.give(this.make(next.record, next.place));
    }
    if (this.waiting.length > 0) this.wait();
  }

  /** What of a record can't be read yet. */
  private missing(record: ProducerRecord): Buffer | undefined {
    if (!this.registry) return undefined;
    const { kind, schemaKey } = originOf(record);
    if (kind !== 'schema' && !schemaKey) return undefined;
    const { key, value } = contentOf(record);
    const schemed = [kind === 'schema' ? value : null, schemaKey ? key : null];
    for (const bytes of schemed) if (bytes && !this.registry.schemaOf(bytes)) return bytes;
    return undefined;
  }

  private make(record: ProducerRecord, place: RecordPlace): PipelineMessage {
    return toMessage(record, place, (bytes) => {
      const decoded = this.registry?.schemaOf(bytes)?.decode(bytes, 'text');
      return decoded && 'value' in decoded ? decoded.value : bytes;
    });
  }
}
