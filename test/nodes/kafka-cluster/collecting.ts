import type { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import type { ClusterConsumer } from '../../../nodes/kafka-cluster/types';

/** Reads a topic from its beginning. @returns the consumer, and the values that it has read so far */
export function collecting(
  cluster: KafkaJsCluster,
  topic: string,
): { consumer: ClusterConsumer; seen: readonly string[] } {
  const seen: string[] = [];
  const consumer = cluster.createConsumer(
    { groupId: 'group', topics: [topic], from: 'earliest', sessionTimeoutMs: 6_000 },
    {
      assigned: () => undefined,
      batch: ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
      rebalancing: () => undefined,
      missed: () => undefined,
      unsubscribed: () => undefined,
    },
  );
  consumer.start();
  return { consumer, seen };
}
