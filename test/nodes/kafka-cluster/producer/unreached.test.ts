import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type {
  ClusterProducer,
  KafkaProblemError,
  OutgoingRecord,
} from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { Gate } from '../../../support/gate';
import { outgoing } from '../../../support/outgoing';
import { readTopic } from '../../../support/read-topic';
import { kafka } from '../../../support/services';
import { until } from '../../../support/until';
import { PREFIX, hearOf } from '../one-more-broker';

/** Longer than a send may be without a sign before something is done about it. */
const WATCH_MS = 27_000;
/** Who tries on comes once a second. */
const CLOSED_WATCH_MS = 3_000;
const HEALTHY = 0;
const LOST = 1;

function record(value: string): OutgoingRecord {
  return outgoing({ key: 'k', value });
}

describe('kafka-cluster: a broker that a producer can not write to, while others are there', function () {
  this.timeout(90_000);
  let brokers: string;
  let cluster: KafkaJsCluster;
  let gate: Gate;
  let port: number;
  let hear: ReturnType<typeof hearOf>;
  const open: ClusterProducer[] = [];

  before(async () => {
    ({ brokers } = await kafka());
    cluster = new KafkaJsCluster({ brokers: [brokers], clientId: 'test' }, () => undefined);
  });
  beforeEach(async () => {
    gate = new Gate(brokers);
    port = Number((await gate.open()).split(':')[1]);
  });
  afterEach(async () => {
    hear.end();
    await Promise.all(open.splice(0).map((producer) => producer.close()));
    await gate.close();
  });

  function producer(): ClusterProducer {
    const made = cluster.createProducer({ acks: 'all', compression: 'none', createTopics: false });
    open.push(made);
    return made;
  }

  async function newTopic(prefix = PREFIX): Promise<string> {
    const topic = `${prefix}${randomUUID()}`;
    await ensureTopics(brokers, [{ topic, partitions: 2 }]);
    return topic;
  }

  /** Writes to a healthy partition, one record after the other. @returns what it wrote, and the slowest in milliseconds */
  async function writeWhile(
    client: ClusterProducer,
    topic: string,
    lasts: () => boolean,
  ): Promise<{ values: string[]; slowest: number }> {
    const values: string[] = [];
    let slowest = 0;
    while (lasts()) {
      const value = `next ${values.length}`;
      const begun = Date.now();
      await client.send(topic, HEALTHY, [record(value)]);
      values.push(value);
      slowest = Math.max(slowest, Date.now() - begun);
    }
    return { values, slowest };
  }

  async function valuesOf(topic: string, count: number): Promise<{ of: string[][]; ids: number }> {
    const read = await readTopic(brokers, topic, count);
    const of = [HEALTHY, LOST].map((partition) =>
      read.filter((each) => each.partition === partition).map(({ value }) => String(value)),
    );
    return { of, ids: new Set(read.map(({ producerId }) => producerId)).size };
  }

  const WAYS: { way: string; reason: RegExp; begin: () => void | Promise<void>; end: () => unknown }[] = [
    {
      way: 'refuses connections',
      reason: /leader-unreached.*ECONNREFUSED/,
      begin: () => gate.close(),
      end: () => gate.open(),
    },
    {
      way: 'takes records and is not heard any more',
      reason: /leader-unreached.*(timed out|silent)/,
      begin: () => gate.keepAnswers(),
      end: () => gate.passAnswers(),
    },
  ];
  for (const { way, reason, begin, end } of WAYS) {
    it(`is named, and delays and doubles nothing, since it ${way}`, async () => {
      const topic = await newTopic();
      hear = hearOf(port);
      const client = producer();
      for (const partition of [HEALTHY, LOST]) await client.send(topic, partition, [record('first')]);
      const states: string[] = [];
      client.on('state', ({ state }: ClusterProducer['state']) => states.push(state));
      await begin();
      const late = client.send(topic, LOST, [record('late')]);
      const begun = Date.now();
      const { values, slowest } = await writeWhile(client, topic, () => Date.now() - begun < WATCH_MS);
      assert.ok(slowest < 3_000, `one took ${slowest} ms`);
      assert.deepEqual(
        client.obstacles.map((each) => [each.topic, each.partition]),
        [[topic, LOST]],
      );
      assert.match(String(client.obstacles[0]?.error.message), reason);
      await end();
      await late;
      assert.deepEqual(client.obstacles, []);
      await client.send(topic, LOST, [record('last')]);
      const { of, ids } = await valuesOf(topic, values.length + 4);
      assert.deepEqual(of, [
        ['first', ...values],
        ['first', 'late', 'last'],
      ]);
      assert.equal(ids, 1, 'under one producer id');
      assert.deepEqual(states, [], 'it was connected all the time');
    });
  }

  it('is connected to anew where its connection went silent: none is lost, doubled, or delayed for others', async () => {
    const topic = await newTopic();
    hear = hearOf(port);
    const client = producer();
    for (const partition of [HEALTHY, LOST]) await client.send(topic, partition, [record('first')]);
    gate.silence();
    let written = false;
    const late = client.send(topic, LOST, [record('late')]).then(() => (written = true));
    const begun = Date.now();
    const { values, slowest } = await writeWhile(
      client,
      topic,
      () => !written && Date.now() - begun < 18_000,
    );
    assert.ok(written, 'it is written while others are');
    await late;
    assert.ok(slowest < 3_000, `one took ${slowest} ms`);
    const { of, ids } = await valuesOf(topic, values.length + 3);
    assert.deepEqual(of, [
      ['first', ...values],
      ['first', 'late'],
    ]);
    assert.equal(ids, 1, 'under one producer id');
  });

  it('is not written to any more by a producer that is closed, whatever became of its sessions', async () => {
    const topic = await newTopic();
    hear = hearOf(port);
    const client = producer();
    for (const partition of [HEALTHY, LOST]) await client.send(topic, partition, [record('first')]);
    await gate.close();
    const late = client.send(topic, LOST, [record('late')]);
    late.catch(() => undefined);
    // After this the client behind it is replaced by another one.
    await assert.rejects(client.send(topic, HEALTHY, [record('x'.repeat(2_000_000))]), /too-large/);
    await client.send(topic, HEALTHY, [record('next')]);
    await client.close();
    await assert.rejects(late, /closed/);
    await gate.open();
    const { arrivals } = gate;
    await sleep(CLOSED_WATCH_MS);
    assert.equal(gate.arrivals, arrivals, 'nobody comes');
  });

  it('keeps nobody who begins from writing to the others, be it the controller', async () => {
    const topic = await newTopic();
    await gate.close();
    hear = hearOf(port, true);
    const began = Date.now();
    await producer().send(topic, HEALTHY, [record('x')]);
    assert.ok(Date.now() - began < 3_000, `took ${Date.now() - began} ms`);
    await gate.open();
    assert.equal((await valuesOf(topic, 1)).of[HEALTHY]?.[0], 'x');
  });

  it('ends with its topic: what is under way for others is neither delayed nor doubled', async () => {
    const [topic, others] = [await newTopic('deleted-'), await newTopic('others-')];
    hear = hearOf(port);
    const client = producer();
    for (const name of [topic, others]) await client.send(name, HEALTHY, [record('first')]);
    const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await until('the topic to be gone', async () => !(await admin.listTopics()).includes(topic));
    await admin.disconnect();
    let refused: KafkaProblemError | undefined;
    const lost = client.send(topic, HEALTHY, [record('lost')]);
    lost.catch((error: unknown) => (refused = error as KafkaProblemError));
    const { values, slowest } = await writeWhile(client, others, () => !refused);
    assert.equal(refused?.problem, 'topic-missing');
    assert.ok(slowest < 3_000, `one took ${slowest} ms`);
    await client.send(others, HEALTHY, [record('last')]);
    const { of } = await valuesOf(others, values.length + 2);
    assert.deepEqual(of[HEALTHY], ['first', ...values, 'last']);
  });
});
