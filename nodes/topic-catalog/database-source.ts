import type { Db } from 'mongodb';
import { asking } from './catalog-error';

/** What reaches the database. */
export interface DatabaseSource {
  /** told to people in errors */
  description: string;
  /** the database as soon as there is a connection; the signal ends the waiting */
  db(signal: AbortSignal): Promise<Db>;
}

const CONNECT_TIMEOUT_MS = 3_000;
/** For each question, so that none stays for ever. */
export const TIMEOUT = { timeoutMS: 120_000 };

/**
 * Asks the database, as soon as there is a connection.
 * @throws CatalogError when there is none in time, or it refuses
 */
export function askDatabase<T>(source: DatabaseSource, question: (db: Db) => Promise<T>): Promise<T> {
  return asking('database', source.description, async () =>
    question(await source.db(AbortSignal.timeout(CONNECT_TIMEOUT_MS))),
  );
}
