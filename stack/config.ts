import path from 'node:path';
import { ROOT } from './paths';

/** What `npm start` runs and where; every value comes from an environment variable. */
export interface StackConfig {
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
  kafka: { brokers: string } | { port: number };
  /** MONGODB_URI: a database that runs already; else one is run on MONGO_PORT. */
  database: { uri: string } | { port: number };
  /** SERIAL_PATH: a serial device to read; else the simulated board runs BOARD_HEX. */
  serial: { path: string } | { hex: string };
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
export function readConfig(env: NodeJS.ProcessEnv): StackConfig {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const port = (name: string, fallback: number): number => readPort(name, text(name), fallback);
  const brokers = text('KAFKA_BROKERS');
  const uri = text('MONGODB_URI');
  const serialPath = text('SERIAL_PATH');
  const config: StackConfig = {
    port: port('PORT', 7000),
    host: text('HOST') ?? '127.0.0.1',
    passwordHash: readHash(text('ADMIN_PASSWORD_HASH')),
    dataDir: path.resolve(text('DATA_DIR') ?? path.join(ROOT, '.data')),
    topic: readTopic(text('KAFKA_TOPIC') ?? 'Prueba'),
    kafka: brokers === undefined ? { port: port('KAFKA_PORT', 9092) } : { brokers },
    database: uri === undefined ? { port: port('MONGO_PORT', 27017) } : { uri },
    serial: serialPath === undefined ? { hex: readHex(text('BOARD_HEX')) } : { path: serialPath },
  };
  requirePasswordBeyondLoopback(config);
  requireDifferentPorts(config);
  return config;
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
  const claim = (name: string, service: { port?: number }): void => {
    if (service.port === undefined) return;
    const other = taken.get(service.port);
    if (other !== undefined) throw new SettingError(name, `${service.port} is the value of ${other} too`);
    taken.set(service.port, name);
  };
  claim('KAFKA_PORT', config.kafka as { port?: number });
  claim('MONGO_PORT', config.database as { port?: number });
}

/** @returns whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
