import type { Admin } from 'kafkajs';
import type { KafkaClient } from '../client';
import { createAdmin } from '../patched-kafkajs/index';
import { withTimeout } from '../../shared/time-limit';
import type { Terms } from './ask-broker';

/** These are questions that a broker answers out of its memory: of the time for any request, a part is enough. */
const PART_OF_REQUEST_TIME = 0.2;

/** Of what is left of the time, for brokers that are asked at the same time. */
const PART_OF_TIME = 0.8;

type Question<T> = (admin: Admin, terms: () => Terms) => Promise<T>;

interface Connection {
  client: KafkaClient;
  admin: Promise<Admin>;
  /** questions that are open */
  asking: number;
}

/**
 * Short questions to the cluster over a connection of their own, which is kept as long as it answers.
 * A question that fails takes its connection with it; the next one opens another.
 */
export class AdminConnection {
  private current: Connection | undefined;
  private readonly open = new Set<Connection>();

  /** @param createClient makes a client that soon says that it can't connect */
  constructor(private readonly createClient: () => KafkaClient) {}

  async ask<T>(question: Question<T>): Promise<T> {
    const connection = (this.current ??= this.connect());
    connection.asking++;
    try {
      return await answer(connection, question, () => this.replace(connection));
    } catch (error) {
      this.discard(connection);
      throw connection.client.reasonOf(error);
    } finally {
      if (--connection.asking === 0 && this.current !== connection) this.discard(connection);
    }
  }

  /** Asks over a fresh connection, whatever the state of the one in use: tells whether the cluster can be reached now. */
  async askAfresh<T>(question: Question<T>): Promise<T> {
    const connection = this.connect();
    try {
      return await answer(connection, question, () => undefined);
    } finally {
      this.discard(connection);
    }
  }

  /** Ends all connections; questions that are open reject. */
  close(): void {
    for (const connection of this.open) this.discard(connection);
  }

  private connect(): Connection {
    const client = this.createClient();
    const admin = createAdmin(client.kafka);
    const connection = { client, admin: admin.connect().then(() => admin), asking: 0 };
    this.open.add(connection);
    return connection;
  }

  /** The next question opens another one; those that are open end on this one. */
  private replace(connection: Connection): void {
    if (this.current === connection) this.current = undefined;
  }

  private discard(connection: Connection): void {
    this.replace(connection);
    this.open.delete(connection);
    connection.client.retire();
  }
}

function answer<T>({ admin, client }: Connection, question: Question<T>, stale: () => void): Promise<T> {
  const { connectionMs, requestMs } = client.timeouts;
  const milliseconds = connectionMs + requestMs * PART_OF_REQUEST_TIME;
  const noAnswer = (): Error => new Error(`no answer within ${milliseconds / 1000} s`);
  const deadline = performance.now() + milliseconds;
  const terms = (): Terms => ({ milliseconds: (deadline - performance.now()) * PART_OF_TIME, stale });
  const asked = admin.then((connected) => question(connected, terms));
  return withTimeout(asked, milliseconds, noAnswer);
}
