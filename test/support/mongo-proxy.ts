import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { BSON } from 'mongodb';

/** A command on its way to the server. */
export interface ProxiedCommand {
  name: string;
  /** of most commands the collection */
  target: string;
  /** of a write its documents, updates or deletions */
  documents: readonly BSON.Document[];
}

/** What the proxy does with a command: its own answer, none at all, or the server's. */
export type Reply = BSON.Document | 'none' | undefined;

/** Commands that are about the connection alone. */
const OF_CONNECTION = /^(hello|ismaster|isMaster|sasl\w+|ping|endSessions|buildInfo)$/;

/** Of the wire protocol: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const OP_MSG = 2013;
const HEADER = 16;

/** Stands before a MongoDB server and answers as it is told, in the server's place. */
export class MongoProxy {
  /** asked about each command but those of the connection; undefined: the server answers */
  reply: (command: ProxiedCommand) => Reply = () => undefined;
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();
  private isCut = false;

  private constructor(private readonly to: URL) {
    this.server = net.createServer((client) => this.connect(client));
  }

  static async start(uri: string): Promise<MongoProxy> {
    const proxy = new MongoProxy(new URL(uri));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  /** Else the driver would go on to the address that the server tells. */
  get uri(): string {
    const uri = new URL(this.to);
    uri.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    uri.pathname ||= '/';
    uri.searchParams.set('directConnection', 'true');
    return uri.href;
  }

  /** Ends all connections and takes none, as long as some work takes. */
  async cut(work: () => Promise<unknown>): Promise<void> {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
    try {
      await work();
    } finally {
      this.isCut = false;
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private connect(client: net.Socket): void {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const server = net.connect(Number(this.to.port || 27_017), this.to.hostname);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    server.pipe(client, { end: false });
    let waiting = Buffer.alloc(0);
    client.on('data', (data) => {
      waiting = Buffer.concat([waiting, data]);
      while (waiting.length >= HEADER && waiting.length >= waiting.readInt32LE(0)) {
        const message = waiting.subarray(0, waiting.readInt32LE(0));
        waiting = waiting.subarray(message.length);
        const reply = this.replyTo(message);
        if (reply === undefined) server.write(message);
        else if (reply !== 'none') client.write(encode(reply, message.readInt32LE(4)));
      }
    });
  }

  private replyTo(message: Buffer): Reply {
    if (message.readInt32LE(12) !== OP_MSG) return undefined;
    const command = decode(message);
    return OF_CONNECTION.test(command.name) ? undefined : this.reply(command);
  }
}

/** An answer that refuses the whole command. */
export function refusal(code: number, labels: readonly string[] = []): BSON.Document {
  const answer = { ok: 0, code, codeName: 'Simulated', errmsg: `simulated ${code}` };
  return labels.length > 0 ? { ...answer, errorLabels: labels } : answer;
}

/** An answer that refuses each document of a write. */
export function refusalOfEach({ documents }: ProxiedCommand, code: number): BSON.Document {
  const writeErrors = documents.map((_, index) => ({ index, code, errmsg: `simulated ${code}` }));
  return { ok: 1, n: 0, writeErrors };
}

/** Sections of an OP_MSG: 0 is the command itself, 1 a sequence of documents that belong to it. */
function decode(message: Buffer): ProxiedCommand {
  let body: BSON.Document = {};
  const sequence: BSON.Document[] = [];
  for (let at = HEADER + 4; at < message.length;) {
    const kind = message[at++];
    const size = message.readInt32LE(at);
    if (kind === 0) body = BSON.deserialize(message.subarray(at, at + size));
    if (kind === 1) {
      for (let from = message.indexOf(0, at + 4) + 1; from < at + size;) {
        const length = message.readInt32LE(from);
        sequence.push(BSON.deserialize(message.subarray(from, from + length)));
        from += length;
      }
    }
    at += size;
  }
  const name = Object.keys(body)[0] ?? '';
  const inBody = (body.documents ?? body.updates ?? body.deletes ?? []) as BSON.Document[];
  return { name, target: String(body[name]), documents: sequence.length > 0 ? sequence : inBody };
}

function encode(answer: BSON.Document, to: number): Buffer {
  const body = BSON.serialize(answer);
  const head = Buffer.alloc(HEADER + 5);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(to, 8);
  head.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([head, body]);
}
