import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { LEAST_POLICY, setHeaders } from './headers';
import type { KnownNames } from './names';
import { refusalText } from './refusal-texts';
import { refusalOf, type Refusal } from './who-may-ask';

const guarded = new WeakSet<Server>();

/** @returns whether guardServer() was called for it */
export function isGuarded(server: Server): boolean {
  return guarded.has(server);
}

/** The events of Node.js' server by which a request comes in. */
const REQUESTS = new Set<string | symbol>(['request', 'checkContinue', 'checkExpectation']);
const UPGRADES = new Set<string | symbol>(['upgrade', 'connect']);

export interface ServerGuardOptions {
  names: KnownNames;
  /** told of each request that was not let through */
  refused?: (refusal: Refusal, request: IncomingMessage) => void;
  /** the content security policy of pages that set none; LEAST_POLICY where it is absent */
  policy?: string | undefined;
  /** answers what is asked of the server itself; whether it did */
  own?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** told of each WebSocket that is asked for and let through, before anybody hears of it */
  upgrade?: (request: IncomingMessage, socket: Duplex) => void;
}

/**
 * Lets a server hear only what its own pages and programs ask. It stands before every listener, whenever that was added:
 * Express, the editor's channel, the sockets of dashboards and those of WebSocket nodes each listen by themselves.
 */
export function guardServer(
  server: Server,
  {
    names,
    refused = () => undefined,
    policy = LEAST_POLICY,
    own = () => false,
    upgrade = () => undefined,
  }: ServerGuardOptions,
): void {
  if (guarded.has(server)) return;
  guarded.add(server);
  const refusedOn = new WeakSet<Duplex>();
  const emit = server.emit.bind(server) as (event: string | symbol, ...rest: unknown[]) => boolean;
  const guardedEmit = (event: string | symbol, ...rest: unknown[]): boolean => {
    const isRequest = REQUESTS.has(event);
    if (!isRequest && !UPGRADES.has(event)) return emit(event, ...rest);
    const request = rest[0] as IncomingMessage;
    // Sent behind one that was refused, before its sender could know.
    if (refusedOn.has(request.socket)) return true;
    const { method, url: target } = request;
    // Of several Host headers Node.js shows the first; which one whoever listens goes by nobody knows.
    const headers = { ...request.headers, host: request.headersDistinct.host?.join(', ') };
    const encrypted = 'encrypted' in request.socket;
    const refusal = refusalOf({ method, target, headers, upgrade: !isRequest, encrypted }, names);
    if (refusal === undefined) {
      if (isRequest) {
        setHeaders(rest[1] as ServerResponse, policy);
        if (own(request, rest[1] as ServerResponse)) return true;
      } else {
        upgrade(request, rest[1] as Duplex);
      }
      return emit(event, ...rest);
    }
    refusedOn.add(request.socket);
    refused(refusal, request);
    const text = refusalText(refusal, headers['accept-language']);
    if (isRequest) refuseRequest(rest[1] as ServerResponse, text);
    else refuseUpgrade(rest[1] as Duplex, text);
    return true;
  };
  server.emit = guardedEmit;
}

/** Answers a request that is not let through. What else of it comes is not read. */
function refuseRequest(response: ServerResponse, text: string): void {
  response.writeHead(403, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(`${text}\n`);
}

function refuseUpgrade(socket: Duplex, text: string): void {
  const body = Buffer.from(`${text}\n`);
  // The other side may be gone already: there is nobody to tell then.
  socket.on('error', () => socket.destroy());
  socket.end(
    Buffer.concat([
      Buffer.from(
        'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n' +
          `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
      ),
      body,
    ]),
  );
}
