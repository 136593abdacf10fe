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
import { tellTlsApart } from './connection-problem';

/** How long a broker may take, in milliseconds. */
export interface Timeouts {
  /** to take a connection, TLS included */
  connectionMs: number;
  /** to answer a request */
  requestMs: number;
}

/** Where and how to connect. Holds secrets: never to be logged. */
export interface ClusterSettings {
  /** host:port */
  brokers: string[];
  clientId: string;
  /** DEFAULT_TIMEOUTS where absent */
  timeouts?: Timeouts;
  tls?: tls.ConnectionOptions;
  sasl?: SASLOptions | Mechanism;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connectionMs: 3_000, requestMs: 10_000 };

/** Takes lines that help to diagnose a connection; nobody has to read them. */
export type DiagnosticLog = (line: string) => void;

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
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000 };

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
    const brokers = rotated(settings.brokers, Math.floor(Math.random() * settings.brokers.length));
    this.timeouts = settings.timeouts ?? DEFAULT_TIMEOUTS;
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
      retry: { ...RETRY, retries: Math.min(retries, Number.MAX_SAFE_INTEGER) },
      socketFactory: (args) => this.openSocket(args),
      logLevel: logLevel.WARN,
      logCreator: () => (entry) => {
        this.groupForbidden ||= refusesGroup(entry);
        log(formatLogEntry(entry));
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

  private openSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): net.Socket {
    if (this.retired) throw new Error('this client was closed');
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

function refusesGroup({ log }: LogEntry): boolean {
  return (
    log.message.startsWith('Response GroupCoordinator') && String(log.error).includes('authorization failed')
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
