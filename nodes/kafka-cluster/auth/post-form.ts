import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { answerOf, type HttpAnswer } from '../../shared/http-answer';

/** How a server's certificate is verified: the authorities that are known besides the public ones, and whether at all. */
export type Verification = Pick<tls.ConnectionOptions, 'ca' | 'rejectUnauthorized'>;

/** An access token has a few thousand characters. */
const MOST_ANSWER = 1_000_000;

/**
 * Sends a form (application/x-www-form-urlencoded) to an http or https address.
 * @throws (a rejection) as answerOf
 */
export function postForm(
  url: string,
  form: URLSearchParams,
  authorization: string,
  verification: Verification,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const body = form.toString();
  const headers = {
    authorization,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  };
  const options = { method: 'POST', headers, signal };
  const request = url.startsWith('https:')
    ? https.request(url, { ...options, ...besidePublic(verification) })
    : http.request(url, options);
  return answerOf(request, body, MOST_ANSWER);
}

/** For Node.js authorities that are given stand in the place of all others, where most token servers are public ones. */
function besidePublic({ ca, ...others }: Verification): Verification {
  return ca === undefined ? others : { ...others, ca: [...knownAuthorities(), ca].flat() };
}

/** @returns those that Node.js goes by, with those of NODE_EXTRA_CA_CERTS from Node.js 22.15 on */
function knownAuthorities(): readonly string[] {
  const { getCACertificates } = tls as Partial<Pick<typeof tls, 'getCACertificates'>>;
  return getCACertificates?.('default') ?? tls.rootCertificates;
}
