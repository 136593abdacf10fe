import type { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type { ClusterConsumer } from '../../../../nodes/kafka-cluster/types';

/** A consumer, and what it has told so far. */
export interface Collecting {
  consumer: ClusterConsumer;
  /** the values of the records */
  seen: readonly string[];
  /** the partitions of its present assignment */
  assigned: readonly number[];
}

/** Reads topics from their beginnings. */
export function collecting(
  cluster: KafkaJsCluster,
  topics: string | readonly string[],
  groupId = 'group',
): Collecting {
  const seen: string[] = [];
  const assigned: number[] = [];
  const consumer = cluster.createConsumer(
    { groupId, topics: [topics].flat(), from: 'earliest', sessionTimeoutMs: 6_000 },
    {
      assigned: (_, partitions) =>
        void assigned.splice(0, Infinity, ...partitions.map(({ partition }) => partition).sort()),
      batch: ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
      skipped: () => undefined,
      located: () => undefined,
      rebalancing: () => undefined,
      missed: () => undefined,
      leaderless: () => undefined,
      refused: () => undefined,
      blocked: () => undefined,
      unsubscribed: () => undefined,
    },
  );
  consumer.start();
  return { consumer, seen, assigned };
}
