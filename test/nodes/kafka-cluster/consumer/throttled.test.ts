import assert from 'node:assert/strict';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { limitFetching } from '../../../support/client-quota';
import { until } from '../../../support/until';
import { KafkaFixture } from '../../kafka-consumer/kafka-fixture';

const BYTES_PER_SECOND = 20_000;
const RECORDS = 200;
/** So much is fetched at once that the broker lets the next fetch wait for longer than the session. */
const SESSION_MS = 6_000;

describe('the consumer client with a quota that is less than it needs', function () {
  this.timeout(180_000);

  it('reads slowly, each record once, and stays in its group', async () => {
    const fixture = await KafkaFixture.connect();
    const clientId = fixture.name('slow');
    await limitFetching(fixture.brokers, clientId, BYTES_PER_SECOND);
    const topic = await fixture.createTopic();
    // A batch that alone is more than the quota allows in its window would never be given out.
    for (let i = 0; i < RECORDS; i += 10)
      await fixture.write(
        topic,
        Array.from({ length: 10 }, (_, j) => String(i + j).padEnd(2_500, '.')),
      );
    const cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId }, () => undefined);
    const groupId = fixture.name('group');
    const seen: number[] = [];
    let assignments = 0;
    let refused = 0;
    const consumer = cluster.createConsumer(
      { groupId, topics: [topic], from: 'earliest', sessionTimeoutMs: SESSION_MS },
      {
        assigned: () => void assignments++,
        batch: ({ partition, records, nextOffset }) => {
          seen.push(...records.map(({ value }) => parseInt(String(value), 10)));
          consumer.commit([{ topic, partition, offset: nextOffset }]).catch(() => refused++);
          return undefined;
        },
        skipped: () => undefined,
        located: () => undefined,
        rebalancing: () => undefined,
        missed: () => undefined,
        blocked: () => undefined,
        leaderless: () => undefined,
        refused: () => undefined,
        unsubscribed: () => undefined,
      },
    );
    consumer.start();
    const began = Date.now();
    await until('all records', () => new Set(seen).size === RECORDS, 120_000);
    assert.ok(Date.now() - began > 2 * SESSION_MS, 'the quota was in force');
    assert.ok(consumer.throttledUntil > began, 'the consumer knows of it');
    assert.equal(seen.length, RECORDS, 'each once');
    assert.equal(assignments, 1);
    assert.equal(refused, 0);
    await until('the last offset to be committed', async () => {
      const [offset] = await fixture.committed(groupId, topic);
      return offset === RECORDS;
    });
    await consumer.close();
    await cluster.drained();
    await fixture.close();
  });
});
