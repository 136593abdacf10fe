import {
  BSON,
  MongoBulkWriteError,
  MongoError,
  MongoInvalidArgumentError,
  MongoServerError,
  type WriteError,
} from 'mongodb';
import { UserError } from '../../shared/user-error';
import { UnsureAnswer } from './insert-all';
import { DOCUMENT_CODES, FOR_ALL_CODES, OVERLOAD_CODES, PASSING_CODES } from './error-codes';

/**
 * What an error of the database says of what was to be written, by itself:
 * - `transient`: try again, nothing is wrong with it;
 * - `overload`: likewise, but later;
 * - `all`: nothing can be written until somebody changes something; try again, and say what to change;
 * - `document`: this document is not what the database takes; where several were sent, one of them;
 * - `unknown`: nothing: it may be about the document or about the server.
 *
 * Also a code that is about documents may come from a server, or from what stands before it, that answers so to
 * everything: it takes a document that is written meanwhile to tell (see writer.ts).
 */
export type ErrorKind = 'transient' | 'overload' | 'all' | 'document' | 'unknown';

/** Whether an error passes by itself, as far as it says. */
export function isPassingError(error: unknown): boolean {
  const kind = errorKind(error);
  return kind === 'transient' || kind === 'overload';
}

export const DUPLICATE_KEY = 11_000;

/** The server's refusal of one document of a bulk write. */
export class WriteRefusal extends Error {
  readonly code: number;

  constructor({ code, errmsg, errInfo }: Pick<WriteError, 'code' | 'errmsg' | 'errInfo'>) {
    super(withRule(errmsg ?? '', errInfo));
    this.name = new.target.name;
    this.code = code;
  }

  /**
   * Whether a unique index other than that of `_id` is said to have been hit. Only the text says it, and not always: that
   * of a clustered collection names no index, nor do some servers that speak MongoDB's protocol.
   */
  get isOfOtherIndex(): boolean {
    const index = / index: (.+?) dup key/.exec(this.message)?.[1];
    return this.code === DUPLICATE_KEY && index !== undefined && index !== '_id_';
  }
}

/** What a validator of the collection says of the document: the rule that it breaks. */
function withRule(message: string, errInfo: unknown): string {
  const { details } = (errInfo ?? {}) as { details?: unknown };
  return details === undefined ? message : `${message}: ${JSON.stringify(details)}`;
}

/**
 * Tells what an error thrown by a write says. A network error arrives as a MongoBulkWriteError without a code and
 * without writeErrors: the class says nothing.
 */
export function errorKind(error: unknown): ErrorKind {
  if (error instanceof UserError) return 'all';
  if (error instanceof UnsureAnswer) return 'transient';
  if (error instanceof WriteRefusal) return codeKind(error.code) ?? 'unknown';
  if (error instanceof MongoBulkWriteError) {
    // What was written may be taken back: no document is to blame, whatever the code.
    const concern = error.result.getWriteConcernError();
    if (concern) return FOR_ALL_CODES.has(Number(concern.code)) ? 'all' : 'transient';
    // A list of errors that leaves some documents open: what is there will be found there.
    if (writeErrorsOf(error).length > 0) return 'transient';
  }
  if (error instanceof MongoServerError) return serverErrorKind(error);
  if (error instanceof MongoInvalidArgumentError || BSON.BSONError.isBSONError(error)) return 'document';
  if (error instanceof MongoError) return 'transient';
  // The driver's serializer throws plain errors too, for values it was not made for.
  return 'document';
}

function serverErrorKind(error: MongoServerError): ErrorKind {
  const code = codeOf(error);
  if (error.hasErrorLabel('SystemOverloadedError')) return 'overload';
  const kind = code === undefined ? undefined : codeKind(code);
  // A server that says it would take the same write again is not speaking of the document.
  if (kind !== undefined && kind !== 'document') return kind;
  if (error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('RetryableError')) return 'transient';
  if (kind !== undefined) return kind;
  return code === undefined ? 'transient' : 'unknown';
}

/** @returns the server's code, if it gave one: where a write was not acknowledged as widely as asked for, that of this. */
export function codeOf(error: Error): number | undefined {
  if (error instanceof WriteRefusal) return error.code;
  const concern = error instanceof MongoBulkWriteError ? error.result.getWriteConcernError() : undefined;
  if (concern) return Number(concern.code);
  if (!(error instanceof MongoServerError)) return undefined;
  if (typeof error.code === 'number') return error.code;
  // Where a server knows no retryable writes, the driver puts words of its own before the server's answer.
  const { originalError } = error as { originalError?: unknown };
  return originalError instanceof MongoServerError ? codeOf(originalError) : undefined;
}

/** Whether the driver itself has no form for the document: no server was asked. */
export function isOfDriver(error: unknown): boolean {
  return errorKind(error) === 'document' && !(error instanceof MongoError || error instanceof WriteRefusal);
}

/** The errors about single documents that a bulk write ended with. */
export function writeErrorsOf({ writeErrors }: MongoBulkWriteError): WriteError[] {
  return [writeErrors].flat();
}

/**
 * Whether the error accounts for each operation of a bulk write of insertions, or of updates of one document with upsert,
 * and nothing is left open: neither operations that were not tried (a connection lost between two commands), nor one that
 * is refused without a word of which it is, nor a write that the majority has not acknowledged.
 */
export function accountsForAll(error: unknown, count: number): error is MongoBulkWriteError {
  if (!(error instanceof MongoBulkWriteError)) return false;
  const failed = new Set(writeErrorsOf(error).map(({ index }) => index));
  const done = error.insertedCount + error.matchedCount + error.upsertedCount;
  return (
    failed.size > 0 &&
    Array.from(failed).every((index) => Number.isInteger(index) && index >= 0 && index < count) &&
    done + failed.size === count &&
    error.result.getWriteConcernError() === undefined
  );
}

function codeKind(code: number): ErrorKind | undefined {
  if (FOR_ALL_CODES.has(code)) return 'all';
  if (PASSING_CODES.has(code)) return 'transient';
  if (OVERLOAD_CODES.has(code)) return 'overload';
  return DOCUMENT_CODES.has(code) ? 'document' : undefined;
}
