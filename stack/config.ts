import path from 'node:path';
import type { RemoteListener } from './kafka/cluster';
import type { KafkaMode } from './kafka/jars';
import { ROOT } from './paths';

/**
 * Which part of the pipeline runs on this machine: all of it; what stands beside the board; or what stores and shows
 * what the boards send.
 */
export const ROLES = ['all', 'edge', 'server'] as const;
export type Role = (typeof ROLES)[number];

/** A Kafka to be run here. */
export interface OwnKafka {
  port: number;
  mode: KafkaMode;
  brokerCount: number;
  /** KAFKA_EDGE_ADDRESS and KAFKA_EDGE_PORT: where edges on other machines reach it. */
  remote?: RemoteListener;
}

/** What `npm start` runs and where; every value comes from an environment variable, but for the role and the shape of the Kafka. */
export interface StackConfig {
  role: Role;
  /** PORT: dashboard and editor. */
  port: number;
  /** HOST: the address that Node-RED listens on. */
  host: string;
  /** ADMIN_PASSWORD_HASH: bcrypt hash of the password for editor and dashboard. */
  passwordHash: string | undefined;
  /** DATA_DIR: everything that survives a restart. */
  dataDir: string;
  /** KAFKA_TOPIC: where the readings go. */
  topic: string;
  /** KAFKA_BROKERS ("host:port,..."): a Kafka that runs already; else one is run on KAFKA_PORT. */
  kafka: { brokers: string } | OwnKafka;
  /** MONGODB_URI: a database that runs already; else one is run on MONGO_PORT. An edge has none. */
  database: { uri: string } | { port: number } | undefined;
  /** SERIAL_PATH: a serial device to read; else the simulated board runs BOARD_HEX. A server has none. */
  serial: { path: string } | { hex: string } | undefined;
}

/** What the Kafka that is run here is to look like; one broker in KRaft mode where nothing is said. */
export interface KafkaShape {
  mode?: KafkaMode | undefined;
  brokerCount?: number | undefined;
}

/** A setting that cannot be used, told with its variable. */
export class SettingError extends Error {
  constructor(
    readonly variable: string,
    problem: string,
  ) {
    super(`${variable}: ${problem}`);
    this.name = 'SettingError';
  }
}

/** The name to log in with wherever a password is asked for. */
export const ADMIN_USER = 'admin';

/**
 * Reads the settings from the environment; an empty variable counts as unset.
 * @throws SettingError for a value that cannot be used
 */
export function readConfig(env: NodeJS.ProcessEnv, role: Role = 'all', shape: KafkaShape = {}): StackConfig {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const port = (name: string, fallback: number): number => readPort(name, text(name), fallback);
  const uri = readMongoUri(text('MONGODB_URI'));
  const serialPath = text('SERIAL_PATH');
  const config: StackConfig = {
    role,
    port: port('PORT', DEFAULTS[role].port),
    host: text('HOST') ?? '127.0.0.1',
    passwordHash: readHash(text('ADMIN_PASSWORD_HASH')),
    dataDir: path.resolve(text('DATA_DIR') ?? path.join(ROOT, '.data', DEFAULTS[role].folder)),
    topic: readTopic(text('KAFKA_TOPIC') ?? 'Prueba'),
    kafka: readKafka(role, shape, text, port),
    database: role === 'edge' ? undefined : uri === undefined ? { port: port('MONGO_PORT', 27017) } : { uri },
    serial:
      role === 'server'
        ? undefined
        : serialPath === undefined
          ? { hex: readHex(text('BOARD_HEX')) }
          : { path: serialPath },
  };
  requirePasswordBeyondLoopback(config);
  requireDifferentPorts(config);
  return config;
}

/** Edge and server of a try-out run on one machine, each with its page and its data. */
const DEFAULTS: Record<Role, { port: number; folder: string }> = {
  all: { port: 7000, folder: '' },
  edge: { port: 7001, folder: 'edge' },
  server: { port: 7000, folder: 'server' },
};

/** What is after the scheme may hold a password: nothing of it is shown. */
function readMongoUri(uri: string | undefined): string | undefined {
  if (uri === undefined || /^mongodb(\+srv)?:\/\/[^\s/]+/.test(uri)) return uri;
  throw new SettingError('MONGODB_URI', 'it does not begin with mongodb:// or mongodb+srv:// and a host');
}

function readKafka(
  role: Role,
  shape: KafkaShape,
  text: (name: string) => string | undefined,
  port: (name: string, fallback: number) => number,
): StackConfig['kafka'] {
  const brokers = text('KAFKA_BROKERS');
  requireOwnKafka(role, shape, brokers);
  if (brokers !== undefined) return { brokers };
  if (role === 'edge') {
    throw new SettingError(
      'KAFKA_BROKERS',
      'an edge hands its readings to the Kafka of the server. Set it to where that is reached from here, such as ' +
        '192.168.1.20:9094',
    );
  }
  const own = {
    port: port('KAFKA_PORT', 9092),
    mode: shape.mode ?? 'kraft',
    brokerCount: shape.brokerCount ?? 1,
  };
  const address = text('KAFKA_EDGE_ADDRESS');
  if (address === undefined) return own;
  const [, advertisedPort] = /^[^\s:/,]+:(\d{1,5})$/.exec(address) ?? [];
  if (advertisedPort === undefined) {
    throw new SettingError(
      'KAFKA_EDGE_ADDRESS',
      `"${address}" is not the address of this machine, as edges reach it, and a port: such as 192.168.1.20:9094`,
    );
  }
  return { ...own, remote: { address, port: port('KAFKA_EDGE_PORT', Number(advertisedPort)) } };
}

/** A shape is asked for that nothing would have. */
function requireOwnKafka(role: Role, { mode, brokerCount }: KafkaShape, address: string | undefined): void {
  const option = mode !== undefined ? '--kafka' : brokerCount !== undefined ? '--brokers' : undefined;
  if (option === undefined || (role !== 'edge' && address === undefined)) return;
  throw new SettingError(
    option,
    role === 'edge'
      ? 'an edge runs no Kafka; give it to the server'
      : `KAFKA_BROKERS names a Kafka that runs already (${address}). Leave one of the two out`,
  );
}

function readPort(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingError(name, `"${value}" is not a port; it has to be a whole number from 1 to 65535`);
  }
  return port;
}

function readHash(value: string | undefined): string | undefined {
  if (value !== undefined && !/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(value)) {
    throw new SettingError(
      'ADMIN_PASSWORD_HASH',
      `not a bcrypt hash. Make one with "npx node-red admin hash-pw" and put it in single quotes`,
    );
  }
  return value;
}

/** The rule is Kafka's own. */
function readTopic(value: string): string {
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(value) || value === '.' || value === '..') {
    throw new SettingError(
      'KAFKA_TOPIC',
      `"${value}" is not a topic name; Kafka takes up to 249 letters without accents, digits, ".", "_" and "-"`,
    );
  }
  return value;
}

function readHex(value: string | undefined): string {
  return value === undefined ? path.join(ROOT, 'firmware', 'nodo.hex') : path.resolve(value);
}

function requirePasswordBeyondLoopback(config: StackConfig): void {
  if (isLoopback(config.host) || config.passwordHash !== undefined) return;
  throw new SettingError(
    'HOST',
    `${config.host} can be reached from other machines, and whoever reaches the editor can run any program on this ` +
      'one. Set ADMIN_PASSWORD_HASH to the bcrypt hash of a password for the editor and the dashboard ' +
      '("npx node-red admin hash-pw" makes one), or leave HOST unset',
  );
}

function requireDifferentPorts(config: StackConfig): void {
  const taken = new Map([[config.port, 'PORT']]);
  const claim = (name: string, service: { port?: number } | undefined): void => {
    if (service?.port === undefined) return;
    const other = taken.get(service.port);
    if (other !== undefined) throw new SettingError(name, `${service.port} is the value of ${other} too`);
    taken.set(service.port, name);
  };
  claim('KAFKA_PORT', config.kafka as { port?: number });
  claim('KAFKA_EDGE_PORT', (config.kafka as Partial<OwnKafka>).remote);
  claim('MONGO_PORT', config.database as { port?: number } | undefined);
}

/** @returns whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
