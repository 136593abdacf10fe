import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import type { Admin } from 'kafkajs';
import { KafkaJsAdmin } from '../../../../nodes/kafka-cluster/admin/admin-client';
import { KafkaClient } from '../../../../nodes/kafka-cluster/client';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { Gate } from '../../../support/gate';
import { kafka } from '../../../support/services';
import { until } from '../../../support/until';

function clientOf(brokers: string[]): KafkaClient {
  return new KafkaClient({ brokers, clientId: 'test' }, 1, () => undefined);
}

describe('kafka-cluster: questions to a real Kafka', function () {
  this.timeout(60_000);
  let brokers: string;
  let client: KafkaClient;
  let setUp: Admin;
  let admin: KafkaJsAdmin;
  let topic: string;

  before(async () => {
    ({ brokers } = await kafka());
    client = clientOf([brokers]);
    setUp = client.kafka.admin();
    await setUp.connect();
  });

  after(() => client.retire());

  beforeEach(async () => {
    topic = `admin-${randomUUID()}`;
    await ensureTopics(brokers, [{ topic, partitions: 2, settings: { 'retention.ms': '3600000' } }]);
    admin = new KafkaJsAdmin(() => clientOf([brokers]));
  });

  afterEach(() => admin.close());

  async function write(messages: { value: string; partition: number; timestamp?: string }[]): Promise<void> {
    const producer = client.kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages });
    await producer.disconnect();
  }

  it('describes topics with their partitions and offsets, and leaves out those that do not exist', async () => {
    await write([0, 0, 1].map((partition) => ({ value: 'x', partition })));
    const [described, ...others] = await admin.describeTopics([topic, 'not-there']);
    assert.equal(others.length, 0);
    assert.equal(described?.internal, false);
    assert.deepEqual(
      described?.partitions.map(({ partition, firstOffset, nextOffset }) => [
        partition,
        firstOffset,
        nextOffset,
      ]),
      [
        [0, '0', '2'],
        [1, '0', '1'],
      ],
    );
    assert.equal(described?.partitions[0]?.inSyncReplicas.length, 1);
    assert.ok((await admin.topicNames()).includes(topic));
  });

  it('knows the settings, the brokers and what a group has committed', async () => {
    await write([{ value: 'x', partition: 1 }]);
    assert.deepEqual((await admin.topicSettings([topic])).get(topic), {
      retentionMs: 3_600_000,
      retentionBytes: -1,
      compacted: false,
      minInSyncReplicas: 1,
    });
    assert.equal((await admin.describeCluster()).brokers.length, 1);
    const groupId = `group-${randomUUID()}`;
    await setUp.setOffsets({ groupId, topic, partitions: [{ partition: 1, offset: '1' }] });
    assert.deepEqual(
      await admin.committedOffsets(groupId, topic),
      new Map([
        [0, '-1'],
        [1, '1'],
      ]),
    );
  });

  it('knows the ids of topics, also where that is its first question', async () => {
    const ids = await admin.topicIds([topic, 'not-there']);
    assert.deepEqual([...ids.keys()], [topic]);
    assert.match(ids.get(topic) ?? '', /^[0-9a-f]{32}$/);
  });

  it('knows that it is a cluster of one broker without ZooKeeper', async () => {
    const { mode, version, brokers: count } = await admin.clusterShape();
    assert.equal(mode, 'kraft');
    assert.equal(count, 1);
    assert.match(version ?? '4.3', /^\d\.\d+$/);
  });

  it('finds the offset of a time', async () => {
    const now = Date.now();
    await write(
      [now - 90_000, now - 30_000].map((time) => ({ value: 'x', partition: 0, timestamp: String(time) })),
    );
    assert.equal((await admin.offsetsAt(topic, now - 60_000)).get(0), '1');
    assert.equal((await admin.offsetsAt(topic, now)).get(0), '2');
  });

  it('goes on answering after a topic it has described was deleted', async () => {
    const other = `admin-${randomUUID()}`;
    await ensureTopics(brokers, [{ topic: other }]);
    assert.equal((await admin.describeTopics([topic, other])).length, 2);
    await setUp.deleteTopics({ topics: [topic] });
    await until('the topic to be gone', async () => !(await setUp.listTopics()).includes(topic));
    const described = await until('an answer', async () => {
      const found = await admin.describeTopics([topic, other]);
      return found.length === 1 && found;
    });
    assert.equal(described[0]?.name, other);
  });

  it('rejects within seconds while there is no broker, and answers by itself once there is one', async () => {
    const gate = new Gate(brokers);
    const address = await gate.open();
    await gate.close();
    const late = new KafkaJsAdmin(() => clientOf([address]));
    const begun = Date.now();
    await assert.rejects(late.topicNames());
    assert.ok(Date.now() - begun < 8_000);
    await gate.open();
    // The broker names its own address, so only the first contact goes through the gate.
    assert.ok(await until('an answer', () => late.topicNames()));
    late.close();
    await gate.close();
  });

  it('gives up on a connection that has gone silent, and asks anew on a fresh one', async () => {
    const silent = net.createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as net.AddressInfo;
    const addresses = [`127.0.0.1:${port}`, brokers];
    const asking = new KafkaJsAdmin(() => clientOf(addresses.splice(0, 1)));
    const begun = Date.now();
    await assert.rejects(asking.topicNames());
    assert.ok(Date.now() - begun < 8_000);
    assert.ok((await asking.topicNames()).includes(topic));
    asking.close();
    silent.close();
  });
});
