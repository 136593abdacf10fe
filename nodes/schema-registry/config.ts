import type tls from 'node:tls';
import { readText, readWholeNumber } from '../shared/fields';
import { UserError, shorten } from '../shared/user-error';
import { withoutSignIn } from '../shared/without-sign-in';
import type { Server } from './client/request';

/** What the dialog saves; numbers are text there, so that they can come from the environment. */
export interface RegistryConfig {
  name?: string;
  url?: string;
  /** id of a tls-config node, empty for none */
  tls?: string;
  /** milliseconds */
  timeoutMs?: string | number;
}

export interface RegistryCredentials {
  username?: string;
  password?: string;
}

const UNSET = 'schema-registry.errors.unset-variable';
const TIMEOUT = { otherwise: 5_000, min: 100, max: 60_000 };

/**
 * Reads the config node's fields.
 * @param tlsOptions what the tls-config node gives, if one is chosen
 * @throws UserError that names the field and its value
 */
export function readRegistryConfig(
  { url, timeoutMs }: RegistryConfig,
  { username, password }: RegistryCredentials,
  tlsOptions?: tls.ConnectionOptions,
): Server {
  const authorization = readSignIn(username ?? '', password ?? '');
  return {
    url: readUrl(url),
    timeoutMs: readWholeNumber(
      readText(timeoutMs, 'timeoutMs', UNSET),
      TIMEOUT,
      (value) =>
        new UserError('schema-registry.errors.timeout', {
          field: 'timeoutMs',
          value,
          least: TIMEOUT.min,
          most: TIMEOUT.max,
        }),
    ),
    ...(authorization === undefined ? {} : { authorization }),
    ...(tlsOptions ? { tls: tlsOptions } : {}),
  };
}

function readUrl(value: string | undefined): string {
  const text = readText(value, 'url', UNSET);
  if (text === '') throw new UserError('schema-registry.errors.no-url');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  // A password in it would be shown wherever the address is; it has a field of its own.
  if (!isPlain || url.username !== '' || url.password !== '') {
    throw new UserError('schema-registry.errors.url', { value: shorten(withoutSignIn(text)) });
  }
  return url.href.replace(/(?<!\/)\/+$/, '');
}

function readSignIn(username: string, password: string): string | undefined {
  if (username === '' && password === '') return undefined;
  readText(username, 'username', UNSET);
  // A secret's text is kept out of the error.
  if (/^\$\{[^}]+\}$/.test(password)) throw new UserError('schema-registry.errors.unset-password');
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
