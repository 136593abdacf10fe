import type { IncomingHttpHeaders } from 'node:http';
import { hostOfOrigin, type KnownNames } from './names';

/** The part of a request that tells where it comes from. */
export interface Asking {
  method?: string | undefined;
  /** as the request has it: a path, or a whole address, which counts more than the Host header (RFC 9112, 3.2.2) */
  target?: string | undefined;
  headers: IncomingHttpHeaders;
  /** whether it asks for a WebSocket */
  upgrade?: boolean;
  /** whether it came by TLS */
  encrypted?: boolean;
}

/** Why a request is refused: it came under a name that is not this server's, or from a page that is not. */
export type Refusal = { because: 'host'; host: string } | { because: 'origin'; origin: string };

/**
 * Decides whether a request comes from a page of this server, or from a program, and not from another website that a
 * browser of this network has open. What a browser says of a page stands in headers that the page cannot set:
 * - Host: the name in the page's address (RFC 9110, 7.2);
 * - Origin: sent with each WebSocket, each request that is not GET or HEAD, and each that crosses origins by CORS
 *   (Fetch standard, 3.2);
 * - Sec-Fetch-Site: sent to addresses of this machine and over TLS; tells what carries no Origin, such as an image, and
 *   of an Origin whether the browser itself takes it for this server's: names alone do not tell `https://host` from
 *   `http://host`, which are two servers.
 * @returns undefined where it may go on
 */
export function refusalOf(
  { method, target = '/', headers, upgrade, encrypted }: Asking,
  names: KnownNames,
): Refusal | undefined {
  const { host = '', origin } = headers;
  for (const named of [host, hostOfTarget(target) ?? host])
    if (!names.hasHost(named)) return { because: 'host', host: named };
  if (origin !== undefined && !isSame(origin, host) && !names.hasOrigin(origin))
    return { because: 'origin', origin };
  if (encrypted === true && origin !== undefined && isOfPort80(origin, host))
    return { because: 'origin', origin };
  if (isForeign(headers) && (upgrade === true || !isFollowedLink(method, headers)))
    return { because: 'origin', origin: origin ?? '-' };
  return undefined;
}

/** @returns the host that an absolute target names; undefined for a path */
function hostOfTarget(target: string): string | undefined {
  if (target.startsWith('/') || target === '*') return undefined;
  return URL.canParse(target) ? new URL(target).host : target;
}

/** A page and its server have one host and port in common; there is one scheme at a port. */
function isSame(origin: string, host: string): boolean {
  return hostOfOrigin(origin) === withoutUsualPort(origin, host);
}

/** URLs leave out the port that their scheme has anyway; a Host header may name it. */
function withoutUsualPort(origin: string, host: string): string {
  return host.toLowerCase().replace(origin.startsWith('https:') ? /:443$/ : /:80$/, '');
}

/**
 * Whether a page is of the other usual port, where no server by TLS is: whoever stands between a browser and this server can
 * answer there in its name.
 */
function isOfPort80(origin: string, host: string): boolean {
  // URLs leave that port out.
  return origin.startsWith('http:') && new URL(origin).port === '' && !host.endsWith(':80');
}

function isForeign(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Another website may link to the dashboard; it may neither frame it nor load parts of it. */
function isFollowedLink(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}
