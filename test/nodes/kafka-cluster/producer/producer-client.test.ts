import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import Broker from 'kafkajs/src/broker';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type {
  ClusterProducer,
  KafkaProblemError,
  OutgoingRecord,
  ProducerOptions,
} from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { outgoing } from '../../../support/outgoing';
import { kafka } from '../../../support/services';
import { readTopic } from '../../../support/read-topic';
import { until } from '../../../support/until';

const OPTIONS: ProducerOptions = { acks: 'all', compression: 'none', createTopics: false };

describe('kafka-cluster: producer client', function () {
  this.timeout(120_000);
  let brokers: string;
  let cluster: KafkaJsCluster;
  const open: ClusterProducer[] = [];

  before(async () => {
    ({ brokers } = await kafka());
    cluster = new KafkaJsCluster({ brokers: [brokers], clientId: 'test' }, () => undefined);
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((producer) => producer.close()));
    await cluster.drained();
  });

  function producer(options: Partial<ProducerOptions> = {}): ClusterProducer {
    const made = cluster.createProducer({ ...OPTIONS, ...options });
    open.push(made);
    return made;
  }

  async function topic(numPartitions = 1, settings: Record<string, string> = {}): Promise<string> {
    const name = `producer-${randomUUID()}`;
    await ensureTopics(brokers, [{ topic: name, partitions: numPartitions, settings }]);
    return name;
  }

  it('writes records in order and says where they stand', async () => {
    const name = await topic(2);
    const said = Array.from({ length: 100 }, (_, i) => ({ value: `v${i}`, key: `k${i}` }));
    const records = said.map(({ value, key }) => record(value, key));
    const client = producer();
    assert.equal((await client.send(name, 1, records.slice(0, 60))).baseOffset, '0');
    assert.equal((await client.send(name, 1, records.slice(60))).baseOffset, '60');
    const read = await readTopic(brokers, name, 100);
    assert.deepEqual(
      read.map((r) => [r.partition, r.key, r.value]),
      said.map(({ key, value }) => [1, key, value]),
    );
    assert.equal(read[0]?.headers['reading-id']?.toString(), 'id');
  });

  it('goes on under another producer id before the numbers of one run out: none lost, none doubled, in order', async () => {
    const name = await topic();
    const values = Array.from({ length: 60 }, (_, i) => `v${i}`);
    const records = values.map((value) => record(value, 'k'));
    const client = producer({ recordsPerSession: 20 });
    for (let sent = 0; sent < records.length; sent += 6)
      await client.send(name, 0, records.slice(sent, sent + 6));
    const read = await readTopic(brokers, name, records.length);
    assert.deepEqual(
      read.map(({ value }) => value),
      values,
    );
    assert.equal(new Set(read.map(({ producerId }) => producerId)).size, 3);
  });

  it('goes on under another producer id when the broker refuses the numbers of one for good', async () => {
    const name = await topic();
    const client = producer();
    const write = (value: string): Promise<unknown> => client.send(name, 0, [record(value, 'k')]);
    await write('before');
    const stop = miscount(name);
    try {
      await assert.rejects(write('refused'), (error: KafkaProblemError) => error.problem === 'send-failed');
      await write('again');
      await write('after');
    } finally {
      stop();
    }
    const read = await readTopic(brokers, name, 3);
    assert.deepEqual(
      read.map(({ value }) => value),
      ['before', 'again', 'after'],
    );
  });

  for (const [number, compression] of (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).entries()) {
    it(`writes batches packed with: ${compression}`, async () => {
      const name = await topic();
      const client = cluster.createProducer({ ...OPTIONS, compression });
      await client.send(
        name,
        0,
        Array.from({ length: 500 }, (_, i) => record(`{"nodo":"n","i":${i}}`)),
      );
      await client.close();
      const read = await readTopic(brokers, name, 500);
      assert.deepEqual(
        read.map(({ value, codec }) => [value, codec]),
        Array.from({ length: 500 }, (_, i) => [`{"nodo":"n","i":${i}}`, number]),
      );
    });
  }

  it('does not take a record for written when the answer does not name its partition', async () => {
    const name = await topic();
    const client = producer();
    await client.send(name, 0, [record('before')]);
    const stop = replaceProduce((request, produce) =>
      request.topicData.some((data) => data.topic === name) ? Promise.resolve({ topics: [] }) : produce(),
    );
    try {
      await assert.rejects(
        client.send(name, 0, [record('nowhere')]),
        (error: KafkaProblemError) => error.problem === 'send-failed',
      );
    } finally {
      stop();
    }
    await client.send(name, 0, [record('after')]);
    const read = await readTopic(brokers, name, 2);
    assert.deepEqual(
      read.map(({ value }) => value),
      ['before', 'after'],
    );
  });

  it('chooses the partition of a key as Kafka does, and tells it without asking once the topic is known', async () => {
    const name = await topic(7);
    const client = producer();
    assert.equal(client.knownPartitionFor(name, Buffer.from('a')), undefined);
    // murmur2 as Java's clients compute it: toPositive(murmur2("21")) = 1173551340 (-973932308 & 0x7fffffff)
    assert.equal(await client.partitionFor(name, Buffer.from('21')), 1_173_551_340 % 7);
    assert.equal(client.knownPartitionFor(name, Buffer.from('21')), 1_173_551_340 % 7);
  });

  it('keeps records without a key together for a while', async () => {
    const name = await topic(7);
    const client = producer();
    const first = await client.partitionFor(name, null);
    for (let i = 0; i < 100; i++) assert.equal(client.knownPartitionFor(name, null), first);
  });

  it('tells within seconds that a topic does not exist', async () => {
    const start = Date.now();
    const error = await rejection(producer().send(`missing-${randomUUID()}`, 0, [record('x')]));
    assert.equal(error.problem, 'topic-missing');
    assert.ok(Date.now() - start < 5_000, `took ${Date.now() - start} ms`);
  });

  it("keeps Kafka's own sentence about a topic that it does not create", async () => {
    const dotted = `a.${randomUUID()}`;
    await producer({ createTopics: true }).partitionFor(dotted, null);
    const refused = await rejection(
      producer({ createTopics: true }).partitionFor(dotted.replace('.', '_'), null),
    );
    assert.equal(refused.problem, 'topic-not-created');
    assert.match(refused.message, new RegExp(`collides with existing topics?: ${dotted}`));
  });

  it('says of a name that is too long how long it may be', async () => {
    const error = await rejection(producer().partitionFor('x'.repeat(250), null));
    assert.equal(error.problem, 'topic-name');
    assert.match(error.message, /topic-name-long.*250.*249/);
  });

  it('creates a topic that is missing where it may', async () => {
    const name = `made-${randomUUID()}`;
    await producer({ createTopics: true }).send(name, 0, [record('x')]);
    assert.equal((await readTopic(brokers, name, 1))[0]?.value, 'x');
  });

  it('refuses a name that no topic can have', async () => {
    assert.equal((await rejection(producer().send('no spaces', 0, [record('x')]))).problem, 'topic-name');
  });

  it('tells that a partition does not exist', async () => {
    const error = await rejection(producer().send(await topic(2), 2, [record('x')]));
    assert.equal(error.problem, 'partition-missing');
  });

  it('reads the limit of a topic, and goes on after the broker has refused a record as too large', async () => {
    const name = await topic(1, { 'max.message.bytes': '2000' });
    const client = producer();
    assert.equal(await client.maxBatchBytes(name), 2000);
    assert.equal((await rejection(client.send(name, 0, [record('x'.repeat(3000))]))).problem, 'too-large');
    for (const value of ['a', 'b', 'c']) await client.send(name, 0, [record(value)]);
    assert.deepEqual(
      (await readTopic(brokers, name, 3)).map((r) => r.value),
      ['a', 'b', 'c'],
    );
  });

  it('says that no broker can be reached, and when it tries again', async () => {
    const away = new KafkaJsCluster({ brokers: ['127.0.0.1:1'], clientId: 'test' }, () => undefined);
    const client = away.createProducer(OPTIONS);
    await until('a state with the next attempt', () => client.state.state === 'retrying');
    assert.equal((await rejection(client.partitionFor('any', null))).problem, 'unreachable');
    const start = Date.now();
    await client.close();
    await away.drained();
    assert.ok(Date.now() - start < 3_500);
  });

  it('gives up after the delivery timeout, where there is one', async () => {
    const name = await topic();
    const client = producer({ deliveryTimeoutMs: 1 });
    await client.partitionFor(name, null);
    await until('a connection', () => client.state.state === 'connected');
    // A broker may be quicker than that.
    const stop = replaceProduce(() => new Promise(() => undefined));
    try {
      assert.equal((await rejection(client.send(name, 0, [record('x')]))).problem, 'not-acknowledged');
    } finally {
      stop();
    }
  });
});

/**
 * Lets the first producer id that writes to this topic count wrongly from now on, as kafkajs does after some refusals.
 * @returns what ends that
 */
function miscount(topic: string): () => void {
  let wrong: string | undefined;
  return replaceProduce((request, produce) => {
    for (const { partitions } of request.topicData.filter((data) => data.topic === topic)) {
      wrong ??= request.producerId;
      if (request.producerId === wrong) for (const each of partitions) each.firstSequence += 1_000;
    }
    return produce();
  });
}

/** Puts something in the place of what kafkajs does to hand a batch to a broker. @returns what ends that */
function replaceProduce(
  by: (request: Broker.ProduceRequest, produce: () => Promise<unknown>) => Promise<unknown>,
): () => void {
  const { produce } = Broker.prototype;
  Broker.prototype.produce = function (request: Broker.ProduceRequest) {
    return by(request, () => produce.call(this, request));
  };
  return () => {
    Broker.prototype.produce = produce;
  };
}

function record(value: string, key: string | null = null): OutgoingRecord {
  return outgoing({ key, value, headers: { 'reading-id': 'id' } });
}

async function rejection(promise: Promise<unknown>): Promise<KafkaProblemError> {
  try {
    await promise;
  } catch (error) {
    return error as KafkaProblemError;
  }
  return assert.fail('expected a rejection');
}
