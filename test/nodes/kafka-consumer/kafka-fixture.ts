import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Admin, type Message } from 'kafkajs';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { ownMessages, type Said } from '../../support/outgoing';
import { kafka } from '../../support/services';

/** Plain kafkajs beside the parts under test: makes topics, writes records, reads back what a group has committed. */
export class KafkaFixture {
  private constructor(
    readonly brokers: string,
    private readonly client: Kafka,
    readonly admin: Admin,
  ) {}

  static async connect(): Promise<KafkaFixture> {
    const { brokers } = await kafka();
    const client = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    return new KafkaFixture(brokers, client, admin);
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }

  /** @returns a name that nothing else has */
  name(prefix: string): string {
    return `${prefix}-${randomUUID().slice(0, 8)}`;
  }

  async createTopic(topic = this.name('topic'), partitions = 1): Promise<string> {
    await ensureTopics(this.brokers, [{ topic, partitions, replicas: 1 }]);
    return topic;
  }

  /** Writes these values (or whole messages) to one partition, in order. */
  async write(topic: string, values: (string | Buffer | null | Said)[], partition = 0): Promise<void> {
    const producer = this.client.producer();
    await producer.connect();
    const said = values.map((value) =>
      value !== null && typeof value === 'object' && !Buffer.isBuffer(value) ? value : { value },
    );
    await producer.send({ topic, messages: ownMessages(partition, said) });
    await producer.disconnect();
  }

  /** Deletes what stands before this offset of partition 0, as retention would. */
  async deleteBefore(topic: string, offset: string): Promise<void> {
    await this.admin.fetchTopicOffsets(topic); // kafkajs finds the leader only of topics it has asked about
    await this.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
  }

  /** @returns the committed offset by partition, -1 where there is none */
  async committed(groupId: string, topic: string): Promise<number[]> {
    const [answer] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    return (answer?.partitions ?? [])
      .sort((a, b) => a.partition - b.partition)
      .map(({ offset }) => Number(offset));
  }

  /** @returns all records of a topic's partition 0 */
  async readAll(topic: string): Promise<Message[]> {
    const [end] = await this.admin.fetchTopicOffsets(topic);
    const count = Number(end?.high) - Number(end?.low);
    const consumer = this.client.consumer({ groupId: this.name('reader') });
    const records: Message[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      if (count === 0) return resolve();
      consumer
        .run({
          eachMessage: ({ message }) => {
            records.push(message);
            if (records.length >= count) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return records;
  }
}

/** @returns the numbers from 0 up to, but not including, `count` as texts with a prefix */
export function numbered(count: number, prefix = ''): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}
