import { UserError, shorten } from '../../shared/user-error';
import type { ReadingDocument } from '../storing/document';
import { codeOf, errorKind, isPassingError } from '../storing/write-errors';

/** Codes of MongoDB's `error_codes.yml` for which there is something to say about what to change. */
const UNAUTHORIZED = 13;
const AUTHENTICATION = new Set([11, 18, 391]);
const NOT_PRIMARY = new Set([189, 10_058, 10_107, 13_435, 13_436]);
const OUT_OF_DISK_SPACE = 14_031;
const WRITE_CONCERN_TIMEOUT = 64;

/** Problems that pass by themselves, as far as one can tell. */
const PASSING: ReadonlySet<string> = new Set([
  'mongo-sink.errors.database-away',
  'mongo-sink.errors.overloaded',
  'mongo-sink.errors.not-primary',
  'mongo-database.errors.not-primary',
  'mongo-database.errors.unreachable',
  'mongo-database.errors.dns-server',
  'mongo-database.errors.connection',
]);

/** Whether a problem is that the database is away, whoever noticed it: the connection or a write. */
export function isPassing(error: Error): boolean {
  return error instanceof UserError && PASSING.has(error.key);
}

/** Why nothing can be written at present, and what to change where that is what it takes. */
export function waitReason(error: Error): UserError {
  if (error instanceof UserError) return error;
  const code = codeOf(error);
  const params = { reason: shorten(error.message, 300), code: code ?? '' };
  const because = (key: string): UserError =>
    new UserError(`mongo-sink.errors.${key}`, params, { cause: error });
  if (code === UNAUTHORIZED) return because('not-authorized');
  if (code !== undefined && AUTHENTICATION.has(code)) return because('authentication');
  if (code !== undefined && NOT_PRIMARY.has(code)) return because('not-primary');
  if (code === OUT_OF_DISK_SPACE) return because('disk-full');
  if (code === WRITE_CONCERN_TIMEOUT) return because('not-replicated');
  if (errorKind(error) === 'overload') return because('overloaded');
  return because(isPassingError(error) ? 'database-away' : 'all-refused');
}

/** The database, or its driver, takes everything but this document. */
export function refusedByDatabase({ nodo }: ReadingDocument, error: Error): UserError {
  const params = { nodo: shorten(nodo), reason: shorten(error.message, 300), code: codeOf(error) ?? '' };
  return new UserError('mongo-sink.errors.refused', params, { cause: error });
}

/** Another document has the `_id` that belongs to this reading. */
export function idTaken({ _id, nodo }: ReadingDocument): UserError {
  return new UserError('mongo-sink.errors.id-taken', { id: _id.toHexString(), nodo: shorten(nodo) });
}

/** The database does not even take the rejected reading; it has left by the second output. */
export function rejectedLost(error: Error): UserError {
  const params = { reason: shorten(error.message, 300), code: codeOf(error) ?? '' };
  return new UserError('mongo-sink.errors.rejected-not-kept', params, { cause: error });
}

/** The list of nodes can't be kept; readings are stored all the same. */
export function nodosError(error: Error): UserError {
  const params = { reason: shorten(error.message, 300), code: codeOf(error) ?? '' };
  return new UserError('mongo-sink.errors.nodos', params, { cause: error });
}

/** The summaries can't be kept; readings are stored all the same. */
export function historyError(error: Error): UserError {
  const params = { reason: shorten(error.message, 300), code: codeOf(error) ?? '' };
  return new UserError('mongo-sink.errors.summaries', params, { cause: error });
}

/** The name of a UserError without its node: `no-nodo`. */
export function reasonOf({ key }: UserError): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
