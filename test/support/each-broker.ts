import type { Kafka } from 'kafkajs';
import { clusterOf, createAdmin, type ConnectedBroker } from '../../nodes/kafka-cluster/patched-kafkajs';
import { until } from './until';

/** What a broker tells of its cluster. */
type Told = Awaited<ReturnType<ConnectedBroker['metadata']>>;

/** Waits until each of so many brokers says that the cluster has no others: kafkajs goes where any one of them sends it. */
export async function hasBrokers(client: Kafka, count: number): Promise<void> {
  await eachSays(client, count, `that there are ${count}`, ({ brokers }) => brokers.length === count);
}

/** Waits until each of so many brokers says that nobody leads one of a topic's partitions. */
export async function isLeaderless(client: Kafka, count: number, topic: string): Promise<void> {
  await eachSays(client, count, `that a partition of ${topic} has no leader`, ({ topicMetadata }) =>
    topicMetadata.some(
      (told) => told.topic === topic && told.partitionMetadata.some(({ leader }) => leader < 0),
    ),
  );
}

/** One broker hears later than another of what has become of the cluster, and any of them may be asked next. */
async function eachSays(
  client: Kafka,
  count: number,
  what: string,
  isSo: (told: Told) => boolean,
): Promise<void> {
  await until(
    `each of ${count} brokers to say ${what}`,
    async () => {
      const admin = createAdmin(client);
      try {
        await admin.connect();
        await admin.describeCluster();
        const told = await askAll(clusterOf(admin));
        return told.length === count && told.every(isSo);
      } finally {
        await admin.disconnect();
      }
    },
    60_000,
  );
}

/** @returns the answers of those that can be reached */
async function askAll(connections: ReturnType<typeof clusterOf>): Promise<Told[]> {
  const answers = await Promise.allSettled(
    (connections?.getNodeIds() ?? []).map(async (nodeId) => {
      const broker = await connections?.findBroker({ nodeId });
      return broker?.metadata([]);
    }),
  );
  return answers.flatMap((answer) =>
    answer.status === 'fulfilled' && answer.value !== undefined ? [answer.value] : [],
  );
}
