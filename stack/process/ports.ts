import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/** Below the range from which systems take the local ports of outgoing connections (Linux: from 32768 on). */
const FIRST = 20_000;
const LAST = 32_000;

/** @returns whether a server could listen on that port now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await whyNotListening(port, host)) === undefined;
}

/** @returns why no server could listen on that port now, as the system says it; undefined where one could */
export function whyNotListening(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** @throws (a rejection) where no server of this machine takes a connection there now */
export async function requireListener(port: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

const given = new Set<number>();

/**
 * @returns a port that nobody listens on, and that this process has not been given before. It lies where no outgoing
 * connection gets its local port from, so that a server that is killed finds it free again later.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
}
