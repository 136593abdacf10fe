import net from 'node:net';
import tls from 'node:tls';
import {
  Kafka,
  logLevel,
  type ISocketFactoryArgs,
  type LogEntry,
  type Mechanism,
  type SASLOptions,
} from './patched-kafkajs';
import { StandIns } from './broker-address';
import { tellTlsApart } from './connection-problem';

/** How long a broker may take, in milliseconds. */
export interface Timeouts {
  /** to take a connection, TLS included */
  connectionMs: number;
  /** to answer a request */
  requestMs: number;
}

/** How often and how slowly the client tries again what failed. */
export interface Retries {
  /** the pause between two attempts grows up to this, in milliseconds */
  longestPauseMs: number;
  /** more attempts at a question, about topics or lags say, before it has failed; readings are tried for ever */
  ofQuestions: number;
}

/** What of the client's own log is told; `quiet` keeps its warnings for whoever logs at Node-RED's level debug. */
export const CLIENT_LOGS = ['quiet', 'errors', 'warnings', 'info', 'debug'] as const;
export type ClientLog = (typeof CLIENT_LOGS)[number];

/** Where and how to connect. Holds secrets: never to be logged. */
export interface ClusterSettings {
  /** host:port */
  brokers: string[];
  clientId: string;
  /** DEFAULT_TIMEOUTS where absent */
  timeouts?: Timeouts;
  /** DEFAULT_RETRIES where absent */
  retries?: Retries;
  /** `quiet` where absent */
  clientLog?: ClientLog;
  tls?: tls.ConnectionOptions;
  sasl?: SASLOptions | Mechanism;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connectionMs: 3_000, requestMs: 10_000 };

/** About two seconds for a question when the broker refuses at once. */
export const DEFAULT_RETRIES: Retries = { longestPauseMs: 1_000, ofQuestions: 4 };

/** How much a line of the client's log matters, by Node-RED's names. */
export type LineLevel = 'error' | 'warn' | 'log' | 'debug';

/** Takes lines that help to diagnose a connection; nobody has to read them. */
export type DiagnosticLog = (line: string, level: LineLevel) => void;

const LOG_LEVELS: Record<ClientLog, logLevel> = {
  quiet: logLevel.WARN,
  errors: logLevel.ERROR,
  warnings: logLevel.WARN,
  info: logLevel.INFO,
  debug: logLevel.DEBUG,
};

/** The fields of kafkajs's log entries that are shown: a list of what may be, so that no secret ever is. */
const LOGGED_FIELDS = [
  'error',
  'broker',
  'clientId',
  'groupId',
  'topic',
  'partition',
  'retryCount',
  'retryTime',
];

/**
 * Where the brokers limit how long a sign-in holds, it is renewed with the first request after so much of it is left.
 * Brokers refuse to renew it twice within a second, so it must be less than the shortest time that they may set.
 */
const RENEW_BEFORE_MS = 5_000;
const KEEP_ALIVE_MS = 20_000;
const FIRST_PAUSE_MS = 100;

/**
 * A kafkajs client that can be thrown away for good.
 *
 * What kafkajs has once begun it tries on with until it succeeds, disconnected or not: a producer that was replaced
 * would wake up after an outage and write old records behind newer ones. So each client has its own sockets and its own
 * list of brokers, and `retire` takes both from it.
 */
export class KafkaClient {
  readonly kafka: Kafka;
  readonly timeouts: Timeouts;
  private readonly sockets = new Set<net.Socket>();
  private readonly standIns = new StandIns();
  private retired = false;
  private groupForbidden = false;

  /**
   * @param retries how often a failed request is tried again: Infinity for producers and consumers, few for questions
   * @param onConnectionLost called when a connection ends that was not closed from here
   */
  constructor(
    settings: ClusterSettings,
    retries: number,
    log: DiagnosticLog,
    private readonly onConnectionLost: () => void = () => undefined,
  ) {
    // Each client begins with another broker, so that one that is down at the head of the list stands in nobody's way.
    const addresses = settings.brokers.map((address) => this.standIns.add(address));
    const brokers = rotated(addresses, Math.floor(Math.random() * settings.brokers.length));
    this.timeouts = settings.timeouts ?? DEFAULT_TIMEOUTS;
    const { longestPauseMs } = settings.retries ?? DEFAULT_RETRIES;
    const clientLog = settings.clientLog ?? 'quiet';
    this.kafka = new Kafka({
      // An empty list is what ends kafkajs's endless attempts to connect.
      brokers: () => (this.retired ? [] : brokers),
      clientId: settings.clientId,
      ...(settings.tls ? { ssl: settings.tls } : {}),
      ...(settings.sasl ? { sasl: settings.sasl } : {}),
      connectionTimeout: this.timeouts.connectionMs,
      authenticationTimeout: this.timeouts.requestMs,
      reauthenticationThreshold: RENEW_BEFORE_MS,
      requestTimeout: this.timeouts.requestMs,
      retry: {
        initialRetryTime: Math.min(FIRST_PAUSE_MS, longestPauseMs),
        maxRetryTime: longestPauseMs,
        retries: Math.min(retries, Number.MAX_SAFE_INTEGER),
      },
      socketFactory: (args) => this.openSocket(args),
      logLevel: LOG_LEVELS[clientLog],
      logCreator: () => (entry) => {
        this.groupForbidden ||= refusesGroup(entry);
        log(formatLogEntry(entry), clientLog === 'quiet' ? 'debug' : levelOf(entry));
      },
    });
  }

  /** How long something may take that begins with a connection and a request, in milliseconds. */
  get patienceMs(): number {
    return this.timeouts.connectionMs + this.timeouts.requestMs;
  }

  /**
   * kafkajs says only that it found no coordinator of a group, whatever the reason; to its log it tells more.
   * @returns the error itself, or in its place the reason
   */
  reasonOf(error: unknown): unknown {
    if (!this.groupForbidden || (error as Error).name !== 'KafkaJSGroupCoordinatorNotFound') return error;
    const message = 'Group authorization failed';
    return Object.assign(new Error(message, { cause: error }), { type: 'GROUP_AUTHORIZATION_FAILED' });
  }

  /** Ends all connections at once and every attempt that is still under way; the client is of no use afterwards. */
  retire(): void {
    this.retired = true;
    for (const socket of this.sockets) socket.destroy(new Error('this client was closed'));
  }

  private openSocket({ host: name, port, ssl, onConnect }: ISocketFactoryArgs): net.Socket {
    if (this.retired) throw new Error('this client was closed');
    const host = this.standIns.hostOf(name);
    const socket = ssl
      ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : net.connect({ host, port }, onConnect);
    tellTlsApart(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      // kafkajs calls it again at each attempt to connect anew, and each time a listener stays that waits for 'connect'.
      socket.unref = () => socket;
      if (!this.retired) this.onConnectionLost();
    });
    return socket;
  }
}

function levelOf({ level }: LogEntry): LineLevel {
  if (level <= logLevel.ERROR) return 'error';
  if (level === logLevel.WARN) return 'warn';
  return level === logLevel.INFO ? 'log' : 'debug';
}

function refusesGroup({ log }: LogEntry): boolean {
  // Of a broker that it can't connect to, kafkajs logs the error itself in the place of a text.
  const message = String(log.message);
  return (
    message.startsWith('Response GroupCoordinator') && String(log.error).includes('authorization failed')
  );
}

function rotated<T>(items: readonly T[], first: number): T[] {
  return [...items.slice(first), ...items.slice(0, first)];
}

/** @returns a log entry of kafkajs as one line */
export function formatLogEntry({ namespace, label, log }: LogEntry): string {
  const fields = LOGGED_FIELDS.filter((field) => log[field] !== undefined).map(
    (field) => `${field}=${String(log[field])}`,
  );
  return [`[kafkajs ${label} ${namespace}]`, log.message, ...fields].join(' ');
}
