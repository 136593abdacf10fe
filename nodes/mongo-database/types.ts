import type { Db } from 'mongodb';
import type { Node } from 'node-red';
import type { UnansweredCommand } from './unanswered';

export type { UnansweredCommand };

/** What a database connection tells about itself, for the status of the nodes that use it. */
export type DatabaseState =
  | { state: 'connecting' }
  | { state: 'connected' }
  /** not connected; the next attempt is at `nextAttempt` (milliseconds since 1970) */
  | { state: 'retrying'; nextAttempt: number; error: Error }
  | { state: 'closed' };

/**
 * The one client of a mongo-database config node, shared by its users: connected with the first, closed after the last.
 */
export interface MongoDatabase {
  /** Told to people in errors and statuses: host and database, never a secret. */
  readonly description: string;
  readonly state: DatabaseState;
  /**
   * Signs a user in (with its listener for states) and starts to connect.
   * @param onUnanswered told of a command that the database has not answered for long, and of undefined when there is
   *   none any more
   */
  acquire(
    onState?: (state: DatabaseState) => void,
    onUnanswered?: (unanswered: UnansweredCommand | undefined) => void,
  ): DatabaseLease;
}

/** One user's share of the connection. */
export interface DatabaseLease {
  /**
   * The database, as soon as there is a connection; waits as long as there is none.
   * @param signal ends the waiting
   * @throws (a rejection) an AbortError when the signal is aborted or the lease is released
   */
  db(signal?: AbortSignal): Promise<Db>;
  /** Signs the user out. */
  release(): void;
}

/** The config node. */
export interface MongoDatabaseNode extends Node {
  /** missing where the settings were refused */
  mongo?: MongoDatabase;
  /** why they were, in the runtime's language */
  problem?: Error;
}
