import type { Kafka } from 'kafkajs';
import { until } from './until';

/**
 * Waits until a cluster has so many brokers: until it has noticed that one is gone, kafkajs is sent there, and gives up at
 * once.
 */
export async function hasBrokers(client: Kafka, count: number): Promise<void> {
  await until(
    `the cluster to have ${count} brokers`,
    async () => {
      const admin = client.admin();
      try {
        await admin.connect();
        return (await admin.describeCluster()).brokers.length === count;
      } finally {
        await admin.disconnect();
      }
    },
    60_000,
  );
}
