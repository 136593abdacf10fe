import assert from 'node:assert/strict';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { Heartbeats } from '../../../../nodes/kafka-cluster/consumer/heartbeats';
import { shiftClock } from '../../../support/clock/shift-clock.cjs';
import { until } from '../../../support/until';
import { KafkaFixture } from '../../kafka-consumer/kafka-fixture';
import { collecting } from './collecting';

const HOUR_MS = 3_600_000;

describe('a member of a group whose clock is set back by an hour', function () {
  this.timeout(120_000);
  let setRight: () => void = () => undefined;

  afterEach(() => setRight());

  it('goes on telling that it is alive while its fetches wait', async () => {
    const heartbeats = new Heartbeats(10);
    let beats = 0;
    heartbeats.start();
    try {
      heartbeats.member(() => Promise.resolve(void beats++));
      setRight = shiftClock(-HOUR_MS);
      await until('two heartbeats', () => beats >= 2, 5_000);
    } finally {
      heartbeats.stop();
    }
  });

  it('hears of a new member, and shares with it', async () => {
    const fixture = await KafkaFixture.connect();
    const topic = await fixture.createTopic(fixture.name('topic'), 2);
    const group = fixture.name('group');
    const cluster = new KafkaJsCluster(
      { brokers: [fixture.brokers], clientId: fixture.name('client') },
      () => undefined,
    );
    const first = collecting(cluster, topic, group);
    await until('all partitions', () => first.assigned.length === 2, 30_000);
    setRight = shiftClock(-HOUR_MS);
    const second = collecting(cluster, topic, group);
    // Whoever does not hear of it is waited for, for as long as the group's rebalance timeout.
    await until(
      'a partition each',
      () => first.assigned.length === 1 && second.assigned.length === 1,
      20_000,
    );
    assert.notDeepEqual(first.assigned, second.assigned);
    for (const { consumer } of [first, second]) await consumer.close();
    await cluster.drained();
    await fixture.close();
  });
});
