import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Answer, type Question } from 'dns-packet';

/** A real DNS server on loopback that knows the records of its test. */
export class DnsServer {
  /** what is known; may change at any time */
  readonly records: Answer[] = [];
  /** the questions that came in, as "SRV _mongodb._tcp.datos.test" */
  readonly questions: string[] = [];
  /** takes questions and answers none */
  silent = false;
  /** questions of this type are not answered */
  ignored: Answer['type'] | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('message', (packet, { port, address }) => {
      const { id, questions = [] } = decode(packet);
      this.questions.push(...questions.map(({ type, name }) => `${type} ${name}`));
      if (this.silent || questions.some(({ type }) => type === this.ignored)) return;
      socket.send(this.answer(id, questions), port, address);
    });
  }

  static async start(): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsServer(socket);
  }

  /** as "127.0.0.1:port" */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  stop(): void {
    this.socket.close();
  }

  private answer(id: number | undefined, questions: Question[]): Buffer {
    const named = this.records.filter(({ name }) => questions.some((question) => question.name === name));
    const answers = named.filter(({ type }) => questions.some((question) => question.type === type));
    const rcode = named.length > 0 ? 0 : NXDOMAIN;
    return encode({ type: 'response', flags: RECURSION | rcode, questions, answers, ...(id ? { id } : {}) });
  }
}

/** RFC 1035, 4.1.1: no such name; recursion desired and available. */
const NXDOMAIN = 3;
const RECURSION = 0x0180;
