import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Numbered } from './ledger';

/** What a flow under test tells, one JSON object a line. */
export type Report =
  /** the producer's done() for this reading was called */
  | ({ kind: 'done' } & Numbered)
  /** the broker has acknowledged this reading (the producer's output) */
  | ({ kind: 'acknowledged' } & Numbered)
  /** the database has this reading (the sink's first output) */
  | ({ kind: 'stored' } & Numbered)
  /** a message on a second output, with what the node says about it */
  | { kind: 'set-aside'; node: string; text: string }
  /** what a Catch node got */
  | { kind: 'error'; node: string; text: string }
  /** what a Status node got */
  | { kind: 'status'; node: string; fill: string; text: string };

export type ReportKind = Report['kind'];
type ReportOf<K extends ReportKind> = Extract<Report, { kind: K }>;

/** Kinds that come once a reading: they are only counted. */
const COUNTED: ReadonlySet<ReportKind> = new Set(['done', 'acknowledged', 'stored']);

/** Listens to the reports of the Node-RED processes of one run. */
export class Reports {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly kept: Report[] = [];
  private readonly listeners: ((report: Report) => void)[] = [];
  readonly count: Record<ReportKind, number> = {
    done: 0,
    acknowledged: 0,
    stored: 0,
    'set-aside': 0,
    error: 0,
    status: 0,
  };

  private constructor() {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.sockets.delete(socket));
      createInterface({ input: socket }).on('line', (line) => {
        this.take(line);
      });
    });
  }

  static async listen(): Promise<Reports> {
    const reports = new Reports();
    reports.server.listen(0, '127.0.0.1');
    await once(reports.server, 'listening');
    return reports;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many processes are connected. */
  get connections(): number {
    return this.sockets.size;
  }

  onReport(listener: (report: Report) => void): void {
    this.listeners.push(listener);
  }

  /** All reports of a kind so far (those that come once a reading are not kept). */
  of<K extends ReportKind>(kind: K): ReportOf<K>[] {
    return this.kept.filter((report): report is ReportOf<K> => report.kind === kind);
  }

  /** The latest status of a node. */
  statusOf(node: string): ReportOf<'status'> | undefined {
    return this.of('status').findLast((status) => status.node === node);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(line: string): void {
    const report = parse(line);
    // A process that is killed in the middle of a line leaves half of it.
    if (!report) return;
    this.count[report.kind]++;
    if (!COUNTED.has(report.kind)) this.kept.push(report);
    for (const listener of this.listeners) listener(report);
  }
}

function parse(line: string): Report | undefined {
  try {
    return JSON.parse(line) as Report;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
