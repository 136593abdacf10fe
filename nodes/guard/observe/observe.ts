import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from '../login/gate';
import type { Health } from './health';
import type { Metrics } from './metrics';

/** What is asked of this process by those who watch it. */
export interface Observed {
  health: Health;
  metrics: Metrics;
}

const PLACES = new Set(['/health/live', '/health/ready', '/metrics']);

/**
 * Answers who watches this process: a program of this machine, or whoever has the password of the pages.
 * @param observed undefined until Node-RED has loaded the plugin
 * @param gate asks for the password; undefined where there is none
 * @returns whether the request was one of these
 */
export function observe(
  request: IncomingMessage,
  response: ServerResponse,
  observed: Observed | undefined,
  gate: Middleware | undefined,
): boolean {
  const place = (request.url ?? '').split('?', 1)[0] ?? '';
  if (!PLACES.has(place)) return false;
  if (request.method !== 'GET' && request.method !== 'HEAD') end(response, 405, 'GET only\n');
  else if (isLocal(request)) answer(place, response, observed);
  else if (gate) gate(request, response, () => answer(place, response, observed));
  else end(response, 403, 'For programs of this machine, or with the password\n');
  return true;
}

/** A proxy of this machine asks for somebody else, who may be anywhere. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some((name) => name in headers);
  return !isForwarded && /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/.test(socket.remoteAddress ?? '');
}

function answer(place: string, response: ServerResponse, observed: Observed | undefined): void {
  if (place === '/health/live') return endJson(response, 200, { status: 'pass' });
  if (!observed) return endJson(response, 503, { status: 'fail', reason: 'Node-RED is starting' });
  if (place === '/health/ready') {
    const readiness = observed.health.ready();
    return endJson(response, readiness.status === 'pass' ? 200 : 503, readiness);
  }
  observed.metrics.text().then(
    (text) => {
      response.setHeader('content-type', observed.metrics.contentType);
      response.end(text);
    },
    (error: Error) => end(response, 500, `${error.message}\n`),
  );
}

function endJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/health+json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
