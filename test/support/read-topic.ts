import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type IHeaders } from 'kafkajs';
import { until } from './until';

/** A record as a test looks at it. */
export interface ReadRecord {
  partition: number;
  offset: string;
  timestamp: string;
  key: string | null;
  value: string | null;
  headers: IHeaders;
  /** that the broker gave to whoever wrote it; "-1" where it was written without one */
  producerId: string;
}

/** What kafkajs hands over beside what its types name. */
interface WithBatch {
  batchContext?: { producerId: string };
}

/**
 * Reads a topic from its beginning with a consumer of its own.
 * @param count how many records to wait for; a few more may come if they arrived together
 */
export async function readTopic(
  brokers: string,
  topic: string,
  count: number,
  timeoutMs = 30_000,
): Promise<ReadRecord[]> {
  const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({
    groupId: `read-${randomUUID()}`,
    maxWaitTimeInMs: 100,
  });
  const records: ReadRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ partition, message }) => {
        records.push({
          partition,
          offset: message.offset,
          timestamp: message.timestamp,
          key: message.key?.toString() ?? null,
          value: message.value?.toString() ?? null,
          headers: message.headers ?? {},
          producerId: (message as WithBatch).batchContext?.producerId ?? '-1',
        });
        return Promise.resolve();
      },
    });
    await until(`${count} records in ${topic}`, () => records.length >= count, timeoutMs);
  } finally {
    await consumer.disconnect();
  }
  return records;
}
