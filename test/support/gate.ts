import net from 'node:net';

/** A TCP door to a service, that can be shut and opened again at the same port. */
export class Gate {
  private server: net.Server | undefined;
  private port = 0;
  private readonly sockets = new Set<net.Socket>();
  /** how many connections have come so far */
  arrivals = 0;

  /** @param target host:port of the service */
  constructor(private readonly target: string) {}

  /** @returns the door's own host:port */
  async open(): Promise<string> {
    const [host, port] = this.target.split(':');
    const server = net.createServer((socket) => {
      this.arrivals++;
      const onward = net.connect(Number(port), host);
      for (const end of [socket, onward]) {
        this.sockets.add(end);
        end.on('error', () => end.destroy()).on('close', () => this.sockets.delete(end));
      }
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as net.AddressInfo).port;
    return `127.0.0.1:${this.port}`;
  }

  /** Cuts every connection, and refuses new ones. */
  async close(): Promise<void> {
    const { server } = this;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => server?.close(() => resolve()));
  }
}
