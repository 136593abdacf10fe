import { Kafka, logLevel, type Admin, type KafkaMessage } from 'kafkajs';
import { MongoClient, type Document } from 'mongodb';
import { withTimeout } from '../../../nodes/shared/time-limit';
import { until } from '../../support/until';
import type { TopicReading } from './audit';
import type { Numbered } from './ledger';

/** A client for the harness itself, apart from what is tested. */
export function kafkaClient(brokers: string): Kafka {
  return new Kafka({
    clientId: 'faults-harness',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    // A cluster that is still electing leaders answers with errors for a while.
    retry: { retries: 15, maxRetryTime: 2_000 },
  });
}

export async function withAdmin<T>(brokers: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs gives up at once on a partition that has no leader for a moment. */
function topicOffsets(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  return until(`the offsets of ${topic}`, () => admin.fetchTopicOffsets(topic), 60_000);
}

/** @returns how many records a topic holds */
export async function recordCount(brokers: string, topic: string): Promise<number> {
  const ends = await withAdmin(brokers, (admin) => topicOffsets(admin, topic));
  return ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

/** @returns how many records of a topic a group has not committed yet */
export async function lag(brokers: string, groupId: string, topic: string): Promise<number> {
  return withAdmin(brokers, async (admin) => {
    const [ends, committed] = await Promise.all([
      topicOffsets(admin, topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    const offsets = new Map(
      committed[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
    );
    return ends.reduce(
      (sum, { partition, high, low }) =>
        sum + Number(high) - Math.max(Number(low), offsets.get(partition) ?? 0),
      0,
    );
  });
}

const READ_MS = 300_000;

/** Hands over every record of a topic that is there now, partition by partition in order of its offsets. */
export async function readTopic(
  brokers: string,
  topic: string,
  take: (record: KafkaMessage, partition: number) => void,
): Promise<void> {
  const ends = await withAdmin(brokers, (admin) => topicOffsets(admin, topic));
  const open = new Map(
    ends
      .filter(({ low, high }) => Number(high) > Number(low))
      .map(({ partition, high }) => [partition, BigInt(high)]),
  );
  if (open.size === 0) return;
  const reader = kafkaClient(brokers).consumer({ groupId: `faults-reader-${crypto.randomUUID()}` });
  await reader.connect();
  try {
    await reader.subscribe({ topic, fromBeginning: true });
    const read = new Promise<void>((resolve, reject) => {
      reader.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      reader
        .run({
          autoCommit: false,
          eachBatch: ({ batch }) => {
            for (const record of batch.messages) take(record, batch.partition);
            // Of all that was passed: a partition may end with markers of transactions.
            if (BigInt(batch.lastOffset()) + 1n >= (open.get(batch.partition) ?? 0n))
              open.delete(batch.partition);
            if (open.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await withTimeout(read, READ_MS, () => {
      const left = Array.from(open, ([partition, high]) => `partition ${partition} before ${high}`);
      return new Error(`${topic} was not read to its end within ${READ_MS / 1000} s: ${left.join(', ')}`);
    });
  } finally {
    await reader.disconnect();
  }
}

/** @returns the numbered readings of a topic, partition by partition in order of their offsets */
export async function readingsInTopic(brokers: string, topic: string): Promise<TopicReading[]> {
  const found: TopicReading[] = [];
  await readTopic(brokers, topic, ({ value }, partition) => {
    const reading = numbered(value);
    if (reading) found.push({ ...reading, partition });
  });
  return found;
}

function numbered(value: Buffer | null): Numbered | undefined {
  try {
    const { nodo, n } = JSON.parse(value?.toString('utf8') ?? 'null') as Numbered;
    return typeof n === 'number' ? { nodo, n } : undefined;
  } catch {
    // Poison that a case has put there: it is no numbered reading.
    return undefined;
  }
}

export async function withDatabase<T>(
  uri: string,
  name: string,
  use: (database: ReturnType<MongoClient['db']>) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  await client.connect();
  try {
    return await use(client.db(name));
  } finally {
    await client.close();
  }
}

/** @returns the numbered readings of a collection, ascending by `_id` */
export async function readingsInDatabase(
  uri: string,
  name: string,
  collection = 'datos',
): Promise<Numbered[]> {
  return withDatabase(uri, name, async (database) => {
    const found: { id: string; nodo: string; n: number }[] = [];
    const cursor = database
      .collection(collection)
      .find({}, { projection: { nodo: 1, n: 1 }, batchSize: 5_000 });
    for await (const document of cursor as AsyncIterable<Document>) {
      const { _id, nodo, n } = document as { _id: unknown; nodo: unknown; n: unknown };
      if (typeof nodo === 'string' && typeof n === 'number') found.push({ id: String(_id), nodo, n });
    }
    found.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    return found.map(({ nodo, n }) => ({ nodo, n }));
  });
}
