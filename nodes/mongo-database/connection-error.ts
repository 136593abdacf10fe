import {
  MongoAPIError,
  MongoParseError,
  MongoServerError,
  MongoServerSelectionError,
  type TopologyDescription,
} from 'mongodb';
import { certificateProblem } from '../shared/certificate-problem';
import { UserError } from '../shared/user-error';
import type { ConnectionSettings } from './settings';
import { srvProblem } from './srv-records';

/** MongoDB's error codes (its source, error_codes.yml), by what they mean to a person. */
const SERVER_PROBLEMS = new Map<number, string>([
  [11, 'authentication'], // UserNotFound
  [18, 'authentication'], // AuthenticationFailed
  [8000, 'authentication'], // AtlasError
  [13, 'not-authorized'], // Unauthorized
  [189, 'not-primary'], // PrimarySteppedDown
  [10058, 'not-primary'], // LegacyNotPrimary
  [10107, 'not-primary'], // NotWritablePrimary
  [13435, 'not-primary'], // NotPrimaryNoSecondaryOk
  [13436, 'not-primary'], // NotPrimaryOrSecondary
]);

/** Node's codes of a name that has no address. */
const NAME_UNKNOWN = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ESERVFAIL']);

/**
 * Says in the user's words why there is no connection, or why it is of no use, and what to change.
 * @param settings for the text: where the database is, whether TLS is asked for, whether its hosts stand in DNS
 */
export function connectionError(
  error: Error,
  settings: Pick<ConnectionSettings, 'description' | 'tls' | 'srv'>,
): UserError {
  const params = { database: settings.description, reason: error.message.trim() };
  return new UserError(`mongo-database.errors.${problemOf(error, settings)}`, params, { cause: error });
}

function problemOf(error: Error, { tls, srv }: Pick<ConnectionSettings, 'tls' | 'srv'>): string {
  if (error instanceof MongoServerError) return SERVER_PROBLEMS.get(Number(error.code)) ?? 'connection';
  if (srv && isOfRecords(error)) return 'srv-records';
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    const problem = certificateProblem(e) ?? srvProblem(e);
    if (problem) return problem;
    // Behind what the driver says of a server may stand that server's own answer, whose code is a number.
    if (e instanceof MongoServerError) return SERVER_PROBLEMS.get(Number(e.code)) ?? 'connection';
    const { code } = e as { code?: unknown };
    if (typeof code !== 'string') continue;
    if (NAME_UNKNOWN.has(code)) return 'host-not-found';
    // What a server does that is spoken to in TLS and speaks none, or the other way round.
    if (code === 'ECONNRESET' || code.startsWith('ERR_SSL')) return tls ? 'tls-not-spoken' : 'tls-expected';
  }
  return error instanceof MongoServerSelectionError ? selectionProblem(error.reason) : 'connection';
}

/** Whether the driver, when it connects, refuses what stands in the SRV or TXT record: its errors have no code for it. */
function isOfRecords(error: Error): boolean {
  return error instanceof MongoParseError || error.constructor === MongoAPIError;
}

/** The driver waited in vain for a server of the right kind: those that did answer say why. */
function selectionProblem(topology: TopologyDescription | undefined): string {
  const types = [...(topology?.servers.values() ?? [])].map(({ type }) => String(type));
  if (types.some((type) => type.startsWith('RS'))) return 'not-primary';
  return topology?.setName && types.length === 0 ? 'replica-set-name' : 'unreachable';
}
