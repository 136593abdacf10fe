import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { runProgram } from './commands';
import { Counter } from './counter';

/** What to read, and where to store it. */
export interface DrainOrder {
  brokers: string;
  topic: string;
  groupId: string;
  databaseUri: string;
  databaseName: string;
  /** make the index that the pages need first */
  indexed?: boolean;
}

const stored = new Counter();
let consumer: Consumer | undefined;
let client: MongoClient | undefined;

/** What one writes by hand: each fetched batch parsed and inserted, then its offsets committed. */
async function drain({
  brokers,
  topic,
  groupId,
  databaseUri,
  databaseName,
  indexed,
}: DrainOrder): Promise<void> {
  stored.reset();
  client = new MongoClient(databaseUri);
  await client.connect();
  const collection = client.db(databaseName).collection('datos');
  if (indexed) await collection.createIndex({ nodo: 1, _id: -1 });
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bare', logLevel: logLevel.ERROR });
  consumer = kafka.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachBatchAutoResolve: false,
    eachBatch: async (payload) => {
      const { batch } = payload;
      const documents = batch.messages.map(
        ({ value }) => JSON.parse(value?.toString() ?? '{}') as Record<string, unknown>,
      );
      await collection.insertMany(documents, { ordered: false });
      payload.resolveOffset(batch.lastOffset());
      stored.add(documents.length);
      await payload.commitOffsetsIfNecessary();
      await payload.heartbeat();
    },
  });
}

runProgram({
  drain,
  stored: () => stored.progress,
  stop: async () => {
    await consumer?.disconnect();
    await client?.close();
  },
});
