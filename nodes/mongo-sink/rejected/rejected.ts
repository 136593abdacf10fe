import { createHash } from 'node:crypto';
import { Binary, ObjectId, type Collection } from 'mongodb';
import { keepTrying } from '../../shared/keep-trying';
import { shownValue } from '../../shared/shown-value';
import { toError, type UserError } from '../../shared/user-error';
import {
  DUPLICATE_KEY,
  WriteRefusal,
  accountsForAll,
  errorKind,
  writeErrorsOf,
} from '../storing/write-errors';
import { insertAll } from '../storing/insert-all';
import type { Element, Identity } from '../storing/identity';
import { reasonOf, rejectedLost, waitReason } from './reasons';

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
  /** told of what the database will never take, not even without its value: it leaves by the second output alone */
  onLost: (error: UserError) => void;
  /** whether the database takes readings at present; asked where a refusal does not say what it is about */
  takesReadings: (signal: AbortSignal) => Promise<boolean>;
  /** DOUBT_MS when absent */
  doubtMs?: number;
}

/** So long a refusal that says nothing of the document is taken for the server's, and waited for. */
const DOUBT_MS = 30_000;

/** So often a document is refused for what it is before less of it is kept. */
const REFUSALS = 4;

/** The characters or bytes that are kept of a value then, one after the other: its server may take less than MongoDB. */
const LESS_KEPT = [512 * 1024, 16 * 1024, 0];

/** Keeps what can't be stored as a reading. */
export class RejectedStore {
  constructor(private readonly options: RejectedStoreOptions) {}

  /**
   * Tries until all of them are there; one that came before is there already. One that the database refuses for what it
   * is (a limit below ours, a validator) blocks nothing for ever: less and less of its value is kept. Where the refusal does
   * not say so, that it is refused again and again while readings are taken does.
   * @throws an AbortError once the signal is aborted; nothing else
   */
  async write(documents: readonly RejectedDocument[], signal: AbortSignal): Promise<void> {
    const open = new Map<RejectedDocument, Entry>(
      documents.map((document) => [document, { document, refusals: 0 }]),
    );
    const doubt = new Doubt(this.options);
    const attempt = async (): Promise<void> => {
      const collection = await this.options.collection(signal);
      const refused = await refusalsOf(
        collection,
        Array.from(open.values(), ({ document }) => document),
        async (error) => errorKind(error) === 'document' || doubt.isOver(error, signal),
      );
      const originals = Array.from(open.keys());
      let first: Error | undefined;
      for (const [i, original] of originals.entries()) {
        const error = refused.get(i);
        const entry = open.get(original);
        if (error && entry) {
          const isAboutIt = errorKind(error) === 'document' || (await doubt.isOver(error, signal));
          if (!isAboutIt || !this.givesUp(entry, error)) {
            first ??= error;
            continue;
          }
        }
        open.delete(original);
      }
      if (first) throw first;
    };
    await keepTrying(attempt, {
      signal,
      onError: (error, delay) => this.options.onWaiting(waitReason(error), Date.now() + delay),
    });
  }

  /** @returns whether nothing of it is going to be kept; else `entry.document` is what is tried next */
  private givesUp(entry: Entry, error: Error): boolean {
    entry.refusals++;
    if (entry.refusals < REFUSALS) return false;
    const kept = LESS_KEPT[entry.refusals - REFUSALS];
    if (kept !== undefined) {
      entry.document = withLess(entry.document, kept);
      return false;
    }
    this.options.onLost(rejectedLost(error));
    return true;
  }
}

interface Entry {
  /** what is tried next */
  document: RejectedDocument;
  refusals: number;
}

/** Whether a refusal that does not say what it is about is of the documents and not of the server. */
class Doubt {
  private since: number | undefined;

  constructor(private readonly options: Pick<RejectedStoreOptions, 'takesReadings' | 'doubtMs'>) {}

  async isOver(error: unknown, signal: AbortSignal): Promise<boolean> {
    if (errorKind(error) !== 'unknown') return false;
    this.since ??= performance.now();
    if (performance.now() - this.since < (this.options.doubtMs ?? DOUBT_MS)) return false;
    return this.options.takesReadings(signal);
  }
}

/**
 * @param mayBeAboutOne whether a refusal of several may be because of one of them
 * @returns by their index, why documents are not there
 * @throws what keeps all of them from being written now
 */
async function refusalsOf(
  collection: Collection<RejectedDocument>,
  documents: RejectedDocument[],
  mayBeAboutOne: (error: unknown) => Promise<boolean>,
): Promise<Map<number, Error>> {
  try {
    await insertAll(collection, documents);
    return new Map();
  } catch (error) {
    if (accountsForAll(error, documents.length)) {
      const others = writeErrorsOf(error).filter(({ code }) => code !== DUPLICATE_KEY);
      return new Map(others.map((each) => [each.index, new WriteRefusal(each)]));
    }
    if (!(await mayBeAboutOne(error))) throw error;
    if (documents.length === 1) return new Map([[0, toError(error)]]);
    const refused = new Map<number, Error>();
    for (const [i, document] of documents.entries())
      for (const why of (await refusalsOf(collection, [document], mayBeAboutOne)).values())
        refused.set(i, why);
    return refused;
  }
}

function withLess(document: RejectedDocument, kept: number): RejectedDocument {
  const { value, truncatedFrom } = document;
  const length = typeof value === 'string' ? value.length : value.length();
  if (length <= kept) return document;
  const less = typeof value === 'string' ? value.slice(0, kept) : new Binary(value.buffer.subarray(0, kept));
  return { ...document, value: less, truncatedFrom: truncatedFrom ?? length };
}

/** So much of a value is written as JSON at most, before what is kept of it is cut off. */
const MAX_WRITTEN = 32 * 1024 * 1024;

function originalOf(value: unknown): string | Uint8Array {
  if (typeof value === 'string') return value;
  // A Proxy may throw where it is asked for its class, and is no view.
  if (ArrayBuffer.isView(value) && value instanceof Uint8Array) return value;
  return shownValue(value, MAX_WRITTEN);
}

function asStored(value: string | Uint8Array): string | Binary {
  return typeof value === 'string' ? value.slice(0, MAX_KEPT) : new Binary(value.subarray(0, MAX_KEPT));
}
