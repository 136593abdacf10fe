import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { Binary, ObjectId, type Collection } from 'mongodb';
import { keepTrying } from '../shared/keep-trying';
import type { UserError } from '../shared/user-error';
import { DUPLICATE_KEY, accountsForAll, writeErrorsOf } from './failure';
import type { Element, Identity } from './identity';
import { reasonOf, waitReason } from './reasons';

/** A reading that can't be stored, and why. */
export interface Rejection {
  element: Element;
  error: UserError;
}

/** What stands in the rejected collection: what arrived, where it came from, and the reason. */
export interface RejectedDocument {
  _id: ObjectId;
  /** what arrived: text as it was, bytes as they were, anything else as JSON */
  value: string | Binary;
  /** bytes or characters of the whole value, where only its beginning is kept */
  truncatedFrom?: number;
  reason: string;
  /** the reason's name, the same in every language */
  error: string;
  /** the reading's or the record's time */
  ts: Date;
  rejectedAt: Date;
  topic?: string;
  partition?: number;
  offset?: bigint;
  readingId?: string;
}

/** What is kept of a value: a document holds 16 MB, and a character takes up to 4 bytes. */
const MAX_KEPT = 3 * 1024 * 1024;

/** Makes the document for the rejected collection. @param reason the error's text in the runtime's language */
export function toRejectedDocument({ element, error }: Rejection, reason: string): RejectedDocument {
  const { ts, topic, readingId, place } = element.identity;
  const value = originalOf(element.value);
  return {
    _id: idOf(element.identity, value),
    value: asStored(value),
    ...(value.length > MAX_KEPT ? { truncatedFrom: value.length } : {}),
    reason,
    error: reasonOf(error),
    ts,
    rejectedAt: new Date(),
    ...(topic === undefined ? {} : { topic }),
    ...(place ? { partition: place.partition, offset: BigInt(place.offset) } : {}),
    ...(readingId === undefined ? {} : { readingId }),
  };
}

/** Digits of an ObjectId that hold its second and more. */
const TIME_DIGITS = 12;

/**
 * Of what has one reading id, each is kept that is different, and once what comes again: so the `_id` is made of the
 * reading's time and of all of it.
 */
function idOf({ _id, readingId }: Identity, value: string | Uint8Array): ObjectId {
  if (readingId === undefined) return _id;
  const time = _id.toHexString().slice(0, TIME_DIGITS);
  const hash = createHash('sha256').update(readingId).update(value).digest('hex');
  return ObjectId.createFromHexString(time + hash.slice(0, 24 - TIME_DIGITS));
}

export interface RejectedStoreOptions {
  /** the rejected collection, as soon as there is a connection */
  collection: (signal: AbortSignal) => Promise<Collection<RejectedDocument>>;
  /** told about each failed attempt, and when the next one is (milliseconds since 1970) */
  onWaiting: (error: Error, nextAttempt: number) => void;
}

/** Keeps what can't be stored as a reading. */
export class RejectedStore {
  constructor(private readonly options: RejectedStoreOptions) {}

  /**
   * Tries until all of them are there; one that came before is there already.
   * @throws an AbortError once the signal is aborted; nothing else
   */
  async write(documents: RejectedDocument[], signal: AbortSignal): Promise<void> {
    const attempt = async (): Promise<void> => {
      const collection = await this.options.collection(signal);
      await collection.insertMany(documents, { ordered: false }).catch((error: unknown) => {
        if (!areAllThere(error, documents.length)) throw error;
      });
    };
    await keepTrying(attempt, {
      signal,
      onFailure: (error, delay) => this.options.onWaiting(waitReason(error), Date.now() + delay),
    });
  }
}

function areAllThere(error: unknown, count: number): boolean {
  return accountsForAll(error, count) && writeErrorsOf(error).every(({ code }) => code === DUPLICATE_KEY);
}

function originalOf(value: unknown): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  try {
    return JSON.stringify(value, digitsOfBigInt) ?? String(value);
  } catch {
    // Circular, or nested beyond the stack: JSON has no form for it, so what is shown of it is kept.
    return inspect(value, { depth: 20 });
  }
}

function digitsOfBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function asStored(value: string | Uint8Array): string | Binary {
  return typeof value === 'string' ? value.slice(0, MAX_KEPT) : new Binary(value.subarray(0, MAX_KEPT));
}
