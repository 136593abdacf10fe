import { isFromBrowser } from './from-browser';

/** More pages than this are not open at once; the oldest may look, and changes again after a reload. */
const MOST_OWNERS = 10_000;

/** Sockets of the dashboards by which users speak that may do more than look; filled where protect() asks for passwords. */
const owners = new Set<string>();
let passwordsAsked = false;

/** To be called where the sockets of dashboards are asked for a password: from then on only owners may change anything. */
export function askForOwners(): void {
  passwordsAsked = true;
}

/** Notes that a socket belongs to somebody who may do more than look. @returns what ends that */
export function admitOwner(socketId: string): () => void {
  owners.add(socketId);
  for (const oldest of owners) {
    if (owners.size <= MOST_OWNERS) break;
    owners.delete(oldest);
  }
  return () => owners.delete(socketId);
}

/**
 * @returns whether a message comes from a page of somebody who may only look. The socket's id in it is the server's
 *   word: the guard writes it over whatever the page has sent
 */
export function isFromViewer(message: object): boolean {
  if (!passwordsAsked || !isFromBrowser(message)) return false;
  const { socketid, _client } = message as { socketid?: unknown; _client?: { socketId?: unknown } | null };
  const ids = [socketid, _client?.socketId].filter((id) => id !== undefined);
  return ids.length === 0 || !ids.every((id) => typeof id === 'string' && owners.has(id));
}
