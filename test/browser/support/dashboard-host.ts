import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import { UUID } from 'uuidv7';
import { newReadingId } from '../../../nodes/shared/reading-id';
import { mergeFlows, type FlowNode } from '../../../stack/node-red/flows';
import { EDITOR_PATH, nodeRedProcess, urlOf } from '../../../stack/node-red/node-red';
import { prepareUserDir } from '../../../stack/node-red/user-dir';
import { ROOT } from '../../../stack/paths';
import type { ManagedProcess } from '../../../stack/process/managed-process';
import { freePort } from '../../../stack/process/ports';
import { programsAskedFor } from '../../package/support/programs';
import { versionsAskedFor } from '../../package/support/versions';
import { liveHeap } from '../../support/heap';
import '../../../nodes/kafka-cluster/patched-kafkajs';

const FLOWS = ['server.json', 'dashboard-2.json'];

/** Records written in one request. */
const BATCH = 2_000;

/** A reading and when it was taken, in milliseconds since 1970. */
export interface PastReading {
  nodo: string;
  values: object;
  time: number;
}

export interface DashboardHostOptions {
  brokers: string;
  mongoUri: string;
  topic: string;
  database: string;
}

/**
 * A Node-RED that runs the shipped flows with both dashboards, and a hand that writes readings into its topic. It is the
 * checkout's, or the one that TEST_NODE_RED names (see test/package/support/versions.ts).
 */
export class DashboardHost {
  private constructor(
    readonly url: string,
    readonly nodeRed: ManagedProcess,
    private readonly userDir: string,
    private readonly producer: Producer,
    readonly topicName: string,
    private readonly inspectorPort: number,
  ) {}

  static async start(options: DashboardHostOptions): Promise<DashboardHost> {
    const { brokers, mongoUri, topic, database } = options;
    const userDir = await mkdtemp(path.join(os.tmpdir(), 'test-dashboard-'));
    // Another place's build can be tested as well.
    await prepareUserDir(userDir, process.env.PACKAGE_DIR ?? ROOT);
    const flows = FLOWS.map((file) => readFile(path.join(ROOT, 'flows', file), 'utf8'));
    const nodes = mergeFlows((await Promise.all(flows)).map((flow) => JSON.parse(flow) as FlowNode[]));
    for (const node of nodes) {
      if (node.type === 'mongo-database') node.database = database;
      if (node.type === 'kafka-consumer' || node.type === 'topic-catalog') node.groupId = topic;
    }
    await writeFile(path.join(userDir, 'flows.json'), JSON.stringify(nodes));
    const port = await freePort();
    const host = '127.0.0.1';
    const inspectorPort = await freePort();
    const env = {
      KAFKA_BROKERS: brokers,
      MONGODB_URI: mongoUri,
      KAFKA_TOPIC: topic,
      NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}`,
    };
    const programs = await programsAskedFor();
    const nodeRed = nodeRedProcess({ userDir, host, port, env, ...(programs ? { programs } : {}) });
    await nodeRed.start();
    const { version } = (await (await fetch(`${urlOf(host, port)}${EDITOR_PATH}/settings`)).json()) as {
      version: string;
    };
    assert.equal(version, versionsAskedFor()?.nodeRed ?? version);
    const producer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    return new DashboardHost(urlOf(host, port), nodeRed, userDir, producer, topic, inspectorPort);
  }

  /**
   * Writes a reading as kafka-producer does.
   * @param time when it was taken, in milliseconds since 1970; now when it is left out
   */
  async send(nodo: string, values: object, time?: number): Promise<void> {
    await this.write([message({ nodo, values, time })]);
  }

  /** Writes readings of the past, in this order. One that is written again has the same reading id. */
  async sendAll(readings: readonly PastReading[]): Promise<void> {
    for (let from = 0; from < readings.length; from += BATCH) {
      await this.write(readings.slice(from, from + BATCH).map(message));
    }
  }

  private async write(messages: Message[]): Promise<void> {
    await this.producer.send({ topic: this.topicName, messages });
  }

  /** What is alive in Node-RED, in bytes. */
  liveHeap(): Promise<number> {
    return liveHeap(this.inspectorPort);
  }

  async stop(): Promise<void> {
    await this.producer.disconnect();
    await this.nodeRed.stop();
    await rm(this.userDir, { recursive: true, force: true });
  }
}

/** @param time absent: now */
function message({ nodo, values, time }: Omit<PastReading, 'time'> & { time: number | undefined }): Message {
  const now = new Date(time ?? Date.now());
  const fecha = now.toISOString().slice(0, 10);
  const hora = now.toTimeString().slice(0, 8);
  const id = time === undefined ? newReadingId() : UUID.fromFieldsV7(time, 0, 0, crc32(nodo)).toString();
  return {
    key: nodo,
    value: JSON.stringify({ nodo, ...values, fecha, hora }),
    headers: { 'reading-id': id },
  };
}
