import { request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { admitOwner, askForOwners } from '../../shared/who-may-change';
import { readPlace } from '../names';
import { isRecord } from '../sockets/contents';
import type { SocketMiddleware } from '../sockets/guard-sockets';
import type { Attempts } from './attempts';
import type { Admission, Login } from './login';

/** As Express calls it. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Characters of an answer with a token, which has some hundred. */
const MOST_ANSWER = 65_536;

/** The parameter of a link that signs in. */
export const SIGN_IN = 'sign-in';

/** Two servers of one machine share the cookies of a browser, which knows no ports there: each has a name of its own. */
function cookieName({ headers }: IncomingMessage): string {
  return `serial_kafka_mongo_${readPlace(headers.host ?? '')?.port || 'session'}`;
}

/** @returns the session that a browser brings: of several cookies of the name, which other servers of the host may have set, the one that is one */
function sessionIn(request: IncomingMessage, login: Login): string | undefined {
  const name = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  const sessions = cookies
    .filter((cookie) => cookie.startsWith(name))
    .map((cookie) => cookie.slice(name.length));
  return sessions.find((session) => login.isSession(session));
}

function handOut(request: IncomingMessage, response: ServerResponse, session: string): void {
  const secure = isByTls(request) ? '; Secure' : '';
  response.appendHeader(
    'set-cookie',
    `${cookieName(request)}=${session}; Path=/; HttpOnly; SameSite=Strict${secure}`,
  );
}

/** Whoever claims a proxy that there is not keeps their own browser from sending the cookie, and nobody else's. */
function isByTls({ socket, headers }: IncomingMessage): boolean {
  return 'encrypted' in socket || headers['x-forwarded-proto'] === 'https';
}

/** Asks for a password before the pages of flows and dashboards, as Node-RED's httpNodeAuth. */
export function pageGate(login: Login): Middleware {
  return (request, response, next) => {
    // What asks whether it may ask sends no password with that (Fetch standard, 4.8).
    if (request.method === 'OPTIONS') return next();
    const link = readLink(request);
    const signedIn = link && login.admitLink(link.secret);
    if (link && signedIn) {
      handOut(request, response, signedIn.session);
      response.writeHead(302, { location: link.rest, 'cache-control': 'no-store' }).end();
      return;
    }
    const { headers, socket } = request;
    login
      .admit(headers.authorization, sessionIn(request, login), socket.remoteAddress ?? '')
      .then((admission) => {
        if ('waitSeconds' in admission) return tellToWait(response, admission.waitSeconds);
        if (admission.user === undefined) return askForPassword(response);
        if (admission.session !== undefined) handOut(request, response, admission.session);
        next();
      }, next);
  };
}

/**
 * Asks the same before the sockets of dashboards, whose pages have brought a session or a password along; and notes which
 * of them are of those who may do more than look.
 */
export function socketGate(login: Login): SocketMiddleware {
  askForOwners();
  return (socket, next) => {
    const { request, handshake } = socket;
    login.admit(request.headers.authorization, sessionIn(request, login), handshake.address).then(
      (admission) => {
        if (!isAdmitted(admission)) return next(new Error('Unauthorized'));
        if (login.isOwner(admission.user)) socket.once('disconnect', admitOwner(socket.id));
        next();
      },
      (error: Error) => next(error),
    );
  };
}

function isAdmitted(admission: Admission): admission is Extract<Admission, { user: string }> {
  return 'user' in admission && admission.user !== undefined;
}

/**
 * Lets the link that signs in open the editor as well. The editor has tokens of its own, which Node-RED gives out for a
 * password: `authenticate` of the settings takes the link's secret for one.
 */
export function editorGate(login: Login): Middleware {
  return (request, response, next) => {
    const link = readLink(request);
    const signedIn = link && login.admitLink(link.secret);
    if (!link || !signedIn) return next();
    tokenOf(request, signedIn.user, link.secret).then((token) => {
      handOut(request, response, signedIn.session);
      response.writeHead(302, {
        location: `${link.rest}?access_token=${encodeURIComponent(token)}`,
        'cache-control': 'no-store',
      });
      response.end();
    }, next);
  };
}

/** @returns the secret of a link that signs in, and where the link leads without it */
function readLink(request: IncomingMessage): { secret: string; rest: string } | undefined {
  if (request.method !== 'GET') return undefined;
  // Express cuts the part of the path off under which it has put the middleware.
  const { originalUrl = request.url ?? '/' } = request as { originalUrl?: string };
  const [path = '/', query = ''] = originalUrl.split('?', 2);
  const secret = new URLSearchParams(query).get(SIGN_IN);
  return secret === null ? undefined : { secret, rest: ownPath(path) };
}

/** A path that begins with two slashes leads to another server, and browsers take a backslash for one, and leave `.` out. */
export function ownPath(path: string): string {
  const rest = path.replace(/^[/\\]+/, '/');
  if (!rest.startsWith('/') || !URL.canParse(rest, 'http://here')) return '/';
  return new URL(rest, 'http://here').pathname.replace(/^[/\\]+/, '/');
}

/** Asks this very server for a token, as the editor does. @throws Error where it gives none */
async function tokenOf(request: IncomingMessage, username: string, password: string): Promise<string> {
  const login = { client_id: 'node-red-editor', grant_type: 'password', scope: '', username, password };
  const { baseUrl = '' } = request as { baseUrl?: string };
  const { status, text } = await post(request.socket, `${baseUrl}/auth/token`, JSON.stringify(login));
  const { access_token: token } = (status === 200 ? JSON.parse(text) : {}) as { access_token?: unknown };
  if (typeof token !== 'string') throw new Error(`the editor gave no token: ${status}`);
  return token;
}

/** @param socket that a request came in by: the server listens where it ends */
function post(
  socket: IncomingMessage['socket'],
  path: string,
  body: string,
): Promise<{ status: number | undefined; text: string }> {
  const { port } = socket.address() as AddressInfo;
  const options = {
    host: socket.localAddress,
    port,
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    timeout: 10_000,
    agent: false as const,
    // The certificate is this server's own, made for its name and not for its address.
    rejectUnauthorized: false,
  };
  return new Promise((resolve, reject) => {
    const asked = ('encrypted' in socket ? requestHttps : requestHttp)(options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > MOST_ANSWER) response.destroy(new Error('the answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Express takes a slash at the end, and letters of either case. */
const EDITORS_LOGIN = /^\/auth\/token\/?$/i;

/** Limits how often the editor's login may be tried; the editor itself compares the password. */
export function attemptsGate(attempts: Attempts): Middleware {
  return (request, response, next) => {
    // As Express reads it.
    const { path = request.url ?? '' } = request as { path?: string };
    if (request.method !== 'POST' || !EDITORS_LOGIN.test(path)) return next();
    takeTextsAlone(request);
    const address = request.socket.remoteAddress ?? '';
    attempts.begin(address).then((waitSeconds) => {
      if (waitSeconds !== undefined) return tellToWait(response, waitSeconds);
      response.once('finish', () => {
        if (response.statusCode === 200) void attempts.forgive(address);
      });
      next();
    }, next);
  };
}

/**
 * Node-RED compares the name with those of earlier attempts, and hands the password on, whatever they are: an object in the
 * place of one would end it, or keep everybody else out.
 * @param request whose body has not been read yet
 */
function takeTextsAlone(request: IncomingMessage): void {
  let body: unknown;
  Object.defineProperty(request, 'body', {
    configurable: true,
    enumerable: true,
    get: () => body,
    set: (given: unknown) => {
      body = isRecord(given)
        ? Object.fromEntries(Object.entries(given).filter(([, value]) => typeof value === 'string'))
        : {};
    },
  });
}

function tellToWait(response: ServerResponse, seconds: number): void {
  response.writeHead(429, { 'retry-after': String(seconds), 'content-type': 'text/plain; charset=utf-8' });
  response.end('Too many wrong passwords / Demasiadas contraseñas incorrectas\n');
}

function askForPassword(response: ServerResponse): void {
  response.writeHead(401, {
    'www-authenticate': 'Basic realm="Node-RED", charset="UTF-8"',
    'content-type': 'text/plain; charset=utf-8',
  });
  response.end('Unauthorized');
}
