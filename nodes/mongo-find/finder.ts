import {
  BSON,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  type Collection,
  type Document,
} from 'mongodb';
import type { DatabaseLease } from '../mongo-database/types';
import { DATA_BOUNDS, excessOf } from '../shared/data-bounds';
import { within } from '../shared/time-limit';
import { UserError, shorten, toError, type TextParams } from '../shared/user-error';
import type { FindSettings } from './config';
import { toPlain } from './plain';
import type { Question } from './question';

/** What was found, in the messages that are to be sent: one of all, or one a page, or one a document. */
export interface Found {
  payload: unknown;
  /** of this message among those of its question, from 0 */
  index: number;
  /** nothing of this question comes after it */
  last: boolean;
  /** there is more than the settings or the message let out; known of the last one only */
  more: boolean;
}

/** Told of one question. */
export interface FinderListener {
  found(found: Found): void;
  /** a document that no flow could take, which is left out */
  skipped(error: Error): void;
}

type Limits = Pick<FindSettings, 'output' | 'pageSize' | 'maxBytes' | 'timeoutMs'>;

/** The driver is to hand out the bytes: their number is what bounds a message. */
const CURSOR = { raw: true, promoteValues: true } as const;
const READ: BSON.DeserializeOptions = { bsonRegExp: true };
/** Documents that the server gives at once. */
const BATCH = 500;

/** Asks the database, one question after the other. */
export class Finder {
  private readonly closed = new AbortController();
  private turn: Promise<unknown> = Promise.resolve();
  private asking = 0;

  constructor(
    private readonly db: DatabaseLease['db'],
    private readonly limits: Limits,
  ) {}

  /** questions that have no answer yet */
  get waiting(): number {
    return this.asking;
  }

  /**
   * @returns how many documents were found, once the listener has all of them
   * @throws UserError of what the database answers, or that it gives no answer in time
   */
  ask(question: Question, listener: FinderListener): Promise<number> {
    this.asking++;
    const answer = this.turn.then(() => this.answer(question, listener)).finally(() => this.asking--);
    this.turn = answer.catch(() => undefined);
    return answer;
  }

  /** Ends what is asked and what waits. */
  close(): void {
    this.closed.abort();
  }

  private answer(question: Question, listener: FinderListener): Promise<number> {
    return within(this.limits.timeoutMs, this.closed.signal, async (signal) => {
      try {
        const db = await this.db(signal);
        const collection = db.collection(question.collection);
        return await inTime(this.run(collection, question, signal, listener), signal);
      } catch (error) {
        throw this.toUserError(error, question, signal);
      }
    });
  }

  private async run(
    collection: Collection,
    question: Question,
    signal: AbortSignal,
    listener: FinderListener,
  ): Promise<number> {
    const { operation, filter, field, limit, skip } = question;
    const options = { maxTimeMS: this.limits.timeoutMs, signal };
    if (operation === 'count') {
      const payload = await collection.countDocuments(filter, { ...options, ...(skip ? { skip } : {}) });
      listener.found({ payload, index: 0, last: true, more: false });
      return payload;
    }
    if (operation === 'distinct') {
      const values: unknown[] = await collection.distinct(field, filter, { ...options, bsonRegExp: true });
      const payload = this.fitting(values.slice(0, limit), question).map(toPlain);
      listener.found({ payload, index: 0, last: true, more: values.length > limit });
      return payload.length;
    }
    return this.read(cursorOf(collection, question, options), question, signal, listener);
  }

  private async read(
    cursor: AsyncIterable<Document> & { close(): Promise<void> },
    { limit, collection }: Question,
    signal: AbortSignal,
    listener: FinderListener,
  ): Promise<number> {
    const messages = new Messages(this.limits, collection, listener);
    let count = 0;
    let more = false;
    try {
      for await (const document of cursor) {
        signal.throwIfAborted();
        if (count === limit) {
          more = true;
          break;
        }
        count++;
        messages.add(document as Buffer);
      }
    } finally {
      await cursor.close();
    }
    messages.end(more);
    return count;
  }

  /** @throws UserError where the values are more than a message may carry */
  private fitting(values: readonly unknown[], { collection }: Question): readonly unknown[] {
    if (BSON.calculateObjectSize({ values }) > this.limits.maxBytes)
      throw tooLarge(collection, this.limits.maxBytes);
    return values;
  }

  private toUserError(thrown: unknown, { collection }: Question, signal: AbortSignal): Error {
    const error = toError(thrown);
    if (error instanceof UserError) return error;
    if (this.closed.signal.aborted) return new UserError('mongo-find.errors.closed', {}, { cause: error });
    const { timeoutMs } = this.limits;
    const late = signal.aborted || (error instanceof MongoServerError && error.code === TIME_LIMIT);
    const params = late ? { collection, seconds: timeoutMs / 1_000 } : { collection, reason: error.message };
    const text = late ? 'no-answer' : isOfConnection(error) ? 'lost' : 'refused';
    return new UserError(`mongo-find.errors.${text}`, params, { cause: error });
  }
}

/** Whether it is not the database that says no, but nobody who says anything. */
function isOfConnection(error: Error): boolean {
  return [MongoNetworkError, MongoServerSelectionError, MongoTopologyClosedError].some(
    (kind) => error instanceof kind,
  );
}

/** MaxTimeMSExpired, of MongoDB's error_codes.yml */
const TIME_LIMIT = 50;

/** The driver waits for all but the first documents as long as the server likes, whatever the signal says. */
function inTime<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = (): void => reject(toError(signal.reason));
    signal.addEventListener('abort', over);
    // A signal that is listened to is kept.
    void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', over));
  });
}

function cursorOf(
  collection: Collection,
  { operation, filter, pipeline, projection, sort, skip, limit }: Question,
  options: { maxTimeMS: number; signal: AbortSignal },
): AsyncIterable<Document> & { close(): Promise<void> } {
  const cursorOptions = { ...options, ...CURSOR, batchSize: Math.min(limit + 1, BATCH) };
  if (operation === 'aggregate') return collection.aggregate(pipeline, cursorOptions);
  return collection.find(filter, {
    ...cursorOptions,
    // One more says whether there are more.
    limit: limit + 1,
    skip,
    ...(projection ? { projection } : {}),
    ...(sort ? { sort: sort as Record<string, 1 | -1> } : {}),
  });
}

function tooLarge(collection: string, maxBytes: number): UserError {
  return new UserError('mongo-find.errors.too-large', { collection, most: maxBytes / 2 ** 20 });
}

/** Puts documents into messages, as the output is set. */
class Messages {
  private page: unknown[] = [];
  private bytes = 0;
  private index = 0;
  /** known to be the last only once there is no other */
  private ready: unknown[] = [];
  private readonly size: number;

  constructor(
    private readonly limits: Limits,
    private readonly collection: string,
    private readonly listener: FinderListener,
  ) {
    this.size = { array: Infinity, pages: limits.pageSize, single: 1 }[limits.output];
  }

  add(raw: Buffer): void {
    const { output, maxBytes } = this.limits;
    const document = this.decode(raw);
    if (document === undefined) return;
    if (output !== 'array' && this.page.length > 0 && this.bytes + raw.length > maxBytes) this.complete();
    this.bytes += raw.length;
    if (this.bytes > maxBytes) throw tooLarge(this.collection, maxBytes);
    this.page.push(document);
    if (this.page.length === this.size) this.complete();
  }

  end(more: boolean): void {
    if (
      this.page.length > 0 ||
      (this.index === 0 && this.ready.length === 0 && this.limits.output === 'array')
    )
      this.complete();
    this.send(true, more);
  }

  private complete(): void {
    this.send(false, false);
    this.ready = [this.limits.output === 'single' ? this.page[0] : this.page];
    this.page = [];
    this.bytes = 0;
  }

  private send(last: boolean, more: boolean): void {
    for (const payload of this.ready) this.listener.found({ payload, index: this.index++, last, more });
    this.ready = [];
  }

  private decode(raw: Buffer): unknown {
    let place: TextParams = { collection: this.collection, id: '?' };
    try {
      const document = BSON.deserialize(raw, READ);
      place = { ...place, id: shorten(toPlain(document._id)) };
      const plain = toPlain(document);
      const excess = excessOf(plain, DATA_BOUNDS);
      if (!excess) return plain;
      this.listener.skipped(new UserError('mongo-find.errors.document-bounds', { ...place, ...excess }));
    } catch (error) {
      const params = { ...place, reason: toError(error).message };
      this.listener.skipped(new UserError('mongo-find.errors.document', params, { cause: error }));
    }
    return undefined;
  }
}
