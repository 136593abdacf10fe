import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type { ClusterConsumer, RefusedPartition } from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { Gate } from '../../../support/gate';
import { kafka } from '../../../support/services';
import { until } from '../../../support/until';
import { PREFIX, hearOf } from '../one-more-broker';

/** Longer than connections may be without a sign before they are given up. */
const WATCH_MS = 13_000;

interface Reading {
  consumer: ClusterConsumer;
  seen: string[];
  assignments: number;
  refused: readonly RefusedPartition[];
}

describe('kafka-cluster: a broker that a consumer can not reach, while others are there', function () {
  this.timeout(90_000);
  const topic = `${PREFIX}${randomUUID()}`;
  let brokers: string;
  let producer: Producer;
  let gate: Gate;
  let hear: ReturnType<typeof hearOf>;
  const open: ClusterConsumer[] = [];

  before(async () => {
    ({ brokers } = await kafka());
    await ensureTopics(brokers, [{ topic, partitions: 2 }]);
    producer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    // From then on it knows the leaders as they are.
    for (const partition of [0, 1]) await write(partition, `first ${partition}`);
    gate = new Gate(brokers);
    hear = hearOf(Number((await gate.open()).split(':')[1]));
  });
  after(async () => {
    hear.end();
    await Promise.all(open.map((consumer) => consumer.close()));
    await gate.close();
    await producer.disconnect();
  });

  async function write(partition: number, value: string): Promise<void> {
    await producer.send({ topic, messages: [{ partition, value }] });
  }

  function read(groupId: string): Reading {
    const cluster = new KafkaJsCluster({ brokers: [brokers], clientId: 'test' }, () => undefined);
    const reading = { seen: [] as string[], assignments: 0, refused: [] as readonly RefusedPartition[] };
    const consumer = cluster.createConsumer(
      { groupId, topics: [topic], from: 'earliest', sessionTimeoutMs: 6_000 },
      {
        assigned: () => void reading.assignments++,
        batch: ({ records }) => void reading.seen.push(...records.map(({ value }) => String(value))),
        skipped: () => undefined,
        located: () => undefined,
        rebalancing: () => undefined,
        missed: () => undefined,
        leaderless: () => undefined,
        refused: (places) => void (reading.refused = places),
        blocked: () => undefined,
        unsubscribed: () => undefined,
      },
    );
    open.push(consumer);
    consumer.start();
    return Object.assign(reading, { consumer });
  }

  it('holds up no other: what it leads is named, and read as soon as it is reached, by who began before and by who begins then', async () => {
    const before = read(`before-${randomUUID()}`);
    await until('both partitions', () => before.seen.length === 2, 20_000);
    await gate.close();
    const closed = Date.now();
    const then = read(`then-${randomUUID()}`);
    let written = 0;
    while (Date.now() - closed < WATCH_MS) {
      const value = `next ${written++}`;
      await write(0, value);
      await until(value, () => before.seen.includes(value), 3_000);
      await sleep(100);
    }
    for (const { refused, seen, assignments } of [before, then]) {
      assert.deepEqual(
        refused.map(({ partition, passes }) => [partition, passes]),
        [[1, true]],
      );
      assert.match(String(refused[0]?.error.message), /ECONNREFUSED/);
      assert.ok(seen.includes(`next ${written - 1}`));
      assert.equal(assignments, 1, 'the group is left in peace');
    }
    await write(1, 'late');
    await gate.open();
    for (const reading of [before, then]) {
      await until('the rest', () => reading.seen.includes('late'), 15_000);
      await until('that to be told', () => reading.refused.length === 0, 5_000);
      assert.equal(reading.assignments, 1);
    }
  });

  it('is connected to anew where its connection went silent, and holds up no other meanwhile', async () => {
    const reading = read(`silent-${randomUUID()}`);
    await until('both partitions', () => reading.seen.length >= 2, 20_000);
    gate.silence();
    await write(1, 'behind the silence');
    const silenced = Date.now();
    for (let written = 0; !reading.seen.includes('behind the silence'); written++) {
      assert.ok(Date.now() - silenced < 30_000, 'it is not read');
      const value = `beside ${written}`;
      await write(0, value);
      await until(value, () => reading.seen.includes(value), 3_000);
      await sleep(100);
    }
    assert.equal(reading.assignments, 1, 'the group is left in peace');
  });
});
