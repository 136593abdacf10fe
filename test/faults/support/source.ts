import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Numbered } from './ledger';

const TICK_MS = 20;

/** Above this many bytes that the other side has not taken, the source waits. */
const MAX_UNSENT_BYTES = 1_000_000;

/**
 * Sends numbered readings, one JSON object a line, to whoever connects (Node-RED's `tcp in`), at a set rate and turn by
 * turn over some sensor nodes. While nobody is connected nothing is sent; afterwards it goes on with new numbers.
 */
export class Source {
  private readonly server: Server;
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private turn = 0;

  private constructor(
    private readonly take: (nodo: string) => Numbered,
    private readonly nodes: readonly string[],
  ) {
    this.server = createServer((socket) => {
      this.socket = socket;
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        if (this.socket === socket) this.socket = undefined;
      });
      socket.resume();
    });
  }

  /** @param take gives out a sensor node's next number */
  static async listen(take: (nodo: string) => Numbered, nodes: readonly string[]): Promise<Source> {
    const source = new Source(take, nodes);
    source.server.listen(0, '127.0.0.1');
    await once(source.server, 'listening');
    return source;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get connected(): boolean {
    return this.socket !== undefined;
  }

  /** Starts to send `rate` readings a second. */
  start(rate: number): void {
    this.pause();
    let last = Date.now();
    let owed = 0;
    this.timer = setInterval(() => {
      const now = Date.now();
      owed += ((now - last) / 1000) * rate;
      last = now;
      const socket = this.socket;
      // Readings that nobody could take were never measured: a sensor does not catch up either.
      if (!socket || socket.writableLength > MAX_UNSENT_BYTES) owed = 0;
      const count = Math.floor(owed);
      owed -= count;
      if (socket && count > 0) this.send(socket, count);
    }, TICK_MS);
  }

  /** Sends so many readings at once. */
  burst(count: number): void {
    if (!this.socket) throw new Error('nobody is connected to the source');
    this.send(this.socket, count);
  }

  /** Sends one more reading with these fields beside its own. It does not count as sent: it is meant to be refused. */
  write(fields: Record<string, unknown>): void {
    if (!this.socket) throw new Error('nobody is connected to the source');
    this.socket.write(`${JSON.stringify({ nodo: this.nodes[0], n: -1, ...fields })}\n`);
  }

  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  async close(): Promise<void> {
    this.pause();
    this.socket?.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private send(socket: Socket, count: number): void {
    let lines = '';
    for (let i = 0; i < count; i++) {
      const reading = this.take(this.nodes[this.turn++ % this.nodes.length] ?? 'nodo-0');
      lines += JSON.stringify({
        ...reading,
        humedad: 60,
        temperatura: 26,
        sensacion: 26.92732,
        radiacion: 1997.07,
      });
      lines += '\n';
    }
    socket.write(lines);
  }
}
