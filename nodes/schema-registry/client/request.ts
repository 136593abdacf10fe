import http from 'node:http';
import https from 'node:https';
import type tls from 'node:tls';
import { answerOf, type HttpAnswer } from '../../shared/http-answer';
import { within } from '../../shared/time-limit';

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

/** A schema has some thousand characters. */
const MOST_ANSWER = 4 * 2 ** 20;
const TYPE = 'application/vnd.schemaregistry.v1+json';

/**
 * Sends a request to a registry.
 * @param agent holds the connections
 * @throws (a rejection) as answerOf, or the signal's reason
 */
export function ask(
  server: Server,
  path: string,
  agent: http.Agent | https.Agent,
  signal: AbortSignal,
  body?: string,
): Promise<HttpAnswer> {
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
      return await answerOf(request, body, MOST_ANSWER);
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
