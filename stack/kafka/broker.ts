import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ManagedProcess } from '../process/managed-process';
import { run } from '../process/run';
import { requireJava } from './jars';

/** How clients talk to a listener; the names are Kafka's own. */
export type ListenerProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

/** A further way into a broker. */
export interface Listener {
  /** Kafka's name of it, in capitals; settings of this listener alone begin with `listener.name.<name in small letters>.` */
  name: string;
  protocol: ListenerProtocol;
  port: number;
  /** "host:port" as clients elsewhere reach it, who then find it open on every address of this machine; absent: it is for 127.0.0.1 only. */
  advertised?: string;
}

/** A user that a new cluster knows from its first start, by SCRAM-SHA-256 and by SCRAM-SHA-512. */
export interface ScramUser {
  name: string;
  password: string;
}

/** One broker of a cluster; it is a controller of the cluster too. */
export interface BrokerSpec {
  id: number;
  /** Where clients connect without signing in, on 127.0.0.1. */
  port: number;
  listeners: readonly Listener[];
  controllerPort: number;
  /** Holds its records, settings and format; survives restarts. */
  dir: string;
}

/** What all brokers of a cluster have in common. */
export interface ClusterSpec {
  clusterId: string;
  brokers: readonly BrokerSpec[];
  /** Folder of Kafka's jars. */
  jars: string;
  /** More settings of the broker, or others in place of the ones below. */
  settings?: Record<string, string | number>;
  scramUsers?: readonly ScramUser[];
  /** Folder for the brokers' logs. */
  logs?: string;
  /** Milliseconds from the stop signal to SIGKILL. */
  stopTimeout?: number;
}

/**
 * Small and quick to start rather than fast: the serial collector and the first compiler only, a heap that carries a
 * few thousand records a second.
 */
const JVM = [
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.net.preferIPv4Stack=true',
];

/** Writes a broker's settings and formats its folder, if that was never done. */
export async function prepareBroker(cluster: ClusterSpec, broker: BrokerSpec): Promise<void> {
  await mkdir(broker.dir, { recursive: true });
  const settings = Object.entries(brokerSettings(cluster, broker)).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(settingsFile(broker), settings.join(''));
  if (existsSync(path.join(dataFolder(broker), 'meta.properties'))) return;
  const format = [
    'format',
    // In one word: an id may begin with a dash.
    `--cluster-id=${cluster.clusterId}`,
    '--config',
    settingsFile(broker),
    '--ignore-formatted',
    ...(cluster.scramUsers ?? []).flatMap(scramArgs),
  ];
  await run(requireJava(), [...javaArgs(cluster), 'kafka.tools.StorageTool', ...format]);
}

/** @returns the broker's process, ready when it is `isReady` that says so. */
export function brokerProcess(
  cluster: ClusterSpec,
  broker: BrokerSpec,
  isReady: () => Promise<boolean>,
): ManagedProcess {
  const name = cluster.brokers.length === 1 ? 'Kafka' : `Kafka broker ${broker.id}`;
  return new ManagedProcess({
    name,
    command: requireJava(),
    args: [...javaArgs(cluster), 'kafka.Kafka', settingsFile(broker)],
    cwd: broker.dir,
    ready: isReady,
    ...(cluster.stopTimeout === undefined ? {} : { stopTimeout: cluster.stopTimeout }),
    ...(cluster.logs === undefined ? {} : { logFile: path.join(cluster.logs, `kafka-${broker.id}.log`) }),
  });
}

function scramArgs({ name, password }: ScramUser): string[] {
  return ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${name},password=${password}]`,
  ]);
}

function javaArgs(cluster: ClusterSpec): string[] {
  const logging = `-Dlog4j2.configurationFile=${path.join(__dirname, 'log4j2.xml')}`;
  return [...JVM, logging, '-cp', path.join(cluster.jars, '*')];
}

function settingsFile(broker: BrokerSpec): string {
  return path.join(broker.dir, 'server.properties');
}

function dataFolder(broker: BrokerSpec): string {
  return path.join(broker.dir, 'data');
}

function brokerSettings(cluster: ClusterSpec, broker: BrokerSpec): Record<string, string | number> {
  const replicas = Math.min(3, cluster.brokers.length);
  const plain: Listener = { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port: broker.port };
  const listeners = [plain, ...broker.listeners];
  const addresses = listeners.map(
    ({ name, port, advertised }) => `${name}://${advertised === undefined ? '127.0.0.1' : '0.0.0.0'}:${port}`,
  );
  const advertised = listeners.map(
    ({ name, port, advertised }) => `${name}://${advertised ?? `127.0.0.1:${port}`}`,
  );
  const protocols = listeners.map(({ name, protocol }) => `${name}:${protocol}`).join(',');
  const voters = cluster.brokers.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`);
  return {
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'controller.quorum.voters': voters.join(','),
    listeners: [...addresses, `CONTROLLER://127.0.0.1:${broker.controllerPort}`].join(','),
    'advertised.listeners': advertised.join(','),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,${protocols}`,
    'log.dirs': dataFolder(broker),
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.max(1, replicas - 1),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.max(1, replicas - 1),
    'transaction.state.log.num.partitions': 4,
    // A group's first member need not wait for others to come.
    'group.initial.rebalance.delay.ms': 0,
    // A broker that was killed is let in again once its old session is over: 14 s with the default of 9 s.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    // The default of 128 MB would be half of the heap.
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
    ...cluster.settings,
  };
}
