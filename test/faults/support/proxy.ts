import { once } from 'node:events';
import { createServer, Socket, type AddressInfo, type Server } from 'node:net';

/**
 * A TCP proxy in front of a server. It can let connections go silent, as a firewall or a pulled cable does: nothing
 * comes through any more, and neither side is told. It can also slow what passes.
 */
export class TcpProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly silenced = new WeakSet<Socket>();
  private bytesPerSecond = Infinity;
  /** connections taken so far */
  accepted = 0;

  private constructor(private target: { host: string; port: number } | undefined) {
    this.server = createServer((client) => {
      this.connect(client);
    });
  }

  /** @param target where to; may be set later with forwardTo, until then connections are refused */
  static async listen(target?: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  forwardTo(target: { host: string; port: number }): void {
    this.target = target;
  }

  /** All connections of now go silent for good; new ones work. */
  silence(): void {
    for (const socket of this.sockets) this.silenced.add(socket);
  }

  /** Lets at most so many bytes a second through to the server, over all connections alike. */
  limit(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private connect(client: Socket): void {
    this.accepted++;
    if (!this.target) {
      client.destroy();
      return;
    }
    const upstream = new Socket();
    this.join(client, upstream, true);
    this.join(upstream, client, false);
    upstream.connect(this.target.port, this.target.host);
  }

  private join(from: Socket, to: Socket, limited: boolean): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      if (this.silenced.has(from)) return;
      const room = to.write(chunk);
      const pauseMs = limited ? (chunk.length / this.bytesPerSecond) * 1000 : 0;
      if (pauseMs >= 1) {
        from.pause();
        setTimeout(() => from.resume(), pauseMs);
      } else if (!room) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.on('error', () => from.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      if (!this.silenced.has(from)) to.destroy();
    });
  }
}
