import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import type {
  ClusterConsumer,
  ClusterProducer,
  KafkaProblemError,
  TopicPartition,
} from '../../../nodes/kafka-cluster/types';
import { KafkaCluster } from '../../../stack/kafka/cluster';
import { isLeaderless } from '../../support/each-broker';
import { outgoing } from '../../support/outgoing';
import { withTempDir } from '../../support/temp-dir';
import { until } from '../../support/until';
import { killProcess } from '../../faults/support/scenarios';

const MIXED = 'mixed';
const WHOLE = 'whole';
const OF_OTHERS = 'of-others';
/** On the broker that dies and another, and takes records only when both have them. */
const STRICT = { topic: 'strict', partition: 0 };
/** Only on the broker that dies. */
const LOST = { topic: MIXED, partition: 2 };

interface Reading {
  consumer: ClusterConsumer;
  /** "topic/partition: value" */
  /** distinct: nothing is confirmed here, so each joining begins anew */
  seen: Set<string>;
  leaderless: string[];
}

describe('kafka-cluster: one of three brokers dead, and partitions that need it', function () {
  this.timeout(240_000);

  it('are waited for, while all that has a leader is written, read and described, also by who starts then', async () => {
    await withTempDir(async (dir) => {
      const servers = await KafkaCluster.prepare({ dir, brokers: 3, stopTimeout: 3_000 });
      await servers.start();
      await createTopics(servers.bootstrap);
      const cluster = new KafkaJsCluster(
        { brokers: servers.bootstrap.split(','), clientId: 'test' },
        () => undefined,
      );
      const { admin, release } = cluster.acquireAdmin();
      const warnings: Error[] = [];
      const warn = (warning: Error) => void warnings.push(warning);
      const running = { producer: produce(cluster, warn), ...read(cluster, 'running') };
      for (const partition of [0, 1, 2])
        await sendOnceKnown(running.producer, { topic: MIXED, partition }, 'before');
      await sendOnceKnown(running.producer, { topic: WHOLE, partition: 0 }, 'before');
      await until('what was written before', () => running.seen.size === 4, 30_000);

      await killProcess(servers.brokers[2]!);
      const [first, second] = servers.bootstrap.split(',');
      await isLeaderless(clientOf(`${first},${second}`), 2, MIXED);

      // What is asked.
      assert.deepEqual((await admin.topicNames()).filter(isOurs).sort(), [
        MIXED,
        OF_OTHERS,
        STRICT.topic,
        WHOLE,
      ]);
      const [mixed] = await admin.describeTopics([MIXED]);
      assert.deepEqual(
        mixed?.partitions.map(({ leader, firstOffset, nextOffset }) => [leader, firstOffset, nextOffset]),
        [
          [1, '0', '1'],
          [2, '0', '1'],
          [-1, '-1', '-1'],
        ],
      );
      assert.deepEqual([...(await admin.offsetsAt(MIXED, 0)).keys()].sort(), [0, 1]);

      // What was running.
      await until('it to be told', () => running.leaderless.length > 0, 30_000);
      assert.deepEqual(running.leaderless, ['mixed/2']);
      const waiting = sendUntilTaken(running.producer, LOST, 'during');
      for (const partition of [0, 1]) await send(running.producer, { topic: MIXED, partition }, 'during');
      await until('the others to be read', () => [...running.seen].filter(isDuring).length === 2, 30_000);
      await until('what waits to be told', () => running.producer.obstacles.map(nameOf).includes('mixed/2'));

      // A partition that has a leader, and too few who copy it.
      const strict = send(running.producer, STRICT, 'during');
      const answered = () => running.producer.obstacles.find(({ topic }) => topic === STRICT.topic)?.error;
      await until('the answer to be told', () => answered() !== undefined, 30_000);
      assert.match(String(answered()?.message), /fewer in-sync replicas than required/);
      await until('the log to tell that they wait', () => warnings.length === 2, 30_000);

      // Who starts now.
      const late = { producer: produce(cluster), ...read(cluster, 'late') };
      await until('all that has a leader', () => late.seen.size === 5, 30_000);
      await send(late.producer, { topic: WHOLE, partition: 0 }, 'during, too');
      await until('that too', () => late.seen.size === 6, 30_000);
      await assert.rejects(
        send(late.producer, LOST, 'refused'),
        (error: KafkaProblemError) => error.problem === 'no-leader',
      );
      await assert.rejects(
        late.consumer.seek(LOST, 'beginning'),
        (error: KafkaProblemError) => error.problem === 'no-leader',
      );
      for (let i = 0; i < 20; i++) {
        assert.ok(
          (await late.producer.partitionFor(MIXED, null)) < 2,
          'a record without a key need not wait',
        );
      }

      await servers.brokers[2]!.start();
      await Promise.all([waiting, strict]);
      await until('it to be over', () => running.leaderless.length + late.leaderless.length === 0, 30_000);
      await until('the rest', () => running.seen.size === 8 && late.seen.size === 8, 60_000);
      assert.deepEqual([...running.seen].sort(), [...late.seen].sort());
      assert.deepEqual(running.producer.obstacles, []);
      assert.equal(warnings.filter((warning) => String(warning).includes('written-again')).length, 2);

      for (const { producer, consumer } of [running, late])
        await Promise.all([producer.close(), consumer.close()]);
      release();
      await servers.stop();
    });
  });
});

function produce(cluster: KafkaJsCluster, warn: (warning: Error) => void = () => undefined) {
  return cluster.createProducer({ acks: 'all', compression: 'none', createTopics: false, warn });
}

function read(cluster: KafkaJsCluster, groupId: string): Reading {
  const seen = new Set<string>();
  const leaderless: string[] = [];
  const consumer = cluster.createConsumer(
    { groupId, topics: [MIXED, WHOLE], from: 'earliest', sessionTimeoutMs: 6_000 },
    {
      assigned: () => undefined,
      batch: ({ topic, partition, records }) => {
        for (const { value } of records) seen.add(`${topic}/${partition}: ${String(value)}`);
        return undefined;
      },
      skipped: () => undefined,
      located: () => undefined,
      rebalancing: () => undefined,
      missed: () => undefined,
      blocked: () => undefined,
      leaderless: (partitions) => void leaderless.splice(0, Infinity, ...partitions.map(nameOf)),
      refused: () => undefined,
      unsubscribed: () => undefined,
    },
  );
  consumer.start();
  return { consumer, seen, leaderless };
}

async function send(producer: ClusterProducer, { topic, partition }: TopicPartition, value: string) {
  await producer.send(topic, partition, [outgoing({ value })]);
}

/** Not every broker knows of a topic as soon as one does; what is refused for that has not been written. */
async function sendOnceKnown(producer: ClusterProducer, place: TopicPartition, value: string) {
  await until(
    `${nameOf(place)} to be known`,
    async () => {
      try {
        await send(producer, place, value);
        return true;
      } catch (error) {
        assert.equal((error as KafkaProblemError).problem, 'topic-missing');
        return false;
      }
    },
    30_000,
  );
}

async function sendUntilTaken(producer: ClusterProducer, place: TopicPartition, value: string) {
  await until(
    'the record to be taken',
    async () => {
      try {
        await send(producer, place, value);
        return true;
      } catch (error) {
        assert.equal((error as KafkaProblemError).problem, 'no-leader');
        return false;
      }
    },
    120_000,
  );
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function isOurs(topic: string): boolean {
  return !topic.startsWith('__');
}

function isDuring(value: string): boolean {
  return value.endsWith('during');
}

function clientOf(bootstrap: string): Kafka {
  return new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
}

/** Each partition on one broker alone. */
async function createTopics(bootstrap: string): Promise<void> {
  const admin = clientOf(bootstrap).admin();
  await admin.connect();
  const on = (...partitions: number[][]) => ({
    replicaAssignment: partitions.map((replicas, partition) => ({ partition, replicas })),
    configEntries: [{ name: 'min.insync.replicas', value: String(partitions[0]?.length) }],
  });
  await admin.createTopics({
    waitForLeaders: false,
    topics: [
      { topic: MIXED, ...on([1], [2], [3]) },
      { topic: WHOLE, ...on([1]) },
      { topic: OF_OTHERS, ...on([3]) },
      { topic: STRICT.topic, ...on([1, 3]) },
    ],
  });
  await until('their leaders', async () => {
    const { topics } = await admin.fetchTopicMetadata();
    const ours = topics.filter(({ name }) => isOurs(name));
    return ours.length === 4 && ours.every(({ partitions }) => partitions.every(({ leader }) => leader > 0));
  });
  await admin.disconnect();
}
