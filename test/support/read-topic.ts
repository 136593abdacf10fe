import { randomUUID } from 'node:crypto';
import { batchHeaders } from '../../nodes/kafka-cluster/records/record-set';
import { Kafka, logLevel, type Batch, type IHeaders } from '../../nodes/kafka-cluster/patched-kafkajs';
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
  /** of its batch: 0 to 4 for none, gzip, snappy, lz4, zstd */
  codec: number | undefined;
}

/** What is handed over beside what kafkajs's types name, where kafkajs is patched. */
type Run = Batch & { bytes: Buffer };

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
      eachBatch: ({ batch }) => {
        const headers = batchHeaders((batch as Run).bytes);
        for (const message of batch.messages) {
          const offset = BigInt(message.offset);
          const header = headers.find(({ lastOffset }) => lastOffset >= offset);
          records.push({
            partition: batch.partition,
            offset: message.offset,
            timestamp: String(message.timestamp),
            key: message.key?.toString() ?? null,
            value: message.value?.toString() ?? null,
            headers: message.headers ?? {},
            producerId: String(header?.producerId),
            codec: header?.codec,
          });
        }
        return Promise.resolve();
      },
    });
    await until(`${count} records in ${topic}`, () => records.length >= count, timeoutMs);
  } finally {
    await consumer.disconnect();
  }
  return records;
}
