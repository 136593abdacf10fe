import type tls from 'node:tls';
import type { Mechanism, SASLOptions } from 'kafkajs';
import { readText, readWholeNumber, requireKafkaName, type FieldValue } from '../shared/fields';
import { withTodaysNames } from '../shared/renamed-settings';
import { requireSet } from '../shared/unset-variable';
import { UserError, shorten } from '../shared/user-error';
import { withoutSignIn } from '../shared/without-sign-in';
import { AccessTokens } from './auth/access-token';
import { normalAddress } from './broker-address';
import {
  CLIENT_LOGS,
  DEFAULT_RETRIES,
  DEFAULT_TIMEOUTS,
  type ClientLog,
  type ClusterSettings,
  type Timeouts,
} from './client';
import { oauthSignIn } from './patched-kafkajs';

/** What the dialog saves; numbers are text there, so that they can come from the environment. */
export interface ClusterConfig {
  name?: string;
  brokers?: string;
  clientId?: string;
  /** milliseconds */
  connectionTimeoutMs?: string | number;
  /** milliseconds */
  requestTimeoutMs?: string | number;
  /** milliseconds */
  longestPauseMs?: string | number;
  questionRetries?: string | number;
  clientLog?: string;
  /** id of a tls-config node, empty for none */
  tls?: string;
  sasl?: string;
  tokenUrl?: string;
  scope?: string;
}

export interface ClusterCredentials {
  username?: string;
  password?: string;
  oauthClientId?: string;
  oauthClientSecret?: string;
}

const UNSET = 'kafka-cluster.errors.unset-variable';
const DEFAULT_PORT = 9092;
const DEFAULT_CLIENT_ID = 'node-red';
/** Less than this no broker can be asked to answer in; more than this nobody would wait for. */
const TIMEOUT_BOUNDS = { least: 100, most: 300_000 };
/** Whoever asks waits for the answer: the dashboard, and the topics that a consumer looks for. */
const MOST_QUESTION_RETRIES = 20;
const PASSWORD_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/**
 * Reads the config node's fields.
 * @param tlsOptions what the tls-config node gives, if one is chosen
 * @throws UserError that names the field and its value
 */
export function readClusterConfig(
  saved: ClusterConfig,
  credentials: ClusterCredentials,
  tlsOptions?: tls.ConnectionOptions,
): ClusterSettings {
  const config = withTodaysNames('kafka-cluster', saved);
  const timeouts: Timeouts = {
    connectionMs: readTimeout(
      config.connectionTimeoutMs,
      'connectionTimeoutMs',
      DEFAULT_TIMEOUTS.connectionMs,
    ),
    requestMs: readTimeout(config.requestTimeoutMs, 'requestTimeoutMs', DEFAULT_TIMEOUTS.requestMs),
  };
  const sasl = readSasl(config, credentials, timeouts, tlsOptions);
  const clientId = readText(config.clientId, 'clientId', UNSET) || DEFAULT_CLIENT_ID;
  requireKafkaName(clientId, 'clientId', 'kafka-cluster.errors.name-length');
  return {
    brokers: readBrokers(config.brokers ?? ''),
    clientId,
    timeouts,
    retries: {
      longestPauseMs: readTimeout(config.longestPauseMs, 'longestPauseMs', DEFAULT_RETRIES.longestPauseMs),
      ofQuestions: readRetries(config.questionRetries),
    },
    clientLog: readClientLog(config.clientLog),
    ...(tlsOptions ? { tls: tlsOptions } : {}),
    ...(sasl ? { sasl } : {}),
  };
}

function readBrokers(text: string): string[] {
  const addresses = requireSet(text, 'brokers', UNSET)
    .split(/[\s,;]+/)
    .filter((address) => address !== '');
  if (addresses.length === 0) throw new UserError('kafka-cluster.errors.no-brokers');
  return addresses.map((text) => {
    const address = normalAddress(text, DEFAULT_PORT);
    if (!address) throw new UserError('kafka-cluster.errors.broker-address', { value: shorten(text) });
    return address;
  });
}

function readTimeout(value: FieldValue, field: string, otherwise: number): number {
  const { least, most } = TIMEOUT_BOUNDS;
  return readWholeNumber(
    readText(value, field, UNSET),
    { otherwise, min: least, max: most },
    (wrong) => new UserError('kafka-cluster.errors.timeout', { field, value: wrong, least, most }),
  );
}

function readRetries(value: FieldValue): number {
  const most = MOST_QUESTION_RETRIES;
  return readWholeNumber(
    readText(value, 'questionRetries', UNSET),
    { otherwise: DEFAULT_RETRIES.ofQuestions, min: 0, max: most },
    (wrong) => new UserError('kafka-cluster.errors.retries', { value: wrong, most }),
  );
}

function readClientLog(value: string | undefined): ClientLog {
  const wanted = readText(value, 'clientLog', UNSET) || 'quiet';
  const known = CLIENT_LOGS.find((one) => one === wanted);
  if (!known) {
    const choices = CLIENT_LOGS.join(', ');
    throw new UserError('kafka-cluster.errors.client-log', { value: shorten(wanted), choices });
  }
  return known;
}

function readSasl(
  config: ClusterConfig,
  credentials: ClusterCredentials,
  timeouts: Timeouts,
  tlsOptions: tls.ConnectionOptions | undefined,
): SASLOptions | Mechanism | undefined {
  const wanted = readText(config.sasl, 'sasl', UNSET).toLowerCase();
  if (wanted === 'none' || wanted === '') return undefined;
  if (wanted === 'oauthbearer') return oauthSignIn(readTokens(config, credentials, timeouts, tlsOptions));
  const mechanism = PASSWORD_MECHANISMS.find((known) => known === wanted);
  if (!mechanism) throw new UserError('kafka-cluster.errors.sasl-mechanism', { value: shorten(wanted) });
  const { username, password } = credentials;
  if (!username || !password) throw new UserError('kafka-cluster.errors.no-credentials', { mechanism });
  requireSet(username, 'username', UNSET);
  requireSecretSet(password, 'unset-password');
  return { mechanism, username, password } as SASLOptions;
}

function readTokens(
  config: ClusterConfig,
  { oauthClientId: clientId, oauthClientSecret: clientSecret }: ClusterCredentials,
  { requestMs }: Timeouts,
  { ca, rejectUnauthorized }: tls.ConnectionOptions = {},
): AccessTokens {
  if (!clientId || !clientSecret) throw new UserError('kafka-cluster.errors.no-client-credentials');
  requireSet(clientId, 'oauthClientId', UNSET);
  requireSecretSet(clientSecret, 'unset-client-secret');
  const scope = readText(config.scope, 'scope', UNSET);
  const url = readTokenUrl(config.tokenUrl);
  const verification = { ca, rejectUnauthorized };
  return new AccessTokens({ url, clientId, clientSecret, scope, verification }, requestMs);
}

function readTokenUrl(value: string | undefined): string {
  const text = readText(value, 'tokenUrl', UNSET);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A password in it would be shown wherever the address is; it has a field of its own.
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new UserError('kafka-cluster.errors.token-url', { value: shorten(withoutSignIn(text)) });
  }
  return text;
}

/** A secret's text is kept out of the error: only whether it still is a variable's name matters. */
function requireSecretSet(secret: string, text: string): void {
  if (/^\$\{[^}]+\}$/.test(secret)) throw new UserError(`kafka-cluster.errors.${text}`);
}
