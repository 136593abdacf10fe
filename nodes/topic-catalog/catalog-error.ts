import { UserError, toError, type TextParams } from '../shared/user-error';
import type { ErrorSource } from './contract';

/** A request that could not be answered, and whose fault that is. */
export class CatalogError extends UserError {
  constructor(
    readonly source: ErrorSource,
    key: string,
    params: TextParams = {},
    options?: { cause?: unknown },
  ) {
    super(`topic-catalog.errors.${key}`, params, options);
  }
}

/** What JavaScript throws when a program is wrong, whatever the state of its services. */
const FAULTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * Runs a question to Kafka or to the database.
 * @param where their address, for the text
 * @throws CatalogError of that source, or of "internal" where this program is at fault, with the original error as its
 *   cause
 */
export async function asking<T>(
  source: 'kafka' | 'database',
  where: string,
  question: () => Promise<T>,
): Promise<T> {
  try {
    return await question();
  } catch (thrown) {
    if (thrown instanceof CatalogError) throw thrown;
    const error = toError(thrown);
    // What comes out of kafka-cluster has been put into words already.
    const origin = error instanceof UserError ? error.cause : error;
    if (FAULTS.some((fault) => origin instanceof fault)) {
      throw new CatalogError('internal', 'internal', { reason: error.message }, { cause: error });
    }
    throw new CatalogError(source, source, { where, reason: error.message }, { cause: error });
  }
}
