import type tls from 'node:tls';
import type { SASLOptions } from 'kafkajs';
import { requireSet } from '../shared/unset-variable';
import { UserError, shorten } from '../shared/user-error';
import type { ClusterSettings } from './client';

/** What the dialog saves. */
export interface ClusterConfig {
  name?: string;
  brokers?: string;
  clientId?: string;
  /** id of a tls-config node, empty for none */
  tls?: string;
  sasl?: string;
}

export interface ClusterCredentials {
  username?: string;
  password?: string;
}

const DEFAULT_PORT = 9092;
const DEFAULT_CLIENT_ID = 'node-red';
const ADDRESS = /^([^\s:/]+)(?::(\d{1,5}))?$/;

/**
 * Reads the config node's fields.
 * @param tlsOptions what the tls-config node gives, if one is chosen
 * @throws UserError that names the field and its value
 */
export function readClusterConfig(
  config: ClusterConfig,
  credentials: ClusterCredentials,
  tlsOptions?: tls.ConnectionOptions,
): ClusterSettings {
  const sasl = readSasl(config.sasl ?? 'none', credentials);
  const clientId = requireSet(
    config.clientId?.trim() ?? '',
    'clientId',
    'kafka-cluster.errors.unset-variable',
  );
  return {
    brokers: readBrokers(config.brokers ?? ''),
    clientId: clientId || DEFAULT_CLIENT_ID,
    ...(tlsOptions ? { tls: tlsOptions } : {}),
    ...(sasl ? { sasl } : {}),
  };
}

function readBrokers(text: string): string[] {
  const addresses = requireSet(text, 'brokers', 'kafka-cluster.errors.unset-variable')
    .split(/[\s,;]+/)
    .filter((address) => address !== '');
  if (addresses.length === 0) throw new UserError('kafka-cluster.errors.no-brokers');
  return addresses.map((address) => {
    const [, host, port = String(DEFAULT_PORT)] = ADDRESS.exec(address) ?? [];
    if (!host || Number(port) < 1 || Number(port) > 65_535) {
      throw new UserError('kafka-cluster.errors.broker-address', { value: shorten(address) });
    }
    return `${host}:${port}`;
  });
}

function readSasl(mechanism: string, { username, password }: ClusterCredentials): SASLOptions | undefined {
  if (mechanism === 'none' || mechanism === '') return undefined;
  if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512') {
    throw new UserError('kafka-cluster.errors.sasl-mechanism', { value: shorten(mechanism) });
  }
  if (!username || !password) throw new UserError('kafka-cluster.errors.no-credentials', { mechanism });
  requireSet(username, 'username', 'kafka-cluster.errors.unset-variable');
  // Its text is kept out of the error: only whether it still is a variable's name matters.
  if (/^\$\{[^}]+\}$/.test(password)) throw new UserError('kafka-cluster.errors.unset-password');
  return { mechanism, username, password };
}
