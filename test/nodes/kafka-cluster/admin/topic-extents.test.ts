import assert from 'node:assert/strict';
import { KafkaJsAdmin } from '../../../../nodes/kafka-cluster/admin/admin-client';
import { KafkaClient } from '../../../../nodes/kafka-cluster/client';
import { topicExtents } from '../../../../nodes/kafka-cluster/admin/topic-extents';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { KafkaFixture } from '../../kafka-consumer/kafka-fixture';

describe('kafka-cluster: how much of a topic a real Kafka says there is', function () {
  this.timeout(60_000);
  let fixture: KafkaFixture;
  let admin: KafkaJsAdmin;

  before(async () => {
    fixture = await KafkaFixture.connect();
    admin = new KafkaJsAdmin(() => clientOf(fixture));
  });

  after(async () => {
    admin?.close();
    await fixture?.close();
  });

  it('grows with what is written, and tells the time of the newest record of all partitions', async () => {
    const [topic, other] = [await fixture.createTopic(fixture.name('a'), 2), await fixture.createTopic()];
    await fixture.write(topic, [{ value: 'x'.repeat(50_000), timestamp: '1700000000000' }], 0);
    await fixture.write(topic, [{ value: 'y'.repeat(20_000), timestamp: '1700000001234' }, 'z'], 1);
    await fixture.write(other, [{ value: 'x'.repeat(1_000), timestamp: '1600000000000' }]);
    const begun = Date.now();
    const extents = await admin.topicExtents(await admin.describeTopics([topic, other]));
    const { bytes, newest } = extents.get(topic) ?? {};
    assert.ok(bytes !== undefined && bytes > 70_000 && bytes < 72_000, String(bytes));
    assert.ok(newest !== undefined && newest > begun - 10_000 && newest <= Date.now(), String(newest));
    const little = extents.get(other);
    assert.ok(little?.bytes !== undefined && little.bytes > 1_000 && little.bytes < 2_000);
    assert.equal(little.newest, 1_600_000_000_000);
  });

  it('has a time that can be shown where records have microseconds or nanoseconds, or none', async () => {
    const topic = fixture.name('foreign');
    const settings = { 'message.timestamp.after.max.ms': '9223372036854775807' };
    await ensureTopics(fixture.brokers, [{ topic, partitions: 1, settings }]);
    const newest = async (): Promise<number | undefined> =>
      (await admin.topicExtents(await admin.describeTopics([topic]))).get(topic)?.newest;
    await fixture.write(topic, [{ value: 'x', timestamp: '-1' }]);
    assert.equal(await newest(), undefined);
    await fixture.write(topic, [{ value: 'x', timestamp: '1700000000123456' }]);
    assert.equal(await newest(), 1_700_000_000_123);
    await fixture.write(topic, [{ value: 'x', timestamp: '1700000000456500000' }]);
    assert.equal(await newest(), 1_700_000_000_456);
  });

  it('is nothing, and has no newest record, in an empty topic', async () => {
    const topic = await fixture.createTopic();
    const extents = await admin.topicExtents(await admin.describeTopics([topic]));
    assert.deepEqual(extents.get(topic), { bytes: 0, newest: undefined });
  });

  it('is unknown where the brokers are too old to tell', async () => {
    const topic = await fixture.createTopic();
    await fixture.write(topic, ['a']);
    const old = {
      versions: { 2: { minVersion: 0, maxVersion: 5 } },
      connectionPool: { send: () => assert.fail('asked all the same') },
    };
    const cluster = { getNodeIds: () => ['1'], findBroker: () => Promise.resolve(old) };
    const terms = { milliseconds: 5_000, stale: () => undefined };
    const described = await admin.describeTopics([topic]);
    const extents = await topicExtents(cluster, described, terms, () => assert.fail('it has answered'));
    assert.deepEqual(extents.get(topic), { bytes: undefined, newest: undefined });
  });
});

function clientOf({ brokers }: KafkaFixture): KafkaClient {
  return new KafkaClient({ brokers: [brokers], clientId: 'test' }, 1, () => undefined);
}
