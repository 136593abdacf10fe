import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ManagedProcess } from '../process/managed-process';
import { run } from '../process/run';
import { javaArgs, requireJava, type KafkaMode } from './jars';

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

/** One broker of a cluster; without ZooKeeper it is a controller of the cluster too. */
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
  mode: KafkaMode;
  clusterId: string;
  brokers: readonly BrokerSpec[];
  /** ZooKeeper's port on 127.0.0.1, in that mode. */
  zookeeperPort?: number;
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

/** Carries a few thousand records a second. */
const HEAP_MB = 256;

/** Writes a broker's settings and formats its folder, if that was never done. */
export async function prepareBroker(cluster: ClusterSpec, broker: BrokerSpec): Promise<void> {
  await mkdir(broker.dir, { recursive: true });
  const settings = Object.entries(brokerSettings(cluster, broker)).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(settingsFile(broker), settings.join(''));
  // With ZooKeeper there is nothing to format: the first start writes what marks the folder.
  if (cluster.mode === 'zookeeper' || existsSync(path.join(dataFolder(broker), 'meta.properties'))) return;
  const format = [
    'format',
    // In one word: an id may begin with a dash.
    `--cluster-id=${cluster.clusterId}`,
    '--config',
    settingsFile(broker),
    '--ignore-formatted',
    ...(cluster.scramUsers ?? []).flatMap(scramArgs),
  ];
  await run(requireJava(), [...java(cluster), 'kafka.tools.StorageTool', ...format]);
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
    args: [...java(cluster), 'kafka.Kafka', settingsFile(broker)],
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

function java({ mode, jars }: ClusterSpec): string[] {
  return javaArgs(mode, jars, HEAP_MB);
}

function settingsFile(broker: BrokerSpec): string {
  return path.join(broker.dir, 'server.properties');
}

function dataFolder(broker: BrokerSpec): string {
  return path.join(broker.dir, 'data');
}

function brokerSettings(cluster: ClusterSpec, broker: BrokerSpec): Record<string, string | number> {
  const replicas = Math.min(3, cluster.brokers.length);
  return {
    ...(cluster.mode === 'zookeeper' ? zookeeperSettings(cluster, broker) : kraftSettings(cluster, broker)),
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
    // The default of 128 MB would be half of the heap.
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
    ...cluster.settings,
  };
}

/** Brokers that are controllers too, as a list of voters that never changes. */
function kraftSettings(cluster: ClusterSpec, broker: BrokerSpec): Record<string, string | number> {
  const { addresses, advertised, protocols } = listenersOf(broker);
  const voters = cluster.brokers.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`);
  return {
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'controller.quorum.voters': voters.join(','),
    listeners: `${addresses},CONTROLLER://127.0.0.1:${broker.controllerPort}`,
    'advertised.listeners': advertised,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,${protocols}`,
    // A broker that was killed is let in again once its old session is over: 14 s with the default of 9 s.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
  };
}

function zookeeperSettings(cluster: ClusterSpec, broker: BrokerSpec): Record<string, string | number> {
  const { addresses, advertised, protocols } = listenersOf(broker);
  return {
    'broker.id': broker.id,
    'zookeeper.connect': `127.0.0.1:${cluster.zookeeperPort}`,
    // A broker that was killed is let in again once its old session is over.
    'zookeeper.session.timeout.ms': 4000,
    listeners: addresses,
    'advertised.listeners': advertised,
    'listener.security.protocol.map': protocols,
  };
}

/** @returns the listeners for clients as three settings have them */
function listenersOf(broker: BrokerSpec): Record<'addresses' | 'advertised' | 'protocols', string> {
  const plain: Listener = { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port: broker.port };
  const listeners = [plain, ...broker.listeners];
  const addresses = listeners.map(
    ({ name, port, advertised }) => `${name}://${advertised === undefined ? '127.0.0.1' : '0.0.0.0'}:${port}`,
  );
  const advertised = listeners.map(
    ({ name, port, advertised }) => `${name}://${advertised ?? `127.0.0.1:${port}`}`,
  );
  const protocols = listeners.map(({ name, protocol }) => `${name}:${protocol}`).join(',');
  return { addresses: addresses.join(','), advertised: advertised.join(','), protocols };
}
