import { connect } from 'node:net';
import { UserError, shorten, toError } from '../../shared/user-error';
import type { OpenLine } from './open-line';

const SCHEME = 'tcp://';
const CONNECT_MS = 5000;
/** A peer that has vanished is noticed by these, not by its silence: a board may be silent. */
const KEEP_ALIVE_MS = 10_000;

/** Where a serial line is served over TCP, as ser2net and ESP-Link do: its bytes and nothing else. */
export interface TcpAddress {
  host: string;
  port: number;
}

/** @returns whether a path means a TCP address rather than a device */
export function isTcp(path: string): boolean {
  return path.toLowerCase().startsWith(SCHEME);
}

/**
 * Reads `tcp://host:port`, an IPv6 address in brackets.
 * @throws UserError when it is no such address
 */
export function readTcpAddress(path: string): TcpAddress {
  // As of http, the only kind of URL whose host is checked; 80 would be left out of it.
  const text = `http://${path.slice(SCHEME.length)}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const port = Number(/:(\d{1,5})\/?$/.exec(path)?.[1]);
  const whole = url?.pathname === '/' && url.username === '' && url.search === '' && url.hash === '';
  if (!url || !whole || !(port >= 1 && port <= 65_535)) {
    throw new UserError('serial-json-in.errors.tcp-address', { value: shorten(path) });
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

/**
 * Connects to a serial line that is served over TCP.
 * @throws UserError that says why there is no connection
 */
export async function openTcp(
  path: string,
  { host, port }: TcpAddress,
  signal: AbortSignal,
): Promise<OpenLine> {
  const socket = connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
      socket.setTimeout(CONNECT_MS, () => reject(new Error(`no answer within ${CONNECT_MS / 1000} s`)));
    });
  } catch (thrown) {
    socket.destroy();
    const cause = toError(thrown);
    throw new UserError(
      'serial-json-in.errors.tcp-failed',
      { path, reason: shorten(cause.message) },
      { cause },
    );
  } finally {
    signal.removeEventListener('abort', abort);
  }
  socket.setTimeout(0);
  socket.removeAllListeners('timeout');
  const ended = new Promise<Error | undefined>((resolve) => {
    socket.once('error', resolve);
    socket.once('close', () => resolve(undefined));
  });
  return { stream: socket, ended, end: () => void socket.destroy() };
}
