import path from 'node:path';
import { boardProcess } from './board';
import {
  DEFAULT_BAUD_RATE,
  ADMIN_USER,
  VIEWER_USER,
  type GivenKafka,
  type OwnKafka,
  type Role,
  type StackConfig,
} from './config';
import { Database } from './database/database';
import { DataDirLock } from './data-dir-lock';
import { markVersion } from './data-version';
import { requireRoom, watchRoom } from './disk-room';
import type { Report } from './install-once';
import { ensureTopics, KafkaCluster } from './kafka/cluster';
import type { KafkaLogin } from './kafka/login';
import { topicAdvice } from './kafka/topic-advice';
import { howToTakeNewFlows, installFlows } from './node-red/flows';
import { EDITOR_PATH, flowsProblem, nodeRedProcess, urlOf } from './node-red/node-red';
import { signInFlows } from './node-red/sign-in';
import { prepareUserDir } from './node-red/user-dir';
import { ROOT } from './paths';
import { requireOwnFiles } from './own-files';
import { makePrivate } from './private-files';
import { ensureServiceUsers, type ServiceUsers } from './service-users';
import type { ManagedProcess } from './process/managed-process';
import { requireFreePort } from './process/port-holder';
import { Supervisor } from './process/supervisor';
import { withoutLogin } from './without-login';
import { languageOf, t } from './texts/texts.mjs';

/** Node-RED first, then the others at the same time: together below the 10 s in which everything has stopped. */
const NODE_RED_STOP_MS = 5_000;
const SERVICE_STOP_MS = 4_000;

const PARTITIONS = 3;

/** What a stack is made of besides its settings. */
export interface StackParts {
  /** Flow files to deploy in a new user directory. */
  flows: readonly string[];
  /** The package whose nodes the flows use. */
  packageDir: string;
}

const FLOWS: Record<Role, readonly string[]> = {
  all: ['edge.json', 'server.json', 'dashboard-2.json'],
  edge: ['edge.json', 'edge-status.json'],
  server: ['server.json', 'dashboard-2.json'],
};

/** @returns what `npm start` deploys on a machine of this role */
export function shippedFor(role: Role): StackParts {
  return { flows: FLOWS[role].map((file) => path.join(ROOT, 'flows', file)), packageDir: ROOT };
}

/** Where people find what runs. */
export interface Addresses {
  dashboard: string;
  editor: string;
  kafka: string;
  /** Without what a person may have put into the URI to log in; an edge has none. */
  database: string | undefined;
  /** A server has none. */
  serial: string | undefined;
}

/** Kafka, database, board and Node-RED as `npm start` runs them. */
export class Stack {
  private readonly supervisor: Supervisor;
  private nodeRed: ManagedProcess | undefined;
  /** of Kafka and the database, where these ask for a password */
  private users: ServiceUsers | undefined;
  private endWatch: () => void = () => undefined;

  constructor(
    private readonly config: StackConfig,
    private readonly report: Report,
    private readonly parts: StackParts = shippedFor(config.role),
    private readonly signInLink?: string,
    /** Of the data directory, where it was taken before. */
    private lock?: DataDirLock,
  ) {
    this.supervisor = new Supervisor(report);
  }

  /**
   * Sets up what is missing, starts everything and keeps it running.
   * @returns when the dashboard can be opened
   * @throws when something does not start; stop() takes down what did
   */
  async start(): Promise<Addresses> {
    await makePrivate(this.config.dataDir);
    // Before the ports: to who has started the same twice, another port would be bad advice.
    this.lock ??= await DataDirLock.take(this.config.dataDir);
    await markVersion(this.config.dataDir);
    await requireRoom(this.config.dataDir);
    await requireOwnFiles(this.config.dataDir);
    this.endWatch = watchRoom(this.config.dataDir, this.report);
    await this.checkPorts();
    const userDir = await this.prepareNodeRed();
    this.users = this.config.secure ? await ensureServiceUsers(this.config.dataDir) : undefined;
    const [kafka, database, board] = await Promise.all([
      this.prepareKafka(),
      this.prepareDatabase(),
      this.prepareBoard(),
    ]);
    const brokers = kafka instanceof KafkaCluster ? kafka.bootstrap : kafka.brokers;
    const { login } = kafka;
    await this.signIn(userDir, login);
    const uri = database?.uri;
    const own = [
      ...(kafka instanceof KafkaCluster ? ['Kafka'] : []),
      ...(database instanceof Database ? [t('start.the-database')] : []),
      ...(board?.process === undefined ? [] : [t('start.the-board')]),
    ];
    if (own.length > 0) this.report(t('start.starting', { what: listed(own) }));
    if (kafka instanceof KafkaCluster && kafka.zookeeper) await this.supervisor.run(kafka.zookeeper);
    await this.supervisor.run(
      ...(kafka instanceof KafkaCluster ? kafka.brokers : []),
      ...(database instanceof Database ? [database.process] : []),
      ...(board?.process === undefined ? [] : [board.process]),
    );
    await this.prepareTopic(brokers, login);
    this.report(t('start.starting', { what: 'Node-RED' }));
    await this.startNodeRed(userDir, {
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC: this.config.topic,
      ...signInVariables(login),
      ...(uri === undefined ? {} : { MONGODB_URI: uri }),
      ...(board === undefined ? {} : { SERIAL_PATH: board.serial, SERIAL_BAUD: String(board.baudRate) }),
    });
    const url = urlOf(this.config.host, this.config.port, this.config.tls !== undefined);
    return {
      dashboard: `${url}/`,
      editor: `${url}${EDITOR_PATH}`,
      kafka: brokers,
      database: uri === undefined ? undefined : withoutLogin(uri),
      serial: board?.serial,
    };
  }

  /** Stops everything in order. Nothing of it runs when this resolves. */
  async stop(): Promise<void> {
    this.endWatch();
    await this.supervisor.stop();
    this.lock?.release();
    this.lock = undefined;
  }

  /** Stops and starts Node-RED alone. */
  async restartNodeRed(): Promise<void> {
    if (this.nodeRed === undefined) throw new Error('Node-RED was not started yet');
    await this.supervisor.restart(this.nodeRed);
  }

  private get logs(): string {
    return path.join(this.config.dataDir, 'logs');
  }

  private async checkPorts(): Promise<void> {
    const { config } = this;
    await requireFreePort(config.port, config.host, 'PORT');
    if ('port' in config.kafka) await requireFreePort(config.kafka.port, '127.0.0.1', 'KAFKA_PORT');
    if ('remote' in config.kafka)
      await requireFreePort(config.kafka.remote.port, '0.0.0.0', 'KAFKA_EDGE_PORT');
    if (config.database !== undefined && 'port' in config.database)
      await requireFreePort(config.database.port, '127.0.0.1', 'MONGO_PORT');
  }

  private async prepareNodeRed(): Promise<string> {
    const userDir = path.join(this.config.dataDir, 'node-red');
    await prepareUserDir(userDir, this.parts.packageDir);
    const outcome = await installFlows(this.parts.flows, userDir);
    if (outcome === 'newer-available') this.report(howToTakeNewFlows(userDir));
    return userDir;
  }

  private async prepareKafka(): Promise<KafkaCluster | GivenKafka> {
    const { kafka, dataDir } = this.config;
    const { users } = this;
    if ('brokers' in kafka) return kafka;
    return KafkaCluster.prepare({
      dir: path.join(dataDir, folderOf(kafka)),
      port: kafka.port,
      mode: kafka.mode,
      brokers: kafka.brokerCount,
      ...(kafka.remote === undefined ? {} : { remote: kafka.remote }),
      ...(users === undefined
        ? {}
        : { secured: { user: users.user, password: users.kafka, internal: users.internal } }),
      logs: this.logs,
      stopTimeout: SERVICE_STOP_MS,
      report: this.report,
    });
  }

  private async prepareDatabase(): Promise<Database | { uri: string } | undefined> {
    const { database, dataDir } = this.config;
    const { users } = this;
    if (database === undefined || 'uri' in database) return database;
    return Database.prepare({
      dir: path.join(dataDir, 'database'),
      port: database.port,
      ...(users === undefined ? {} : { login: { user: users.user, password: users.database } }),
      logs: this.logs,
      stopTimeout: SERVICE_STOP_MS,
      report: this.report,
    });
  }

  private async signIn(userDir: string, login: KafkaLogin | undefined): Promise<void> {
    const changed = login === undefined ? 0 : await signInFlows(userDir);
    if (changed > 0) this.report(t('start.signs-in'));
  }

  private async prepareBoard(): Promise<
    { serial: string; baudRate: number; process?: ManagedProcess } | undefined
  > {
    const { serial, dataDir } = this.config;
    if (serial === undefined) return undefined;
    if ('path' in serial) return { serial: serial.path, baudRate: serial.baudRate };
    const link = path.join(dataDir, 'board');
    const process = await boardProcess({
      hex: serial.hex,
      boards: serial.boards,
      eeprom: path.join(dataDir, 'board.eeprom'),
      link,
      scenario: path.join(dataDir, serial.boards > 1 ? 'boards.txt' : 'board.txt'),
      logs: this.logs,
      stopTimeout: SERVICE_STOP_MS,
    });
    // What is wrong in the scenario, for whoever has just saved it, and at which pace the boards run.
    process.on('line', (line) => {
      if (line.startsWith('board: ')) this.report(line);
    });
    return { serial: link, baudRate: DEFAULT_BAUD_RATE, process };
  }

  /** At a Kafka of the user's own the topic may be theirs to create, and the nodes wait for it: that stops nothing. */
  private async prepareTopic(brokers: string, login: KafkaLogin | undefined): Promise<void> {
    // The server makes it; an edge starts whether it can reach the server or not.
    if (this.config.role === 'edge') return;
    const topics = [{ topic: this.config.topic, partitions: PARTITIONS }];
    if ('port' in this.config.kafka) return ensureTopics(brokers, topics, login);
    try {
      await ensureTopics(brokers, topics, login);
    } catch (error) {
      const { topic, host, port, tls } = this.config;
      const editor = `${urlOf(host, port, tls !== undefined)}${EDITOR_PATH}`;
      const reason = (error as Error).message;
      this.report(topicAdvice({ topic, partitions: PARTITIONS, brokers, editor, reason }));
    }
  }

  private async startNodeRed(userDir: string, env: Record<string, string>): Promise<void> {
    const { port, host, hostNames, tls } = this.config;
    const { passwordHash, viewerHash } = this.config.login;
    this.nodeRed = nodeRedProcess({
      userDir,
      port,
      host,
      hostNames,
      env,
      logs: this.logs,
      stopTimeout: NODE_RED_STOP_MS,
      ...(passwordHash === undefined ? {} : { admin: { user: ADMIN_USER, passwordHash } }),
      ...(viewerHash === undefined ? {} : { viewer: { user: VIEWER_USER, passwordHash: viewerHash } }),
      signIn: this.signInLink,
      tls,
    });
    this.nodeRed.on('line', (line) => {
      const problem = flowsProblem(line);
      if (problem !== undefined) this.report(t('start.flows', { problem }));
    });
    await this.supervisor.run(this.nodeRed);
  }
}

/** For flows that have signed in once, also where nobody asks for it any more; people may use the mechanism for their own. */
function signInVariables(login: KafkaLogin | undefined): Record<string, string> {
  if (login === undefined) return process.env.KAFKA_SASL ? {} : { KAFKA_SASL: 'none' };
  return { KAFKA_SASL: login.mechanism, KAFKA_USER: login.username, KAFKA_PASSWORD: login.password };
}

/** @returns things in a row, as the terminal's language has them */
function listed(things: readonly string[]): string {
  return new Intl.ListFormat(languageOf(process.env) === 'es' ? 'es' : 'en-GB').format(things);
}

/** What one shape has written the others cannot read: each has records of its own. */
function folderOf({ mode, brokerCount }: OwnKafka): string {
  if (mode === 'kraft') return brokerCount === 1 ? 'kafka' : `kafka-${brokerCount}`;
  return `kafka-zookeeper-${brokerCount}`;
}
