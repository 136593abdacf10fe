import { MongoServerError, MongoServerSelectionError } from 'mongodb';
import { UserError } from '../shared/user-error';

/** MongoDB's error codes (its source, error_codes.yml) that say the user or the password is wrong. */
const AUTHENTICATION_FAILED = 18;
const ATLAS_ERROR = 8000;

/**
 * Says in the user's words why there is no connection.
 * @param description host and database, for the text
 */
export function connectionError(error: Error, description: string): UserError {
  const params = { database: description, reason: error.message };
  if (
    error instanceof MongoServerError &&
    (error.code === AUTHENTICATION_FAILED || error.code === ATLAS_ERROR)
  ) {
    return new UserError('mongo-database.errors.authentication', params, { cause: error });
  }
  if (error instanceof MongoServerSelectionError) {
    return new UserError('mongo-database.errors.unreachable', params, { cause: error });
  }
  return new UserError('mongo-database.errors.connection', params, { cause: error });
}
