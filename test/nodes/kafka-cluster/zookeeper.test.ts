import assert from 'node:assert/strict';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import { KafkaCluster } from '../../../stack/kafka/cluster';
import { outgoing } from '../../support/outgoing';
import { readTopic } from '../../support/read-topic';
import { withTempDir } from '../../support/temp-dir';
import { until } from '../../support/until';
import { collecting } from './consumer/collecting';

describe('kafka-cluster: a Kafka 3.9 with ZooKeeper', function () {
  this.timeout(180_000);

  it('is told apart from one without, and carries records', async () => {
    await withTempDir(async (dir) => {
      const kafka = await KafkaCluster.prepare({ dir, mode: 'zookeeper', report: console.log });
      await kafka.start();
      await kafka.ensureTopics([{ topic: 'Prueba' }]);
      const cluster = new KafkaJsCluster({ brokers: [kafka.bootstrap], clientId: 'test' }, () => undefined);
      const { admin, release } = cluster.acquireAdmin();
      try {
        assert.deepEqual(await admin.clusterShape(), { mode: 'zookeeper', version: '3.9', brokers: 1 });
        const producer = cluster.createProducer({ acks: 'all', compression: 'gzip', createTopics: true });
        const record = outgoing({ key: 'k', value: 'x' });
        await producer.send('Prueba', 0, [record]);
        await producer.send('made', 0, [record]);
        assert.equal((await readTopic(kafka.bootstrap, 'made', 1))[0]?.value, 'x');
        const { consumer, seen } = collecting(cluster, 'Prueba');
        await until('the record', () => seen.length > 0);
        await consumer.commit([{ topic: 'Prueba', partition: 0, offset: '1' }]);
        assert.equal((await admin.committedOffsets('group', 'Prueba')).get(0), '1');
        await Promise.all([producer.close(), consumer.close()]);
      } finally {
        release();
        await kafka.stop();
      }
    });
  });
});
