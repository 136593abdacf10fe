import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../../stack/database/database';
import { KafkaCluster } from '../../../stack/kafka/cluster';
import type { ExitInfo, ManagedProcess } from '../../../stack/process/managed-process';
import { until } from '../../support/until';
import { audit, type Audit } from './audit';
import type { FlowNode, HarnessPorts, Place } from './flow';
import { lag, recordCount, readingsInDatabase, readingsInTopic } from './inspect';
import { Ledger } from './ledger';
import { copyPackage, NodeRed } from './node-red';
import { configNodes, edgeTab, serverTab, type OurOverrides } from './our-flows';
import { PauseMeter } from './pause-meter';
import { Reports } from './reports';
import { addRow } from './rows';
import { Source } from './source';

export interface PipelineOptions {
  /** 10 when absent */
  sensorNodes?: number;
  /** 3 when absent */
  partitions?: number;
  /** 1 when absent */
  brokers?: number;
  /** the edge and the server each in a Node-RED of its own, as on two machines; one process when absent */
  split?: boolean;
  /** the edge also reads a serial device, at `run.serial`, which a case plugs in itself */
  serial?: boolean;
  kafka?: { port?: number; settings?: Record<string, string | number> };
  /** addresses the flows use in place of the services' own */
  addresses?: Partial<Pick<Place, 'brokers' | 'databaseUri'>>;
  nodes?: OurOverrides;
  /** options of Node.js for the Node-RED processes */
  nodeOptions?: string[];
  /** other flows, and the packages they need, in place of ours */
  flows?: {
    packages: string[];
    edge: (place: Place, ports: HarnessPorts) => FlowNode[];
    server: (place: Place, ports: HarnessPorts) => FlowNode[];
    config: (place: Place) => FlowNode[];
  };
}

/** What a run came to; `unconfirmed` are records that the sink's group would read again after a restart. */
export type Result = Audit & { unconfirmed: number };

/** Readings a second, unless a case says otherwise. */
export const RATE = 500;

const SETTLE_MS = 120_000;

/** Keeps the logs and data of passed cases too. */
const KEEP = process.env.FAULTS_KEEP !== undefined;

/** Everything a case needs: real services, real Node-RED processes, a source of numbered readings, and a ledger. */
export class Pipeline {
  readonly ledger = new Ledger();
  readonly pauses = new PauseMeter();
  /** Node-RED processes beside edge and server, which finish() looks at as well */
  readonly others: NodeRed[] = [];

  private constructor(
    readonly dir: string,
    readonly packages: readonly string[],
    readonly options: PipelineOptions,
    readonly kafka: KafkaCluster,
    readonly database: Database,
    readonly place: Place,
    readonly source: Source,
    readonly reports: Reports,
    readonly edge: NodeRed,
    readonly server: NodeRed,
  ) {
    reports.onReport((report) => {
      if (report.kind === 'done') this.ledger.accept(report);
      if (report.kind === 'stored') this.pauses.tick();
    });
  }

  /** Prepares everything; nothing runs yet. */
  static async prepare(options: PipelineOptions = {}): Promise<Pipeline> {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'faults-'));
    const logs = path.join(dir, 'logs');
    const [kafka, database] = await Promise.all([
      KafkaCluster.prepare({
        dir: path.join(dir, 'kafka'),
        logs,
        report: console.log,
        ...(options.brokers === undefined ? {} : { brokers: options.brokers }),
        ...options.kafka,
      }),
      Database.prepare({ dir: path.join(dir, 'database'), logs, report: console.log }),
    ]);
    const packages = options.flows?.packages ?? [copyPackage(dir)];
    const sensorNodes = Array.from({ length: options.sensorNodes ?? 10 }, (_, index) => `nodo-${index}`);
    const place: Place = {
      brokers: kafka.bootstrap,
      databaseUri: database.uri,
      databaseName: 'datos',
      topic: 'Prueba',
      groupId: 'mongo-sink',
      ...options.addresses,
    };
    const edge = NodeRed.prepare(options.split ? 'edge' : 'all', dir, packages, options.nodeOptions);
    const server = options.split ? NodeRed.prepare('server', dir, packages, options.nodeOptions) : edge;
    const source = await Source.listen((nodo) => pipeline.ledger.send(nodo), sensorNodes);
    const reports = await Reports.listen();
    const pipeline: Pipeline = new Pipeline(
      dir,
      packages,
      options,
      kafka,
      database,
      place,
      source,
      reports,
      edge,
      server,
    );
    return pipeline;
  }

  get ports(): HarnessPorts {
    const { source, reports } = this;
    return {
      source: source.port,
      reports: reports.port,
      ...(this.options.serial ? { serial: this.serial } : {}),
    };
  }

  /** Where the edge looks for its serial device. */
  get serial(): string {
    return path.join(this.dir, 'board');
  }

  get broker(): ManagedProcess {
    const [broker] = this.kafka.brokers;
    assert.ok(broker);
    return broker;
  }

  /** Starts everything, and waits until the first reading has come through to the database. */
  async start(): Promise<void> {
    await Promise.all([this.broker.running ? undefined : this.startKafka(), this.database.start()]);
    this.setFlows();
    await Promise.all([...new Set([this.edge, this.server])].map((nodeRed) => nodeRed.start()));
    await this.connected();
    await this.first();
  }

  async startKafka(): Promise<void> {
    await this.kafka.start();
    await this.createTopic();
  }

  async createTopic(): Promise<void> {
    const { partitions = 3 } = this.options;
    await this.kafka.ensureTopics([{ topic: this.place.topic, partitions }]);
  }

  /** Gives the Node-RED processes their flows. */
  setFlows(): void {
    const config = this.options.flows?.config(this.place) ?? configNodes(this.place, this.options.nodes);
    const edge = this.edgeTab();
    const server = this.serverTab();
    if (this.edge === this.server) {
      this.edge.setFlow([...config, ...edge, ...server]);
    } else {
      this.edge.setFlow([...config, ...edge]);
      this.server.setFlow([...config, ...server]);
    }
  }

  edgeTab(): FlowNode[] {
    const { flows, nodes } = this.options;
    return flows ? flows.edge(this.place, this.ports) : edgeTab(this.place, this.ports, nodes);
  }

  serverTab(): FlowNode[] {
    const { flows, nodes } = this.options;
    return flows ? flows.server(this.place, this.ports) : serverTab(this.place, this.ports, nodes);
  }

  /** Waits until Node-RED has opened its connection to the source and those for its reports. */
  async connected(): Promise<void> {
    await until(
      'Node-RED to connect to the harness',
      () => this.source.connected && this.reports.connections > 0,
    );
  }

  /** Sends one reading of each sensor node and waits until one is stored. */
  async first(): Promise<void> {
    this.source.burst(this.options.sensorNodes ?? 10);
    await this.flows('the first reading');
  }

  /** Waits until another reading than those so far is stored. */
  async flows(what = 'a new reading', timeoutMs = 60_000): Promise<void> {
    const before = this.reports.count.stored;
    await until(`${what} to be stored`, () => this.reports.count.stored > before, timeoutMs);
  }

  /** One reading as a line for the serial device. */
  line(): string {
    return `${JSON.stringify({ ...this.ledger.send('placa'), humedad: 60, temperatura: 26 })}\r\n`;
  }

  /** Starts an additional Node-RED that runs these flows. */
  addNodeRed(name: string, flow: readonly FlowNode[]): NodeRed {
    const nodeRed = NodeRed.prepare(name, this.dir, this.packages);
    nodeRed.setFlow(flow);
    this.others.push(nodeRed);
    return nodeRed;
  }

  /** Stops the source and waits until everything accepted is stored and nothing is under way any more. */
  async settle(timeoutMs = SETTLE_MS): Promise<Result> {
    this.source.pause();
    this.pauses.note();
    const end = Date.now() + timeoutMs;
    let before = '';
    for (;;) {
      const now = await this.progress();
      const late = Date.now() > end;
      if (late || (now === before && (await this.lag()) === 0)) {
        const result = await this.count();
        if (late || result.missing === 0) return result;
      }
      before = now;
      await sleep(1_000);
    }
  }

  /** How many records of the topic the sink's group has not confirmed. */
  async lag(): Promise<number> {
    return lag(this.kafka.bootstrap, this.place.groupId, this.place.topic);
  }

  /** Compares the ledger with the database and the topic as they are now. */
  async count(): Promise<Result> {
    const [stored, written] = await Promise.all([
      readingsInDatabase(this.database.uri, this.place.databaseName),
      readingsInTopic(this.kafka.bootstrap, this.place.topic),
    ]);
    return { ...audit(this.ledger, stored, written), unconfirmed: await this.lag() };
  }

  /** Settles, adds this case's row to the table, and fails unless everything accepted is stored once and in order. */
  async finish(title: string, settleMs?: number): Promise<Result> {
    const { passed, ...result } = await this.record(title, settleMs);
    assert.ok(passed, `${title}: ${JSON.stringify({ ...result, ...this.symptoms() })}`);
    return result;
  }

  /** Settles and adds this case's row to the table, whatever it came to. */
  async record(title: string, settleMs?: number): Promise<Result & { exits: ExitInfo[]; passed: boolean }> {
    const result = await this.settle(settleMs);
    const exits = [...new Set([this.edge, this.server, ...this.others])].flatMap(
      (nodeRed) => nodeRed.unexpectedExits,
    );
    const { accepted, missing, doubled, unknown, outOfOrder, outOfOrderInTopic, unconfirmed } = result;
    const wrong = missing + doubled + unknown + outOfOrder + outOfOrderInTopic + unconfirmed + exits.length;
    const passed = accepted > 0 && wrong === 0;
    addRow({ case: title, ...result, longestPauseMs: this.pauses.longestMs, passed });
    return { ...result, exits, passed };
  }

  /** What the nodes said last: for the message of a case that fails. */
  symptoms(): object {
    const statuses = ['producer', 'consumer', 'sink'].map((node) => this.reports.statusOf(node));
    return { statuses, errors: this.reports.of('error').slice(-5) };
  }

  /** Stops everything. @param keep leaves the logs and data where they are */
  async stop(keep = false): Promise<void> {
    await Promise.all([this.source.close(), this.reports.close()]);
    await Promise.all([this.edge, this.server, ...this.others].map((nodeRed) => nodeRed.kill()));
    await Promise.all([this.database.stop(), this.kafka.stop()]);
    if (keep) console.log(`      logs and data: ${this.dir}`);
    else await rm(this.dir, { recursive: true, force: true });
  }

  private async progress(): Promise<string> {
    const { accepted, sent } = this.ledger;
    const written = await recordCount(this.kafka.bootstrap, this.place.topic);
    return JSON.stringify([accepted, sent, written, this.reports.count.stored]);
  }
}

/** A case: runs with a pipeline of its own, all started, and cleans up after itself. */
export function fault(title: string, options: PipelineOptions, body: (run: Pipeline) => Promise<void>): void {
  it(title, async () => {
    await withPipeline(options, async (run) => {
      await run.start();
      await body(run);
    });
  });
}

/** Like fault(), for cases that start things themselves. */
export async function withPipeline(
  options: PipelineOptions,
  body: (run: Pipeline) => Promise<void>,
): Promise<void> {
  const run = await Pipeline.prepare(options);
  let passed = false;
  try {
    await body(run);
    passed = true;
  } finally {
    await run.stop(!passed || KEEP);
  }
}
