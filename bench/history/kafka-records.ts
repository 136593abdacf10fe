import { Kafka, logLevel } from 'kafkajs';
import { KafkaCluster } from '../../stack/kafka/cluster';
import { NODES, TOPIC } from './generator';

const PARTITIONS = 3;
const BATCH = 5_000;
const AT_ONCE = 3;
/** Writing more takes longer than storing them does. */
const MAX_RECORDS = 2_000_000;

/** A Kafka whose topic holds as many records as the database does readings, up to two million, for the topics page. */
export class KafkaRecords {
  private constructor(private readonly kafka: KafkaCluster) {}

  static async start(dir: string): Promise<KafkaRecords> {
    const kafka = await KafkaCluster.prepare({ dir, logs: dir, report: console.log });
    await kafka.start();
    await kafka.ensureTopics([{ topic: TOPIC, partitions: PARTITIONS }]);
    return new KafkaRecords(kafka);
  }

  get bootstrap(): string {
    return this.kafka.bootstrap;
  }

  /** @returns how many records were written */
  async fill(readings: number): Promise<number> {
    const size = Math.min(readings, MAX_RECORDS);
    const client = new Kafka({ brokers: [this.bootstrap], clientId: 'bench', logLevel: logLevel.NOTHING });
    const producer = client.producer();
    await producer.connect();
    const messages = Array.from({ length: BATCH }, (_, i) => {
      const nodo = NODES[i % NODES.length] ?? '';
      return { key: nodo, value: `{"nodo":"${nodo}","humedad":${i % 100},"temperatura":21.5}` };
    });
    let written = 0;
    const work = async (): Promise<void> => {
      while (written < size) {
        const batch = messages.slice(0, size - written);
        written += batch.length;
        await producer.send({ topic: TOPIC, messages: batch, acks: 1 });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await producer.disconnect();
    return size;
  }

  stop(): Promise<void> {
    return this.kafka.stop();
  }
}
