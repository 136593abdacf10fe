import type tls from 'node:tls';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { readText } from '../shared/fields';
import { PACKAGE_NAME } from '../shared/package-name';
import { requireSet } from '../shared/unset-variable';
import { UserError } from '../shared/user-error';
import type { SrvName } from './srv-records';
import { optionNames, parseMongoUri, secretValuesIn, withoutSecrets } from '../shared/mongo-uri';

/** The config node's settings and credentials, as Node-RED gives them. */
export interface DatabaseConfig {
  uri?: string;
  database?: string;
  username?: string | undefined;
  password?: string | undefined;
}

/** What a connection needs; `description` is the only part that may be shown to anyone. */
export interface ConnectionSettings {
  uri: string;
  options: MongoClientOptions;
  /** whether the connection is to be in TLS: by a tls-config node, or by the URI */
  tls: boolean;
  /** of a `mongodb+srv://` URI, whose hosts stand in DNS */
  srv: SrvName | undefined;
  database: string;
  description: string;
}

/**
 * A database that is away is noticed after 3 s by who writes, and after at most 10 s by the driver's own heartbeat
 * when the connection has gone silent; the driver then breaks off what waits for an answer.
 */
const TIMES: MongoClientOptions = {
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 5_000,
  heartbeatFrequencyMS: 5_000,
  waitQueueTimeoutMS: 10_000,
};

/** What the URI may ask for at most: a Node-RED that closes waits for the attempt to connect that is under way. */
const MAX_SELECTION_MS = 10_000;

/**
 * A primary whose secondaries are down, kept in office by an arbiter, would let a write wait for the majority for ever
 * and say nothing. After this it says so; what was written stays, and is waited for again.
 */
const MAJORITY_MS = 15_000;

/** What stands in the connection strings that Atlas and others show, in the password's place. */
const PLACEHOLDER = /^<[^<>]*>$/;

/** MongoDB's limits on a database's name (manual, "MongoDB Limits and Thresholds": naming restrictions). */
const DATABASE_NAME = /^[^/\\. "$*<>:|?\0]{1,63}$/;

/**
 * Checks the settings and fills in what they leave open: acknowledged by the majority and written to the journal,
 * within a time, unless the URI says otherwise.
 * @param tlsOptions what the tls-config node gives, if one is chosen
 * @throws UserError that names the field; it never contains the URI's user or password
 */
export function connectionSettings(
  config: DatabaseConfig,
  tlsOptions?: tls.ConnectionOptions,
): ConnectionSettings {
  const given = config.uri?.trim() ?? '';
  const address = parseMongoUri(given) ?? { uri: withoutUserInfo(given), username: '', password: '' };
  if ('problem' in address) throw new UserError(`mongo-database.errors.${address.problem}`);
  requireSet(withoutSecrets(address.uri), 'uri', 'mongo-database.errors.unset-variable');
  const database = readText(config.database, 'database', 'mongo-database.errors.unset-variable');
  if (given === '') throw new UserError('mongo-database.errors.no-uri');
  if (!DATABASE_NAME.test(database))
    throw new UserError('mongo-database.errors.database-name', { value: database });

  const options = defaultsBeside(address.uri);
  const auth = credentials(config, address);
  // Without a password the user belongs to a certificate; the driver takes one only out of the URI.
  const uri = auth?.password === '' ? withUser(address.uri, auth.username) : address.uri;
  if (auth && auth.password !== '') options.auth = auth;
  if (tlsOptions) Object.assign(options, { tls: true }, driverOptions(tlsOptions));
  const parsed = parse(uri, options);
  options.serverSelectionTimeoutMS = Math.min(
    parsed.serverSelectionTimeoutMS || MAX_SELECTION_MS,
    MAX_SELECTION_MS,
  );
  const concern = parsed.writeConcern;
  if (concern?.w === 0) throw new UserError('mongo-database.errors.unacknowledged');
  options.writeConcern = {
    w: concern?.w ?? 'majority',
    journal: concern?.journal ?? true,
    wtimeoutMS: concern?.wtimeoutMS ?? MAJORITY_MS,
  };
  const { srvHost, srvServiceName: service } = parsed;
  const srv = srvHost === undefined ? undefined : { host: srvHost, service };
  const description = `${srvHost ?? parsed.hosts.map(String).join(',')}/${database}`;
  return { uri, options, tls: options.tls ?? Boolean(parsed.tls), srv, database, description };
}

interface User {
  username: string;
  password: string;
}

/** Those of the dialog, else those in the URI; the dialog's password also for a user that the URI names. */
function credentials(config: DatabaseConfig, inUri: User): User | undefined {
  const username = config.username || inUri.username;
  const password = config.password || (config.username ? '' : inUri.password);
  if (username === '') return undefined;
  if (PLACEHOLDER.test(password)) throw new UserError('mongo-database.errors.password-placeholder');
  requireSet(username, 'username', 'mongo-database.errors.unset-variable');
  // Its text is kept out of the error: only whether it still is a variable's name matters.
  if (/^\$\{[^}]+\}$/.test(password)) throw new UserError('mongo-database.errors.unset-password');
  return { username, password };
}

/** The driver takes Node's own names, but refuses those whose value is undefined or that it does not know. */
function driverOptions(options: tls.ConnectionOptions): MongoClientOptions {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized, ALPNProtocols } = options;
  const all = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized, ALPNProtocols };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function parse(uri: string, options: MongoClientOptions): MongoClient['options'] {
  try {
    return new MongoClient(uri, options).options;
  } catch (error) {
    const message = error instanceof Error ? withoutUserInfo(error.message) : '';
    const secrets = secretValuesIn(uri).sort((a, b) => b.length - a.length);
    const reason = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), message);
    throw new UserError('mongo-database.errors.uri', { reason });
  }
}

function withUser(uri: string, username: string): string {
  return uri.replace('://', `://${encodeURIComponent(username)}@`);
}

/** The driver may quote the URI in its errors: what stands before the last @ is taken out. */
function withoutUserInfo(text: string): string {
  return text.replace(/^((?:.*?:\/\/)?).*@/s, '$1…@');
}

/** What is right for most; what the URI itself says counts for more. */
function defaultsBeside(uri: string): MongoClientOptions {
  const said = optionNames(uri);
  const defaults = Object.entries({ ...TIMES, appName: PACKAGE_NAME, maxPoolSize: 10 });
  return Object.fromEntries(defaults.filter(([name]) => !said.has(name.toLowerCase())));
}
