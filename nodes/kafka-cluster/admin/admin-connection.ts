import type { Admin } from 'kafkajs';
import type { KafkaClient } from '../client';
import { createAdmin } from '../patched-kafkajs/index';
import { withTimeout } from '../../shared/time-limit';

/** These are questions that a broker answers out of its memory: of the time for any request, a part is enough. */
const PART_OF_REQUEST_TIME = 0.2;

interface Connection {
  client: KafkaClient;
  admin: Promise<Admin>;
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

  async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const connection = (this.current ??= this.connect());
    try {
      return await answer(connection, question);
    } catch (error) {
      this.discard(connection);
      throw connection.client.reasonOf(error);
    }
  }

  /** Asks over a fresh connection, whatever the state of the one in use: tells whether the cluster can be reached now. */
  async askAfresh<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const connection = this.connect();
    try {
      return await answer(connection, question);
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
    const connection = { client, admin: admin.connect().then(() => admin) };
    this.open.add(connection);
    return connection;
  }

  private discard(connection: Connection): void {
    if (this.current === connection) this.current = undefined;
    this.open.delete(connection);
    connection.client.retire();
  }
}

function answer<T>({ admin, client }: Connection, question: (admin: Admin) => Promise<T>): Promise<T> {
  const { connectionMs, requestMs } = client.timeouts;
  const milliseconds = connectionMs + requestMs * PART_OF_REQUEST_TIME;
  const noAnswer = (): Error => new Error(`no answer within ${milliseconds / 1000} s`);
  return withTimeout(admin.then(question), milliseconds, noAnswer);
}
