import { isIP } from 'node:net';
import path from 'node:path';
import type { RemoteListener } from './kafka/cluster';
import { KAFKA_MECHANISMS, type KafkaLogin } from './kafka/login';
import type { KafkaMode } from './kafka/jars';
import { LOG_FORMATS, logFormatOf } from './log-format';
import { readKeptPassword } from './password';
import { ROOT } from './paths';
import { readServiceUsers } from './service-users';
import { SettingError } from './setting-error';
import { t } from './texts/texts.mjs';
import { readTlsFiles, type TlsFiles } from './tls-files';

export { SettingError };

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

/** A Kafka that runs already. */
export interface GivenKafka {
  /** "host:port,..." */
  brokers: string;
  /** KAFKA_USER, KAFKA_PASSWORD and KAFKA_SASL: how to sign in there; what the editor says where they are absent. */
  login?: KafkaLogin;
}

/** The passwords of editor and dashboard, as bcrypt hashes. */
export interface LoginConfig {
  /** of ADMIN_USER: ADMIN_PASSWORD_HASH, or what an earlier `npm start -- --password` has kept */
  passwordHash: string | undefined;
  /** VIEWER_PASSWORD_HASH: of VIEWER_USER, who may open the dashboard alone */
  viewerHash: string | undefined;
  /** whether this start makes a new one, which takes the place of passwordHash */
  newPassword: boolean;
}

/** What `npm start` runs and where; every value comes from an environment variable, but for the role and the shape of the Kafka. */
export interface StackConfig {
  role: Role;
  /** PORT: dashboard and editor. */
  port: number;
  /** HOST: the address that Node-RED listens on. */
  host: string;
  /** HOST_NAMES ("name,name:port"): names under which browsers reach it, beside its addresses and localhost. */
  hostNames: readonly string[];
  /** TLS_CERT and TLS_KEY: files in PEM for dashboard and editor; plain HTTP without them. */
  tls: TlsFiles | undefined;
  /** Who has to show a password, and which. */
  login: LoginConfig;
  /** DATA_DIR: everything that survives a restart. */
  dataDir: string;
  /** KAFKA_TOPIC: where the readings go. */
  topic: string;
  /** KAFKA_BROKERS ("host:port,..."): a Kafka that runs already; else one is run on KAFKA_PORT. */
  kafka: GivenKafka | OwnKafka;
  /** Whether the Kafka and the database that are run here ask for a password: with `--secure`, and from then on. */
  secure: boolean;
  /** MONGODB_URI: a database that runs already; else one is run on MONGO_PORT. An edge has none. */
  database: { uri: string } | { port: number } | undefined;
  /** SERIAL_PATH: a serial device to read, at SERIAL_BAUD; else simulated boards run BOARD_HEX. A server has none. */
  serial: { path: string; baudRate: number } | { hex: string; boards: number } | undefined;
}

/** What the Kafka that is run here is to look like; one broker in KRaft mode where nothing is said. */
export interface KafkaShape {
  mode?: KafkaMode | undefined;
  brokerCount?: number | undefined;
}

/** What the command line of `npm start` asks for beside the environment's settings. */
export interface CommandLine {
  role: Role;
  /** of the Kafka that is run here; undefined: as it is without the option */
  mode: KafkaMode | undefined;
  brokerCount: number | undefined;
  /** how many simulated boards are on the serial line; undefined: one */
  boards: number | undefined;
  /** whether a new password is to be made for editor and dashboard */
  newPassword: boolean;
  /** whether the Kafka and the database that are run here are to ask for a password */
  secure: boolean;
  /** whether the network that KAFKA_EDGE_ADDRESS opens a Kafka to is the user's own */
  ownNetwork: boolean;
}

/** At which the boards of this project send, the simulated one too. */
export const DEFAULT_BAUD_RATE = 9600;
const MAX_BAUD_RATE = 4_000_000;

/** The name to log in with wherever a password is asked for. */
export const ADMIN_USER = 'admin';
/** The name of whoever may look at the dashboard and change nothing in the editor. */
export const VIEWER_USER = 'viewer';

/**
 * Reads the settings from the environment; an empty variable counts as unset.
 * @throws SettingError for a value that cannot be used
 */
export function readConfig(
  env: NodeJS.ProcessEnv,
  {
    role = 'all',
    newPassword = false,
    boards,
    secure = false,
    ownNetwork = false,
    ...shape
  }: Partial<CommandLine> = {},
): StackConfig {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const port = (name: string, fallback: number): number => readPort(name, text(name), fallback);
  const uri = readMongoUri(text('MONGODB_URI'));
  const dataDir = dataDirOf(env, role);
  const config: StackConfig = {
    role,
    port: port('PORT', DEFAULTS[role].port),
    host: text('HOST') ?? '127.0.0.1',
    hostNames: readHostNames(text('HOST_NAMES'), text('HOST')),
    tls: readTlsFiles(text('TLS_CERT'), text('TLS_KEY')),
    login: readLogin(text, dataDir, newPassword),
    dataDir,
    topic: readTopic(text('KAFKA_TOPIC') ?? 'Prueba'),
    kafka: readKafka(env, role, shape, text, port),
    database: role === 'edge' ? undefined : uri === undefined ? { port: port('MONGO_PORT', 27017) } : { uri },
    serial: readSerial(role, boards, text),
    secure: false,
  };
  config.secure = readSecure(config, secure);
  requireOwnNetwork(config, ownNetwork);
  requireLogFormat(text('LOG_FORMAT'));
  requirePasswordBeyondLoopback(config);
  requireDifferentPorts(config);
  return config;
}

/** @returns DATA_DIR, or where a role keeps its data without it */
export function dataDirOf(env: NodeJS.ProcessEnv, role: Role): string {
  return path.resolve(env.DATA_DIR?.trim() || path.join(ROOT, '.data', DEFAULTS[role].folder));
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
  throw new SettingError('MONGODB_URI', t('setting.mongodb-uri'));
}

function readSerial(
  role: Role,
  boards: number | undefined,
  text: (name: string) => string | undefined,
): StackConfig['serial'] {
  const path = text('SERIAL_PATH');
  if (boards !== undefined && (path !== undefined || role === 'server')) {
    const problem =
      role === 'server' ? t('setting.boards-server') : t('setting.boards-device', { path: path ?? '' });
    throw new SettingError('--boards', problem);
  }
  if (role === 'server') return undefined;
  const baudRate = readBaudRate(text('SERIAL_BAUD'));
  return path === undefined ? { hex: readHex(text('BOARD_HEX')), boards: boards ?? 1 } : { path, baudRate };
}

function readBaudRate(value: string | undefined): number {
  const baudRate = value === undefined ? DEFAULT_BAUD_RATE : Number(value);
  if (!Number.isInteger(baudRate) || baudRate < 1 || baudRate > MAX_BAUD_RATE) {
    throw new SettingError(
      'SERIAL_BAUD',
      t('setting.baud-rate', { value: value ?? '', most: MAX_BAUD_RATE }),
    );
  }
  return baudRate;
}

function readKafka(
  env: NodeJS.ProcessEnv,
  role: Role,
  shape: KafkaShape,
  text: (name: string) => string | undefined,
  port: (name: string, fallback: number) => number,
): StackConfig['kafka'] {
  const brokers = text('KAFKA_BROKERS');
  requireOwnKafka(role, shape, brokers);
  if (brokers !== undefined) {
    const login = kafkaLoginOf(env);
    return login === undefined ? { brokers } : { brokers, login };
  }
  if (role === 'edge') {
    throw new SettingError('KAFKA_BROKERS', t('setting.edge-kafka'));
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
    throw new SettingError('KAFKA_EDGE_ADDRESS', t('setting.edge-address', { value: address }));
  }
  return { ...own, remote: { address, port: port('KAFKA_EDGE_PORT', Number(advertisedPort)) } };
}

/**
 * @returns how the environment says to sign in at KAFKA_BROKERS. The name of a mechanism alone is for what people
 * themselves have put into their flows
 * @throws SettingError for a value that cannot be used
 */
export function kafkaLoginOf(env: NodeJS.ProcessEnv): KafkaLogin | undefined {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const [username, password] = [text('KAFKA_USER'), text('KAFKA_PASSWORD')];
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? 'KAFKA_USER' : 'KAFKA_PASSWORD';
    throw new SettingError(missing, t('setting.kafka-user-pair'));
  }
  const given = text('KAFKA_SASL')?.toLowerCase() ?? 'scram-sha-512';
  const mechanism = KAFKA_MECHANISMS.find((known) => known === given);
  if (mechanism === undefined)
    throw new SettingError(
      'KAFKA_SASL',
      t('setting.none-of', { value: given, choices: KAFKA_MECHANISMS.join(', ') }),
    );
  return { mechanism, username, password };
}

/** @throws SettingError where there is nothing to ask for a password, or something that could not */
function readSecure({ kafka, database, dataDir, role }: StackConfig, asked: boolean): boolean {
  const [ownKafka, ownDatabase] = [
    'port' in kafka ? kafka : undefined,
    database !== undefined && 'port' in database,
  ];
  if (ownKafka === undefined && !ownDatabase) {
    if (!asked) return false;
    throw new SettingError(
      '--secure',
      role === 'edge' ? t('setting.secure-edge') : t('setting.secure-given'),
    );
  }
  const secure = asked || readServiceUsers(dataDir) !== undefined;
  if (secure && ownKafka?.mode === 'zookeeper') {
    throw new SettingError(
      '--kafka zookeeper',
      asked ? t('setting.secure-zookeeper') : t('setting.secured-zookeeper', { dir: dataDir }),
    );
  }
  return secure;
}

/** Kafka without passwords is shown to a network only by whoever says that they mean it. */
function requireOwnNetwork({ kafka, secure }: StackConfig, ownNetwork: boolean): void {
  if (!('port' in kafka) || kafka.remote === undefined || secure || ownNetwork) return;
  throw new SettingError('KAFKA_EDGE_ADDRESS', t('setting.own-network'));
}

/** @throws SettingError where the logs cannot be written in it */
function requireLogFormat(setting: string | undefined): void {
  if (logFormatOf(setting) !== undefined) return;
  const choices = LOG_FORMATS.join(', ');
  throw new SettingError('LOG_FORMAT', t('setting.none-of', { value: setting ?? '', choices }));
}

/** A shape is asked for that nothing would have. */
function requireOwnKafka(role: Role, { mode, brokerCount }: KafkaShape, address: string | undefined): void {
  const option = mode !== undefined ? '--kafka' : brokerCount !== undefined ? '--brokers' : undefined;
  if (option === undefined || (role !== 'edge' && address === undefined)) return;
  throw new SettingError(
    option,
    role === 'edge' ? t('setting.edge-no-kafka') : t('setting.kafka-runs', { address: address ?? '' }),
  );
}

function readPort(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingError(name, t('setting.port', { value }));
  }
  return port;
}

/** A name to listen on is one to be reached by. */
function readHostNames(value: string | undefined, host: string | undefined): string[] {
  const given = (value ?? '').split(',').flatMap((name) => name.trim() || []);
  const names = host === undefined || isIP(host) !== 0 ? given : [host, ...given];
  const wrong = names.find((name) => !/^[\w.-]+(:\d{1,5})?$/.test(name));
  if (wrong !== undefined) {
    throw new SettingError('HOST_NAMES', t('setting.host-name', { value: wrong }));
  }
  return names;
}

function readLogin(
  text: (name: string) => string | undefined,
  dataDir: string,
  newPassword: boolean,
): LoginConfig {
  const given = readHash('ADMIN_PASSWORD_HASH', text('ADMIN_PASSWORD_HASH'));
  if (newPassword && given !== undefined) {
    throw new SettingError('--password', t('setting.password-given'));
  }
  // What a new one takes the place of may be damaged.
  const passwordHash = given ?? (newPassword ? undefined : readKeptPassword(dataDir));
  const viewerHash = readHash('VIEWER_PASSWORD_HASH', text('VIEWER_PASSWORD_HASH'));
  if (viewerHash !== undefined && passwordHash === undefined && !newPassword) {
    throw new SettingError('VIEWER_PASSWORD_HASH', t('setting.viewer-alone'));
  }
  return { passwordHash, viewerHash, newPassword };
}

function readHash(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && !/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(value)) {
    throw new SettingError(name, t('setting.hash'));
  }
  return value;
}

/** The rule is Kafka's own. */
function readTopic(value: string): string {
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(value) || value === '.' || value === '..') {
    throw new SettingError('KAFKA_TOPIC', t('setting.topic', { value }));
  }
  return value;
}

function readHex(value: string | undefined): string {
  return value === undefined ? path.join(ROOT, 'firmware', 'nodo.hex') : path.resolve(value);
}

function requirePasswordBeyondLoopback(config: StackConfig): void {
  const { passwordHash, newPassword } = config.login;
  if (isLoopback(config.host) || passwordHash !== undefined || newPassword) return;
  throw new SettingError('HOST', t('setting.open-host', { host: config.host }));
}

function requireDifferentPorts(config: StackConfig): void {
  const taken = new Map([[config.port, 'PORT']]);
  const claim = (name: string, service: { port?: number } | undefined): void => {
    if (service?.port === undefined) return;
    const other = taken.get(service.port);
    if (other !== undefined) {
      throw new SettingError(name, t('setting.same-port', { port: service.port, other }));
    }
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
