import { createServer, type Socket } from 'node:net';
import { BenchError, messageOf } from './errors';
import type { Outlet } from './outlet';

/** A listener that does not read loses what is beyond this, as on a real line. */
const MOST_UNREAD_BYTES = 65_536;

/**
 * A TCP server in front of the line, as ser2net and ESP-Link are: who connects reads what the board sends from then on, and
 * what they send reaches the board.
 * @param port of 127.0.0.1
 * @throws BenchError when the port is taken
 */
export async function tcpOutlet(port: number): Promise<Outlet> {
  const listeners = new Set<Socket>();
  let toBoard: Buffer[] = [];
  const server = createServer((socket) => {
    listeners.add(socket);
    socket.setNoDelay(true);
    socket.on('data', (data) => toBoard.push(data));
    socket.on('close', () => listeners.delete(socket));
    // A listener that breaks off is one that is gone; 'close' follows.
    socket.on('error', () => socket.destroy());
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (cause) {
    throw new BenchError(`cannot listen at port ${port}: ${messageOf(cause)}`, { cause });
  }
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    name: `tcp://127.0.0.1:${bound}`,
    exchange(fromBoard) {
      for (const socket of listeners) {
        if (fromBoard.length > 0 && socket.writableLength < MOST_UNREAD_BYTES) socket.write(fromBoard);
      }
      const taken = Buffer.concat(toBoard);
      toBoard = [];
      return taken;
    },
    close() {
      server.close();
      for (const socket of listeners) socket.destroy();
    },
  };
}
