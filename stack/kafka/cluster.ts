import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Kafka,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  logLevel,
  type Admin,
  type SASLOptions,
} from 'kafkajs';
import type { Report } from '../install-once';
import { java } from '../java/java';
import type { ManagedProcess } from '../process/managed-process';
import { freePort, requireListener } from '../process/ports';
import type { Service } from '../process/service';
import {
  brokerProcess,
  javaOptions,
  prepareBroker,
  type BrokerSpec,
  type ClusterSpec,
  type Listener,
  type ListenerProtocol,
  type ScramUser,
} from './broker';
import { kafkaJars, type KafkaMode } from './jars';
import type { KafkaLogin } from './login';
import { ensureUser, prepareKeyStore, type Secured } from './secured';
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
  /** A listener without TLS for clients on other machines; further brokers take the ports that follow. */
  remote?: RemoteListener;
  /** Lets in those alone who have the password, at each listener: KRaft only. Everybody is let in where it is absent. */
  secured?: Secured;
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
  /** by Kafka's names; others are the broker's own */
  settings?: Readonly<Record<string, string>>;
}

/** A real Apache Kafka cluster of one or several brokers on 127.0.0.1. */
export class KafkaCluster implements Service {
  readonly name = 'Kafka';
  /** One for each broker, in the order of their ids 1, 2, ...: each can be killed and started alone. */
  readonly brokers: readonly ManagedProcess[];
  /** For clients: "127.0.0.1:9092,...". */
  readonly bootstrap: string;
  /** For clients of a secured cluster. */
  readonly login: KafkaLogin | undefined;
  private userMade: Promise<void> | undefined;

  private constructor(
    private readonly spec: ClusterSpec,
    private readonly dir: string,
    /** Has to run before the brokers, where there is one. */
    readonly zookeeper: ManagedProcess | undefined,
  ) {
    this.bootstrap = spec.brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    this.login = spec.secured && {
      mechanism: 'scram-sha-512',
      username: spec.secured.user,
      password: spec.secured.password,
    };
    this.brokers = spec.brokers.map((broker) => brokerProcess(spec, broker, () => this.answers(broker)));
  }

  /** Fetches the jars if they are missing and prepares the folders; start() runs the brokers. */
  static async prepare(options: KafkaOptions): Promise<KafkaCluster> {
    const mode = options.mode ?? 'kraft';
    if (mode === 'zookeeper' && options.secured) throw new Error('ZooKeeper lets everybody in');
    const report = options.report ?? (() => undefined);
    const runtime = await java(report);
    const jars = await kafkaJars(mode, runtime, report);
    const brokers: BrokerSpec[] = [];
    for (let id = 1; id <= (options.brokers ?? 1); id++) {
      const port = id === 1 && options.port !== undefined ? options.port : await freePort();
      brokers.push({
        id,
        port,
        listeners: [
          ...(await listenersOf(options.listeners ?? {})),
          ...(options.remote === undefined
            ? []
            : [remoteListener(options.remote, id - 1, options.secured !== undefined)]),
        ],
        controllerPort: await freePort(),
        ...(options.secured === undefined ? {} : { internalPort: await freePort() }),
        dir: path.join(options.dir, `broker-${id}`),
      });
    }
    const zookeeperPort = mode === 'zookeeper' ? await freePort() : undefined;
    const spec: ClusterSpec = {
      mode,
      ...(zookeeperPort === undefined ? {} : { zookeeperPort }),
      clusterId: await clusterId(options.dir),
      brokers,
      java: runtime.command,
      jars,
      ...(options.settings === undefined ? {} : { settings: options.settings }),
      ...(options.scramUsers === undefined ? {} : { scramUsers: options.scramUsers }),
      ...(options.secured === undefined ? {} : { secured: options.secured }),
      ...(options.logs === undefined ? {} : { logs: options.logs }),
      ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
    };
    if (options.secured) await prepareKeyStore(options.dir, runtime.command, options.secured);
    for (const broker of brokers) await prepareBroker(spec, broker);
    if (zookeeperPort === undefined) return new KafkaCluster(spec, options.dir, undefined);
    const { logs, stopTimeout } = options;
    const zookeeper = await zookeeperProcess({
      port: zookeeperPort,
      dir: path.join(options.dir, 'zookeeper'),
      java: runtime.command,
      jars,
      ...(logs === undefined ? {} : { logs }),
      ...(stopTimeout === undefined ? {} : { stopTimeout }),
    });
    return new KafkaCluster(spec, options.dir, zookeeper);
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
    await ensureTopics(this.bootstrap, topics, this.login);
  }

  /** A broker answers when the cluster's metadata, asked from it, lists it. */
  private async answers(broker: BrokerSpec): Promise<boolean> {
    await this.ensureUser(broker);
    return withAdmin(`127.0.0.1:${broker.port}`, this.login, async (admin) => {
      const { brokers } = await admin.describeCluster();
      return brokers.some(({ port }) => port === broker.port);
    });
  }

  /** Of all brokers the first that takes connections; the others wait for it. */
  private async ensureUser({ dir: cwd, internalPort }: BrokerSpec): Promise<void> {
    const { secured, java: command } = this.spec;
    if (secured === undefined || internalPort === undefined) return;
    const program = { java: command, javaArgs: javaOptions(this.spec), cwd };
    this.userMade ??= requireListener(internalPort).then(() =>
      ensureUser(this.dir, secured, program, `127.0.0.1:${internalPort}`),
    );
    try {
      await this.userMade;
    } catch (error) {
      this.userMade = undefined;
      throw error;
    }
  }
}

function remoteListener(
  { port, address }: RemoteListener,
  brokersBefore: number,
  secured: boolean,
): Listener {
  const [, host = '', advertisedPort = ''] = /^(.+):(\d+)$/.exec(address) ?? [];
  return {
    name: 'REMOTE',
    protocol: secured ? 'SASL_PLAINTEXT' : 'PLAINTEXT',
    port: port + brokersBefore,
    advertised: `${host}:${Number(advertisedPort) + brokersBefore}`,
  };
}

/**
 * Creates the topics that are missing at any Kafka cluster; those that exist stay as they are.
 * @param bootstrap "host:port,host:port"
 * @param login how to sign in there, where that is asked for
 */
export async function ensureTopics(
  bootstrap: string,
  topics: readonly TopicSpec[],
  login?: KafkaLogin,
): Promise<void> {
  await withAdmin(bootstrap, login, async (admin) => {
    const existing = await admin.listTopics();
    const missing = topics.filter(({ topic }) => !existing.includes(topic));
    if (missing.length === 0) return;
    await admin.createTopics({
      // kafkajs gives up where a broker has not heard of the topic yet.
      waitForLeaders: false,
      topics: missing.map(({ topic, partitions, replicas, settings = {} }) => ({
        topic,
        numPartitions: partitions ?? 1,
        replicationFactor: replicas ?? -1,
        configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
      })),
    });
    await untilLed(
      admin,
      missing.map(({ topic }) => topic),
    );
  });
}

/** Waits until every partition of the topics has a leader that takes records. */
async function untilLed(admin: Admin, topics: string[]): Promise<void> {
  const end = performance.now() + LEADERS_MS;
  for (;;) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics });
      if (metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) {
        // A broker announces itself as the leader before it takes records: offsets it tells only after that.
        for (const topic of topics) await admin.fetchTopicOffsets(topic);
        return;
      }
    } catch (error) {
      // A broker that has not heard of the topic or of its leaders yet; kafkajs wraps some of its answers.
      const answer = error instanceof KafkaJSNumberOfRetriesExceeded ? error.cause : error;
      if (!(answer instanceof KafkaJSProtocolError && answer.retriable) || performance.now() > end)
        throw error;
    }
    if (performance.now() > end)
      throw new Error(`no leader for ${topics.join(', ')} within ${LEADERS_MS / 1000} s`);
    await sleep(50);
  }
}

async function withAdmin<T>(
  bootstrap: string,
  login: KafkaLogin | undefined,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  const kafka = new Kafka({
    clientId: 'stack',
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
    ...(login === undefined ? {} : { sasl: login as SASLOptions }),
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
