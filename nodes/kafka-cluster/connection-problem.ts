import type net from 'node:net';
import tls from 'node:tls';
import { certificateProblem } from '../shared/certificate-problem';
import { isListed } from './broker-address';
import { NO_ANSWER } from './patched-kafkajs/answer-bytes';
import type { KafkaProblem } from './types';

/** Why a connection does not come about, and the name of the text that says what to change. */
interface ConnectionProblem {
  problem: KafkaProblem;
  text: string;
}

/** Put as its code on the error of a connection without TLS that was answered in TLS. */
const TLS_EXPECTED = 'TLS_EXPECTED';
/** Put as its code on the error of a connection that was to be in TLS and was cut off before it was. */
const TLS_NOT_SPOKEN = 'TLS_NOT_SPOKEN';

/** What OpenSSL says of an answer that is no TLS. */
const NO_TLS = new Set([TLS_NOT_SPOKEN, 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);
/** What kafkajs makes of a connection that ended in the middle of signing in. */
const CUT_OFF =
  /Closed connection|Connection error|Connection timeout|Not connected|timed out|closed by the server/;
/** First bytes of a TLS alert (RFC 8446, 5.1: content type 21, version 3.x). */
const ALERT = 21;
const TLS_MAJOR_VERSION = 3;

/**
 * Gives the errors of a socket the codes that connectionProblem knows. Has to be called before anybody else listens to
 * the socket.
 */
export function tellTlsApart(socket: net.Socket): void {
  if (socket instanceof tls.TLSSocket) {
    let secure = false;
    socket.once('secureConnect', () => (secure = true));
    socket.prependOnceListener('error', (error: NodeJS.ErrnoException) => {
      if (!secure && error.code === 'ECONNRESET') error.code = TLS_NOT_SPOKEN;
    });
    return;
  }
  socket.once('data', (bytes: Buffer) => {
    if (bytes[0] !== ALERT || bytes[1] !== TLS_MAJOR_VERSION) return;
    socket.destroy(Object.assign(new Error('the broker answers in TLS'), { code: TLS_EXPECTED }));
  });
}

/** An address that brokers give to their clients, and under which this one finds none. */
interface Announced {
  address: string;
  /** the name of the text that says what to change */
  text: string;
}

/**
 * @param listed the addresses that a person has entered, as "host:port"
 * @returns the address that could not be reached, where it is not one of those: some broker has answered and has sent the
 *   client on to it
 */
export function unreachableAnnounced(error: unknown, listed: readonly string[]): Announced | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { name, broker: address, code } = e as NodeJS.ErrnoException & { broker?: unknown };
    if (name !== 'KafkaJSConnectionError' || typeof address !== 'string') continue;
    if (listed.length === 0 || isListed(address, listed) || certificateProblem(e)) return undefined;
    if (code === TLS_EXPECTED || (code !== undefined && NO_TLS.has(code))) return undefined;
    const unknown = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
    return { address, text: unknown ? 'announced-unknown' : 'announced-unreachable' };
  }
  return undefined;
}

/** @returns what an error of kafkajs says about the connection; undefined where it is about something else */
export function connectionProblem(error: unknown): ConnectionProblem | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const text = textOf(e);
    if (text) return { text, problem: MAY_PASS.has(text) ? 'unreachable' : 'not-admitted' };
  }
  return undefined;
}

/** These are seen for a moment also while a broker starts or stops. */
const MAY_PASS = new Set(['tls-not-spoken', 'closed-by-broker', 'unreachable', 'no-answer']);

function textOf(error: NodeJS.ErrnoException & { type?: string }): string | undefined {
  const { name, message, code, type } = error;
  if (name === 'KafkaJSSASLAuthenticationError') {
    if (message.includes('not supported by the server')) return 'sign-in-mechanism';
    return CUT_OFF.test(message) ? 'unreachable' : 'sign-in-refused';
  }
  if (type === 'UNSUPPORTED_SASL_MECHANISM') return 'sign-in-mechanism';
  if (type === 'ILLEGAL_SASL_STATE') return 'sign-in-not-asked';
  if (name === 'KafkaJSConnectionClosedError') return 'closed-by-broker';
  if (code === NO_ANSWER) return 'no-answer';
  if (code === TLS_EXPECTED) return 'tls-expected';
  if (code !== undefined && NO_TLS.has(code)) return 'tls-not-spoken';
  return certificateProblem(error);
}
