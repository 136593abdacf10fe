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

  /** Whether a unique index other than that of `_id` was hit; only the text says it. */
  get isOfOtherIndex(): boolean {
    return this.code === DUPLICATE_KEY && !this.message.includes(' index: _id_ ');
  }
}

/** Codes of MongoDB's `error_codes.yml`. */
const TRANSIENT = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  50, // MaxTimeMSExpired
  64, // WriteConcernFailed
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  216, // ElectionInProgress
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
  if (error instanceof MongoBulkWriteError && (error.code === undefined || writeErrorsOf(error).length > 0)) {
    // Either the network, or a list of errors that leaves some documents open: what is there will be found there.
    return 'transient';
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

/** The errors about single documents that a bulk write ended with. */
export function writeErrorsOf({ writeErrors }: MongoBulkWriteError): WriteError[] {
  return [writeErrors].flat();
}

/**
 * Whether the error's list accounts for each document of a bulk insert and nothing is left open: neither documents that
 * were not tried (a connection lost between two commands), nor a write that the majority has not acknowledged.
 */
export function accountsForAll(error: unknown, count: number): error is MongoBulkWriteError {
  if (!(error instanceof MongoBulkWriteError)) return false;
  const failed = writeErrorsOf(error).length;
  return (
    failed > 0 && error.insertedCount + failed === count && error.result.getWriteConcernError() === undefined
  );
}

function codeKind(code: number): FailureKind | undefined {
  if (FOR_ALL.has(code)) return 'all';
  if (TRANSIENT.has(code)) return 'transient';
  return DOCUMENT.has(code) ? 'document' : undefined;
}
