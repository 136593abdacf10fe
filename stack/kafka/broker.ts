import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { javaProperties } from '../java/properties';
import { ManagedProcess } from '../process/managed-process';
import { run } from '../process/run';
import { JAVA_ENVIRONMENT, javaArgs, prepareJavaFolder, type KafkaMode } from './jars';
import { securedSettings, type Secured } from './secured';

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
  /** Where clients connect, on 127.0.0.1: without signing in, unless the cluster is secured. */
  port: number;
  listeners: readonly Listener[];
  controllerPort: number;
  /** Where the brokers of a secured cluster know each other, on 127.0.0.1. */
  internalPort?: number;
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
  /** Program of the Java runtime. */
  java: string;
  /** Folder of Kafka's jars. */
  jars: string;
  /** More settings of the broker, or others in place of the ones below. */
  settings?: Record<string, string | number>;
  scramUsers?: readonly ScramUser[];
  /** Who is let in; everybody where it is absent. */
  secured?: Secured;
  /** Folder for the brokers' logs. */
  logs?: string;
  /** Milliseconds from the stop signal to SIGKILL. */
  stopTimeout?: number;
}

const SECURED_READY_MS = 120_000;

/** Carries a few thousand records a second. */
const HEAP_MB = 256;

/** In a broker's folder, in which it runs: Kafka would take a comma in a path for the end of it. */
const SETTINGS = 'server.properties';
const DATA = 'data';

/** Writes a broker's settings and formats its folder, if that was never done. */
export async function prepareBroker(cluster: ClusterSpec, broker: BrokerSpec): Promise<void> {
  await mkdir(broker.dir, { recursive: true });
  await prepareJavaFolder(broker.dir, cluster.mode, cluster.jars);
  const settings = path.join(broker.dir, SETTINGS);
  await writeFile(settings, javaProperties(brokerSettings(cluster, broker)), { mode: 0o600 });
  // One that was there keeps the rights that it had.
  await chmod(settings, 0o600);
  // With ZooKeeper there is nothing to format: the first start writes what marks the folder.
  if (cluster.mode === 'zookeeper' || existsSync(path.join(broker.dir, DATA, 'meta.properties'))) return;
  const format = [
    'format',
    // In one word: an id may begin with a dash.
    `--cluster-id=${cluster.clusterId}`,
    '--config',
    SETTINGS,
    '--ignore-formatted',
    ...(cluster.scramUsers ?? []).flatMap(scramArgs),
  ];
  await run(cluster.java, [...javaOptions(cluster), 'kafka.tools.StorageTool', ...format], {
    cwd: broker.dir,
    env: JAVA_ENVIRONMENT,
  });
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
    command: cluster.java,
    args: [...javaOptions(cluster), `-Dbroker=${nameOf(broker)}`, 'kafka.Kafka', SETTINGS],
    cwd: broker.dir,
    env: JAVA_ENVIRONMENT,
    ready: isReady,
    // The first start of a secured cluster makes its user too, which takes another Java.
    ...(cluster.secured === undefined ? {} : { readyTimeout: SECURED_READY_MS }),
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

/** @returns what runs a program of the cluster's jars, in the folder of a broker */
export function javaOptions({ mode }: ClusterSpec): string[] {
  return javaArgs(mode, HEAP_MB);
}

function brokerSettings(cluster: ClusterSpec, broker: BrokerSpec): Record<string, string | number> {
  const replicas = Math.min(3, cluster.brokers.length);
  return {
    ...(cluster.mode === 'zookeeper' ? zookeeperSettings(cluster, broker) : kraftSettings(cluster, broker)),
    ...(cluster.secured === undefined
      ? {}
      : securedSettings(cluster.secured, [SIGN_IN, ...broker.listeners.map(({ name }) => name)])),
    'log.dirs': DATA,
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
  const { addresses, advertised, protocols } = listenersOf(cluster, broker);
  const voters = cluster.brokers.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`);
  return {
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'controller.quorum.voters': voters.join(','),
    listeners: `${addresses},CONTROLLER://127.0.0.1:${broker.controllerPort}`,
    'advertised.listeners': advertised,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `CONTROLLER:${cluster.secured === undefined ? 'PLAINTEXT' : 'SSL'},${protocols}`,
    ...(cluster.secured === undefined ? {} : { 'inter.broker.listener.name': INTERNAL }),
    // A broker that was killed is let in again once its old session is over: 14 s with the default of 9 s.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
  };
}

function zookeeperSettings(cluster: ClusterSpec, broker: BrokerSpec): Record<string, string | number> {
  const { addresses, advertised, protocols } = listenersOf(cluster, broker);
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

/** Names of the listeners of a secured cluster. */
const SIGN_IN = 'SIGN_IN';
const INTERNAL = 'INTERNAL';

/** @returns the listeners for clients, and of brokers for each other, as three settings have them */
function listenersOf(
  { secured }: ClusterSpec,
  { port, internalPort, listeners: more }: BrokerSpec,
): Record<'addresses' | 'advertised' | 'protocols', string> {
  const own: Listener[] =
    secured === undefined || internalPort === undefined
      ? [{ name: 'PLAINTEXT', protocol: 'PLAINTEXT', port }]
      : [
          { name: SIGN_IN, protocol: 'SASL_PLAINTEXT', port },
          { name: INTERNAL, protocol: 'SSL', port: internalPort },
        ];
  const listeners = [...own, ...more];
  const addresses = listeners.map(
    ({ name, port, advertised }) => `${name}://${advertised === undefined ? '127.0.0.1' : '0.0.0.0'}:${port}`,
  );
  const advertised = listeners.map(
    ({ name, port, advertised }) => `${name}://${advertised ?? `127.0.0.1:${port}`}`,
  );
  const protocols = listeners.map(({ name, protocol }) => `${name}:${protocol}`).join(',');
  return { addresses: addresses.join(','), advertised: advertised.join(','), protocols };
}

/** By which a person finds the process of one broker among others: "kafka-3/broker-2". */
function nameOf({ dir }: BrokerSpec): string {
  return `${path.basename(path.dirname(dir))}/${path.basename(dir)}`;
}
