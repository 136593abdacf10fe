import path from 'node:path';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { KafkaCluster, type KafkaOptions } from '../../stack/kafka/cluster';
import type { Progress } from '../contenders/counter';

/** A Kafka that contenders write to and read from, and how the harness looks at it. */
export class KafkaUnderTest {
  private constructor(
    private readonly cluster: KafkaCluster,
    private readonly admin: Admin,
  ) {}

  /** @param dir where its folder is put */
  static async start(
    dir: string,
    mode: NonNullable<KafkaOptions['mode']> = 'kraft',
  ): Promise<KafkaUnderTest> {
    const folder = path.join(dir, `kafka-${mode}`);
    const cluster = await KafkaCluster.prepare({ dir: folder, logs: folder, mode, report: console.log });
    await cluster.start();
    const client = new Kafka({
      brokers: [cluster.bootstrap],
      clientId: 'bench-harness',
      logLevel: logLevel.NOTHING,
    });
    const admin = client.admin();
    await admin.connect();
    return new KafkaUnderTest(cluster, admin);
  }

  get bootstrap(): string {
    return this.cluster.bootstrap;
  }

  get pid(): number | undefined {
    return this.cluster.brokers[0]?.pid;
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    await this.cluster.ensureTopics([{ topic, partitions }]);
  }

  /** How many records a topic holds. */
  async written(topic: string): Promise<number> {
    const ends = await this.admin.fetchTopicOffsets(topic);
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  }

  /** The growth of a topic, as often as it is asked for. */
  growth(topic: string): () => Promise<Progress> {
    let last: Progress = { count: 0, at: 0 };
    return async () => {
      const before = performance.now();
      const count = await this.written(topic);
      const at = performance.timeOrigin + (before + performance.now()) / 2;
      if (count > last.count) last = { count, at };
      return last;
    };
  }

  async stop(): Promise<void> {
    await this.admin.disconnect();
    await this.cluster.stop();
  }
}
