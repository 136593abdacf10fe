import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { batchHeaders } from '../../../../nodes/kafka-cluster/records/record-set';
import { KafkaCluster, ensureTopics } from '../../../../stack/kafka/cluster';
import { outgoing } from '../../../support/outgoing';
import { withTempDir } from '../../../support/temp-dir';
import { until } from '../../../support/until';
import { collecting } from './collecting';

/** Of a segment, the least that a broker takes, and a record of which two do not fit into one. */
const SEGMENT_BYTES = 2 ** 20;
const PADDING = 'x'.repeat(0.6 * SEGMENT_BYTES);
describe('a consumer of a compacted topic', function () {
  this.timeout(60_000);

  it('goes on behind a segment that the cleaner of a real broker has emptied', async () => {
    await withTempDir(async (dir) => {
      const kafka = await KafkaCluster.prepare({ dir, settings: { 'log.cleaner.backoff.ms': 200 } });
      await kafka.start();
      const cluster = new KafkaJsCluster({ brokers: [kafka.bootstrap], clientId: 'test' }, () => undefined);
      try {
        await makeCompacted(kafka.bootstrap, 'compacted');
        for (const value of ['first', 'second', 'tail']) {
          const producer = cluster.createProducer({ acks: 'all', compression: 'none', createTopics: false });
          const key = value === 'tail' ? 'another' : 'same';
          await producer.send('compacted', 0, [outgoing({ key, value: value + PADDING })]);
          await producer.close();
        }
        // What is the last of its producer leaves an empty batch behind.
        const segment = path.join(dir, 'broker-1/data/compacted-0/00000000000000000000.log');
        await until('the cleaner to have emptied the first segment', async () => {
          const headers = batchHeaders(await readFile(segment));
          return headers.length === 1 && headers[0]?.count === 0;
        });
        const { consumer, seen } = collecting(cluster, 'compacted');
        await until('what is left', () => seen.length === 2);
        assert.deepEqual(
          seen.map((value) => value.replace(PADDING, '')),
          ['second', 'tail'],
        );
        await consumer.close();
      } finally {
        await cluster.drained();
        await kafka.stop();
      }
    });
  });
});

async function makeCompacted(brokers: string, topic: string): Promise<void> {
  const settings = {
    'cleanup.policy': 'compact',
    'segment.bytes': String(SEGMENT_BYTES),
    'min.cleanable.dirty.ratio': '0.01',
    'min.compaction.lag.ms': '0',
  };
  await ensureTopics(brokers, [{ topic, partitions: 1, settings }]);
}
