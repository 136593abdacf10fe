import assert from 'node:assert/strict';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { KafkaCluster } from '../../../../stack/kafka/cluster';
import { outgoing } from '../../../support/outgoing';
import { withTempDir } from '../../../support/temp-dir';
import { until } from '../../../support/until';
import { collecting } from './collecting';

const PARTITIONS = [0, 1, 2, 3];
/** The last of two brokers that end finds nobody any more to take its leave of. */
const STOP_MS = 2_000;

describe('kafka-cluster: brokers that move', function () {
  this.timeout(240_000);

  it('are followed to their new addresses by whoever knows one that has stayed', async () => {
    await withTempDir(async (dir) => {
      const before = await KafkaCluster.prepare({ dir, brokers: 2, stopTimeout: STOP_MS });
      await before.start();
      await before.ensureTopics([{ topic: 'Prueba', partitions: PARTITIONS.length, replicas: 1 }]);
      const [stays = '', leaves = ''] = before.bootstrap.split(',');
      const told: Error[] = [];
      const cluster = new KafkaJsCluster({ brokers: [stays], clientId: 'test' }, () => undefined, {
        localize: (error) => error,
        refused: (error) => told.push(error),
      });
      const { admin, release } = cluster.acquireAdmin();
      await until('both to lead some partitions', async () => {
        const [described] = await admin.describeTopics(['Prueba']);
        return new Set(described?.partitions.map(({ leader }) => leader)).size === 2;
      });

      const producer = cluster.createProducer({ acks: 'all', compression: 'none', createTopics: false });
      const { consumer, seen } = collecting(cluster, 'Prueba');
      const sendToAll = (value: string): Promise<unknown> =>
        Promise.all(
          PARTITIONS.map((partition) =>
            producer.send('Prueba', partition, [outgoing({ value: `${value}-${partition}` })]),
          ),
        );
      await sendToAll('before');
      await until('the records', () => seen.length === PARTITIONS.length, 30_000);
      await before.stop();

      const during = sendToAll('during');
      // The first broker keeps its port, the others get new ones.
      const after = await KafkaCluster.prepare({
        dir,
        brokers: 2,
        port: Number(stays.split(':')[1]),
        stopTimeout: STOP_MS,
      });
      assert.ok(after.bootstrap.startsWith(stays) && !after.bootstrap.includes(leaves));
      await after.start();
      await during;
      await sendToAll('after');
      const all = ['before', 'during', 'after'].flatMap((value) =>
        PARTITIONS.map((partition) => `${value}-${partition}`),
      );
      await until('all records', () => all.every((value) => seen.includes(value)), 60_000);
      assert.deepEqual(told, [], 'nobody has to change anything');
      await Promise.all([producer.close(), consumer.close()]);
      release();
      await after.stop();
    });
  });
});
