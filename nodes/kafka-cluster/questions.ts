import type { Admin } from 'kafkajs';
import type { KafkaClient } from './client';
import { createAdmin } from './topic-extents';
import { withTimeout } from './with-timeout';

const ANSWER_TIMEOUT_MS = 5_000;

interface Connection {
  client: KafkaClient;
  admin: Promise<Admin>;
}

/**
 * Short questions to the cluster over a connection of their own, which is kept as long as it answers.
 * A question that fails takes its connection with it; the next one opens another.
 */
export class Questions {
  private current: Connection | undefined;
  private readonly open = new Set<Connection>();

  /** @param createClient makes a client that soon says that it can't connect */
  constructor(private readonly createClient: () => KafkaClient) {}

  async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const connection = (this.current ??= this.connect());
    try {
      return await withTimeout(connection.admin.then(question), ANSWER_TIMEOUT_MS, noAnswer);
    } catch (error) {
      this.discard(connection);
      throw error;
    }
  }

  /** Asks over a fresh connection, whatever the state of the one in use: tells whether the cluster can be reached now. */
  async askAfresh<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const connection = this.connect();
    try {
      return await withTimeout(connection.admin.then(question), ANSWER_TIMEOUT_MS, noAnswer);
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

function noAnswer(): Error {
  return new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`);
}
