import assert from 'node:assert/strict';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { KafkaCluster } from '../../../stack/kafka/cluster';
import { Supervisor } from '../../../stack/process/supervisor';
import { withTempDir } from '../../support/temp-dir';
import { hasBrokers } from '../../support/each-broker';
import { until } from '../../support/until';

function client(cluster: KafkaCluster): Kafka {
  return new Kafka({ brokers: cluster.bootstrap.split(','), logLevel: logLevel.NOTHING });
}

async function send(cluster: KafkaCluster, topic: string, values: string[], retries = 10): Promise<void> {
  const producer = client(cluster).producer({ idempotent: true, retry: { retries } });
  await producer.connect();
  // All to one partition: what is tried again is then not written twice.
  const messages = values.map((value) => ({ value, partition: 0 }));
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

/** The number of records in a topic, from its offsets, as soon as its partitions have their leaders. */
async function count(cluster: KafkaCluster, topic: string): Promise<number> {
  const admin = client(cluster).admin();
  await admin.connect();
  const offsets = await until(`the offsets of ${topic}`, () => admin.fetchTopicOffsets(topic));
  await admin.disconnect();
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

/** Commits as a consumer group does, which makes the topic that keeps what groups have committed. */
async function commit(cluster: KafkaCluster, topic: string): Promise<void> {
  const admin = client(cluster).admin();
  await admin.connect();
  await admin.setOffsets({ groupId: 'group', topic, partitions: [{ partition: 0, offset: '0' }] });
  await admin.disconnect();
}

/** On how many brokers each partition stands, and how many of them have to have a record before it counts. */
async function safetyOf(
  cluster: KafkaCluster,
  topic: string,
): Promise<{ replicas: number | undefined; minInSync: string | undefined }> {
  const admin = client(cluster).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const configNames = ['min.insync.replicas'];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames }],
  });
  await admin.disconnect();
  const replicas = new Set(topics[0]?.partitions.map((partition) => partition.replicas.length));
  return {
    replicas: replicas.size === 1 ? [...replicas][0] : undefined,
    minInSync: resources[0]?.configEntries[0]?.configValue,
  };
}

describe('the embedded Kafka', function () {
  this.timeout(180_000);

  it('keeps records and topics over a stop and a kill', async () => {
    await withTempDir(async (dir) => {
      const first = await KafkaCluster.prepare({ dir });
      await first.start();
      await first.ensureTopics([{ topic: 'Prueba', partitions: 2 }]);
      await first.ensureTopics([{ topic: 'Prueba', partitions: 2 }]);
      await send(first, 'Prueba', ['1', '2', '3']);
      await first.stop();

      // Prepared anew, as at the next npm start: on other ports, in the same folder.
      const second = await KafkaCluster.prepare({ dir });
      await second.start();
      assert.equal(await count(second, 'Prueba'), 3);
      await send(second, 'Prueba', ['4', '5']);
      const [broker] = second.brokers;
      broker?.kill('SIGKILL');
      await broker?.exited;
      await second.start();
      assert.equal(await count(second, 'Prueba'), 5);
      await second.stop();
    });
  });

  it('does not create a topic because somebody writes to it', async () => {
    await withTempDir(async (dir) => {
      const cluster = await KafkaCluster.prepare({ dir });
      await cluster.start();
      await assert.rejects(send(cluster, 'Pruba', ['1'], 3), /does not host this topic/);
      await cluster.stop();
    });
  });

  it('makes topics of which every partition takes records at once', async () => {
    await withTempDir(async (dir) => {
      const cluster = await KafkaCluster.prepare({ dir });
      await cluster.start();
      const producer = client(cluster).producer({ retry: { retries: 0 } });
      await producer.connect();
      // Of ten topics about one was announced too early.
      for (let made = 0; made < 60; made++) {
        const topic = `made-${made}`;
        await cluster.ensureTopics([{ topic, partitions: 2 }]);
        await producer.send({ topic, messages: [0, 1].map((partition) => ({ value: topic, partition })) });
        assert.equal(await count(cluster, topic), 2, `records in ${topic}`);
      }
      await producer.disconnect();
      await cluster.stop();
    });
  });

  it('runs with three brokers, and keeps accepting records when one is killed', async () => {
    await withTempDir(async (dir) => {
      const cluster = await KafkaCluster.prepare({ dir, brokers: 3 });
      await cluster.start();
      await cluster.ensureTopics([{ topic: 'Prueba', partitions: 3 }]);
      await send(cluster, 'Prueba', ['1', '2', '3']);
      await commit(cluster, 'Prueba');
      for (const topic of ['Prueba', '__consumer_offsets']) {
        assert.deepEqual(await safetyOf(cluster, topic), { replicas: 3, minInSync: '2' }, topic);
      }
      cluster.brokers[1]?.kill('SIGKILL');
      await cluster.brokers[1]?.exited;
      await hasBrokers(client(cluster), 2);
      await send(cluster, 'Prueba', ['4', '5', '6']);
      assert.equal(await count(cluster, 'Prueba'), 6);
      await cluster.stop();
    });
  });

  it('runs with ZooKeeper as Kafka did before 4.0, and keeps records over a stop and a kill', async () => {
    await withTempDir(async (dir) => {
      const first = await KafkaCluster.prepare({ dir, mode: 'zookeeper' });
      await first.start();
      await first.ensureTopics([{ topic: 'Prueba', partitions: 2 }]);
      await send(first, 'Prueba', ['1', '2', '3']);
      await first.stop();

      const second = await KafkaCluster.prepare({ dir, mode: 'zookeeper' });
      const supervisor = new Supervisor(() => undefined);
      await supervisor.run(second.zookeeper ?? assert.fail('no ZooKeeper'));
      await supervisor.run(...second.brokers);
      assert.equal(await count(second, 'Prueba'), 3);
      for (const process of [second.zookeeper, second.brokers[0]]) {
        const pid = process?.pid;
        process?.kill('SIGKILL');
        await until('it to be started again', () => process?.running === true && process.pid !== pid, 60_000);
      }
      await until('an answer', async () => (await count(second, 'Prueba')) === 3, 60_000);
      await send(second, 'Prueba', ['4', '5']);
      assert.equal(await count(second, 'Prueba'), 5);
      await supervisor.stop();
    });
  });
});
