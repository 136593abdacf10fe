import net from 'node:net';

/** A TCP door to a service, that can be shut and opened again at the same port. */
export class Gate {
  private server: net.Server | undefined;
  private port = 0;
  private readonly sockets = new Set<net.Socket>();
  private mute = false;
  private readonly silenced = new WeakSet<net.Socket>();
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
      socket.pipe(onward).on('data', (answer) => {
        if (!this.mute && !this.silenced.has(socket)) socket.write(answer);
      });
      onward.on('end', () => socket.end());
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as net.AddressInfo).port;
    return `127.0.0.1:${this.port}`;
  }

  /** From then on what is asked comes through, on connections of before and new ones, and what is answered does not. */
  keepAnswers(): void {
    this.mute = true;
  }

  /** What is answered from then on comes through again. */
  passAnswers(): void {
    this.mute = false;
  }

  /** As a firewall that has forgotten its connections: those of now are answered no more, and new ones are. */
  silence(): void {
    for (const socket of this.sockets) this.silenced.add(socket);
  }

  /** Cuts every connection, and refuses new ones. */
  async close(): Promise<void> {
    const { server } = this;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => server?.close(() => resolve()));
  }
}
