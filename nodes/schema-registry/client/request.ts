import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type tls from 'node:tls';
import { within } from '../../shared/time-limit';

export interface Answer {
  status: number;
  body: string;
  /** the header of that name */
  retryAfter?: string | undefined;
}

/** Whom to ask, and how. Holds a secret: never to be logged. */
export interface Server {
  /** without a slash at its end */
  url: string;
  /** the header that signs in */
  authorization?: string;
  /** where the address begins with https */
  tls?: tls.ConnectionOptions;
  timeoutMs: number;
}

/** An answer that is longer than any that is asked for. */
export class TooLongError extends Error {
  /** @param isAnswer whether it looks like what was asked for: whoever stands in the registry's place sends pages */
  constructor(
    message: string,
    readonly isAnswer: boolean,
  ) {
    super(message);
  }
}

/** A schema has some thousand characters; whoever stands in the registry's place may send without end. */
const MOST_ANSWER = 4 * 2 ** 20;
const TYPE = 'application/vnd.schemaregistry.v1+json';

/**
 * Sends a request to a registry. A redirection is an answer like another and not followed: it would take the password to
 * a server that nobody has named.
 * @param agent holds the connections
 * @throws (a rejection) TooLongError; or what Node's http, net and tls say of a server that cannot be reached, or the
 *   signal's reason
 */
export function ask(
  server: Server,
  path: string,
  agent: http.Agent | https.Agent,
  signal: AbortSignal,
  body?: string,
): Promise<Answer> {
  const headers = {
    accept: `${TYPE}, application/json`,
    ...(server.authorization === undefined ? {} : { authorization: server.authorization }),
    ...(body === undefined ? {} : { 'content-type': TYPE, 'content-length': Buffer.byteLength(body) }),
  };
  return within(server.timeoutMs, signal, async (limit) => {
    const options = { method: body === undefined ? 'GET' : 'POST', headers, agent, signal: limit };
    try {
      const request = server.url.startsWith('https:')
        ? https.request(server.url + path, { ...options, ...server.tls })
        : http.request(server.url + path, options);
      request.end(body);
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      const { statusCode = 0, headers } = response;
      return { status: statusCode, body: await textOf(response), retryAfter: headers['retry-after'] };
    } catch (error) {
      // What it was ended for says more than that it was.
      limit.throwIfAborted();
      throw error;
    }
  });
}

/** @returns what keeps the connections to a server */
export function agentFor({ url }: Server): http.Agent | https.Agent {
  const options = { keepAlive: true, maxSockets: 4 };
  return url.startsWith('https:') ? new https.Agent(options) : new http.Agent(options);
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER) {
      const begin = (chunks[0] ?? chunk).toString('latin1').trimStart();
      const isAnswer = response.statusCode === 200 && begin.startsWith('{');
      throw new TooLongError(`the answer is longer than ${MOST_ANSWER} bytes`, isAnswer);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
