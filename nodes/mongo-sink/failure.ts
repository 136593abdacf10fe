import {
  BSON,
  MongoBulkWriteError,
  MongoError,
  MongoInvalidArgumentError,
  MongoServerError,
  type WriteError,
} from 'mongodb';

/**
 * What a failure of the database means for what was to be written:
 * - `transient`: try again, nothing is wrong with it;
 * - `all`: nothing can be written until somebody changes something; try again, and say what to change;
 * - `document`: this document can never be stored; where several were sent, one of them;
 * - `unknown`: a refusal, of a document or of the whole command, that this list does not know: try again a few times.
 */
export type FailureKind = 'transient' | 'all' | 'document' | 'unknown';

export const DUPLICATE_KEY = 11_000;

/** The server's refusal of one document of a bulk write. */
export class WriteRefusal extends Error {
  readonly code: number;

  constructor({ code, errmsg }: WriteError) {
    super(errmsg ?? '');
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

/** Codes of MongoDB's `error_codes.yml`. */
const TRANSIENT = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound: the server that had it is no longer the primary
  50, // MaxTimeMSExpired
  64, // WriteConcernFailed
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  216, // ElectionInProgress
  237, // CursorKilled
  249, // StaleDbVersion
  262, // ExceededTimeLimit
  317, // ConnectionPoolExpired
  319, // MovePrimaryInProgress
  365, // TemporarilyUnavailable
  371, // UserWritesBlocked
  384, // ConnectionError
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

const FOR_ALL = new Set([
  11, // UserNotFound
  13, // Unauthorized
  18, // AuthenticationFailed
  20, // IllegalOperation: retryable writes on a server that has none
  59, // CommandNotFound
  73, // InvalidNamespace
  79, // UnknownReplWriteConcern
  100, // UnsatisfiableWriteConcern
  115, // CommandNotSupported
  166, // CommandNotSupportedOnView
  322, // APIVersionError
  323, // APIStrictError
  391, // ReauthenticationRequired
  8000, // AtlasError: wrong password, or over the quota
  14031, // OutOfDiskSpace
]);

const DOCUMENT = new Set([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  15, // Overflow: nested too deep
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  53, // InvalidIdField
  55, // InvalidDBRef
  56, // EmptyFieldName
  57, // DottedFieldName
  121, // DocumentValidationFailure
  10334, // BSONObjectTooLarge
  17280, // KeyTooLong
]);

/**
 * Tells what an error thrown by a write means. A network error arrives as a MongoBulkWriteError without a code and
 * without writeErrors: the class says nothing.
 */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof WriteRefusal) return codeKind(error.code) ?? 'unknown';
  if (error instanceof MongoBulkWriteError) {
    // What was written may be taken back: no document is to blame, whatever the code.
    const concern = error.result.getWriteConcernError();
    if (concern) return FOR_ALL.has(Number(concern.code)) ? 'all' : 'transient';
    // Either the network, or a list of errors that leaves some documents open: what is there will be found there.
    if (error.code === undefined || writeErrorsOf(error).length > 0) return 'transient';
  }
  if (error instanceof MongoServerError) {
    const kind = codeKind(Number(error.code));
    return kind ?? (error.hasErrorLabel('RetryableWriteError') ? 'transient' : 'unknown');
  }
  if (error instanceof MongoInvalidArgumentError || BSON.BSONError.isBSONError(error)) return 'document';
  if (error instanceof MongoError) return 'transient';
  // The driver's serializer throws plain errors too, for values it was not made for.
  return 'document';
}

/** @returns the server's code, if it gave one: where a write was not acknowledged as widely as asked for, that of this. */
export function codeOf(error: Error): number | undefined {
  if (error instanceof WriteRefusal) return error.code;
  const concern = error instanceof MongoBulkWriteError ? error.result.getWriteConcernError() : undefined;
  if (concern) return Number(concern.code);
  return error instanceof MongoServerError && typeof error.code === 'number' ? error.code : undefined;
}

/** The errors about single documents that a bulk write ended with. */
export function writeErrorsOf({ writeErrors }: MongoBulkWriteError): WriteError[] {
  return [writeErrors].flat();
}

/**
 * Whether the error accounts for each operation of a bulk write of insertions, or of updates of one document with upsert,
 * and nothing is left open: neither operations that were not tried (a connection lost between two commands), nor a write
 * that the majority has not acknowledged.
 */
export function accountsForAll(error: unknown, count: number): error is MongoBulkWriteError {
  if (!(error instanceof MongoBulkWriteError)) return false;
  const failed = writeErrorsOf(error).length;
  const done = error.insertedCount + error.matchedCount + error.upsertedCount;
  return failed > 0 && done + failed === count && error.result.getWriteConcernError() === undefined;
}

function codeKind(code: number): FailureKind | undefined {
  if (FOR_ALL.has(code)) return 'all';
  if (TRANSIENT.has(code)) return 'transient';
  return DOCUMENT.has(code) ? 'document' : undefined;
}
