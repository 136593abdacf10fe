import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

/** How a server's certificate is verified: the authorities that are known besides the public ones, and whether at all. */
export type Verification = Pick<tls.ConnectionOptions, 'ca' | 'rejectUnauthorized'>;

export interface FormAnswer {
  status: number;
  body: string;
}

/**
 * Sends a form (application/x-www-form-urlencoded) to an http or https address. A redirection is an answer like another
 * and not followed: it would take what is in the request to a server that nobody has named.
 * @throws (a rejection) what Node's http, net and tls say of a server that cannot be reached, or the signal's reason
 */
export async function postForm(
  url: string,
  form: URLSearchParams,
  authorization: string,
  verification: Verification,
  signal: AbortSignal,
): Promise<FormAnswer> {
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
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode ?? 0, body: await textOf(response) };
}

/** An access token has a few thousand characters; whoever stands in the server's place may send without end. */
const MOST_ANSWER = 1_000_000;

/** @throws Error (a rejection) where it is longer than any answer is */
async function textOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER) throw new Error(`the answer is longer than ${MOST_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
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
