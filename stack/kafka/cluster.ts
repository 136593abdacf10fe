import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, KafkaJSProtocolError, logLevel, type Admin } from 'kafkajs';
import type { Report } from '../install-once';
import type { ManagedProcess } from '../process/managed-process';
import { freePort } from '../process/ports';
import type { Service } from '../process/service';
import {
  brokerProcess,
  prepareBroker,
  type BrokerSpec,
  type ClusterSpec,
  type Listener,
  type ListenerProtocol,
  type ScramUser,
} from './broker';
import { kafkaJars, type KafkaMode } from './jars';
import { zookeeperProcess } from './zookeeper/zookeeper';

/** How long the partitions of a new topic may be without a leader, in milliseconds. */
const LEADERS_MS = 20_000;

export interface KafkaOptions {
  /** Holds everything of the cluster; survives restarts. */
  dir: string;
  /** The first broker's port; a free one when absent. Further brokers take free ones. */
  port?: number;
  /** How many brokers; 1 when absent. */
  brokers?: number;
  /** KRaft when absent. */
  mode?: KafkaMode;
  /** Settings of the brokers beside or in place of stack's own. */
  settings?: Record<string, string | number>;
  /** Further listeners of each broker, by name. The plain one stays: it is how the stack itself looks at the brokers. */
  listeners?: Record<string, ListenerProtocol>;
  /** A listener without TLS or passwords for clients on other machines; further brokers take the ports that follow. */
  remote?: RemoteListener;
  /** Users of a new cluster. */
  scramUsers?: readonly ScramUser[];
  /** Folder for the brokers' logs. */
  logs?: string;
  /** Milliseconds from the stop signal to SIGKILL. */
  stopTimeout?: number;
  report?: Report;
}

/** Where clients on other machines find the first broker. */
export interface RemoteListener {
  /** What it listens on, at every address of this machine. */
  port: number;
  /** "host:port" as those clients reach it; what stands between may change the port. */
  address: string;
}

/** A topic to be there. */
export interface TopicSpec {
  topic: string;
  partitions?: number;
  replicas?: number;
}

/** A real Apache Kafka cluster of one or several brokers on 127.0.0.1. */
export class KafkaCluster implements Service {
  readonly name = 'Kafka';
  /** One for each broker, in the order of their ids 1, 2, ...: each can be killed and started alone. */
  readonly brokers: readonly ManagedProcess[];
  /** For clients: "127.0.0.1:9092,...". */
  readonly bootstrap: string;

  private constructor(
    private readonly spec: ClusterSpec,
    /** Has to run before the brokers, where there is one. */
    readonly zookeeper: ManagedProcess | undefined,
  ) {
    this.bootstrap = spec.brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    this.brokers = spec.brokers.map((broker) => brokerProcess(spec, broker, () => this.answers(broker)));
  }

  /** Fetches the jars if they are missing and prepares the folders; start() runs the brokers. */
  static async prepare(options: KafkaOptions): Promise<KafkaCluster> {
    const mode = options.mode ?? 'kraft';
    const jars = await kafkaJars(mode, options.report ?? (() => undefined));
    const brokers: BrokerSpec[] = [];
    for (let id = 1; id <= (options.brokers ?? 1); id++) {
      const port = id === 1 && options.port !== undefined ? options.port : await freePort();
      brokers.push({
        id,
        port,
        listeners: [
          ...(await listenersOf(options.listeners ?? {})),
          ...(options.remote === undefined ? [] : [remoteListener(options.remote, id - 1)]),
        ],
        controllerPort: await freePort(),
        dir: path.join(options.dir, `broker-${id}`),
      });
    }
    const zookeeperPort = mode === 'zookeeper' ? await freePort() : undefined;
    const spec: ClusterSpec = {
      mode,
      ...(zookeeperPort === undefined ? {} : { zookeeperPort }),
      clusterId: await clusterId(options.dir),
      brokers,
      jars,
      ...(options.settings === undefined ? {} : { settings: options.settings }),
      ...(options.scramUsers === undefined ? {} : { scramUsers: options.scramUsers }),
      ...(options.logs === undefined ? {} : { logs: options.logs }),
      ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
    };
    for (const broker of brokers) await prepareBroker(spec, broker);
    if (zookeeperPort === undefined) return new KafkaCluster(spec, undefined);
    const { logs, stopTimeout } = options;
    const zookeeper = await zookeeperProcess({
      port: zookeeperPort,
      dir: path.join(options.dir, 'zookeeper'),
      jars,
      ...(logs === undefined ? {} : { logs }),
      ...(stopTimeout === undefined ? {} : { stopTimeout }),
    });
    return new KafkaCluster(spec, zookeeper);
  }

  /** @returns where clients reach a further listener: "127.0.0.1:39092,...", one address for each broker */
  bootstrapOf(listener: string): string {
    return this.spec.brokers
      .flatMap(({ listeners }) => listeners)
      .filter(({ name }) => name === listener)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(',');
  }

  async start(): Promise<void> {
    await this.zookeeper?.start();
    await Promise.all(this.brokers.map((broker) => broker.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.stop()));
    await this.zookeeper?.stop();
  }

  /** Creates the topics that are missing; those that exist stay as they are. */
  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    await ensureTopics(this.bootstrap, topics);
  }

  /** A broker answers when the cluster's metadata, asked from it, lists it. */
  private async answers(broker: BrokerSpec): Promise<boolean> {
    return withAdmin(`127.0.0.1:${broker.port}`, async (admin) => {
      const { brokers } = await admin.describeCluster();
      return brokers.some(({ port }) => port === broker.port);
    });
  }
}

function remoteListener({ port, address }: RemoteListener, brokersBefore: number): Listener {
  const [, host = '', advertisedPort = ''] = /^(.+):(\d+)$/.exec(address) ?? [];
  return {
    name: 'REMOTE',
    protocol: 'PLAINTEXT',
    port: port + brokersBefore,
    advertised: `${host}:${Number(advertisedPort) + brokersBefore}`,
  };
}

/**
 * Creates the topics that are missing at any Kafka cluster; those that exist stay as they are.
 * @param bootstrap "host:port,host:port"
 */
export async function ensureTopics(bootstrap: string, topics: readonly TopicSpec[]): Promise<void> {
  await withAdmin(bootstrap, async (admin) => {
    const existing = await admin.listTopics();
    const missing = topics.filter(({ topic }) => !existing.includes(topic));
    if (missing.length === 0) return;
    await admin.createTopics({
      // kafkajs gives up where a broker has not heard of the topic yet.
      waitForLeaders: false,
      topics: missing.map(({ topic, partitions, replicas }) => ({
        topic,
        numPartitions: partitions ?? 1,
        replicationFactor: replicas ?? -1,
      })),
    });
    await untilLed(
      admin,
      missing.map(({ topic }) => topic),
    );
  });
}

/** Waits until every partition of the topics has a leader and can be written to. */
async function untilLed(admin: Admin, topics: string[]): Promise<void> {
  const end = Date.now() + LEADERS_MS;
  for (;;) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics });
      if (metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      // A broker that has not heard of the topic or of its leaders yet.
      if (!(error instanceof KafkaJSProtocolError && error.retriable) || Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`no leader for ${topics.join(', ')} within ${LEADERS_MS / 1000} s`);
    await sleep(50);
  }
}

async function withAdmin<T>(bootstrap: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new Kafka({
    clientId: 'stack',
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

async function listenersOf(protocols: Record<string, ListenerProtocol>): Promise<Listener[]> {
  const listeners: Listener[] = [];
  for (const [name, protocol] of Object.entries(protocols)) {
    listeners.push({ name, protocol, port: await freePort() });
  }
  return listeners;
}

/** All brokers of a cluster carry its id: 16 random bytes as Kafka writes them. */
async function clusterId(dir: string): Promise<string> {
  const file = path.join(dir, 'cluster-id');
  if (existsSync(file)) return readFile(file, 'utf8');
  await mkdir(dir, { recursive: true });
  const id = randomBytes(16).toString('base64url');
  await writeFile(file, id);
  return id;
}
