import type { IncomingMessage } from 'node:http';
import type { Packet, Sender, Widgets } from './packets';

/** The part of a socket of socket.io's server that is used; packets pass what `use` was given before any listener. */
export interface Socket {
  id: string;
  /** the connection that it came by may be closed already */
  request: IncomingMessage;
  handshake: { address: string };
  use(middleware: (packet: Packet, next: () => void) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
  disconnect(close: boolean): unknown;
}

/** As socket.io calls it for each connection. */
export type SocketMiddleware = (socket: Socket, next: (error?: Error) => void) => void;

export interface SocketGuardOptions {
  admit: (packet: Packet, widgets: Widgets, from: Sender) => boolean;
  /** undefined while nobody knows yet: then no widget is spoken for */
  widgets: () => Widgets | undefined;
  /** told of each packet that nobody was let hear */
  refused: (event: string, from: Sender) => void;
}

/** Packets of one page within a second; a slider that is drawn sends some 60. */
const MOST_A_SECOND = 500;

const NO_WIDGETS: Widgets = { isWidget: () => false, isOwnEvent: () => false };

/** Lets the nodes behind a dashboard hear only what its page sends. @returns a middleware of socket.io */
export function guardSockets({ admit, widgets, refused }: SocketGuardOptions): SocketMiddleware {
  return (socket, next) => {
    const from = { id: socket.id, address: socket.handshake.address };
    let second = 0;
    let count = 0;
    socket.use((packet, pass) => {
      const now = Math.floor(performance.now() / 1_000);
      if (now !== second) [second, count] = [now, 0];
      if (++count > MOST_A_SECOND) {
        refused('flood', from);
        socket.disconnect(true);
        return;
      }
      if (admit(packet, widgets() ?? NO_WIDGETS, from)) pass();
      else refused(String(packet[0]).slice(0, 64), from);
    });
    next();
  };
}
