import assert from 'node:assert/strict';
import type { Document } from 'mongodb';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import type { ClusterAdmin, SilentBroker } from '../../../nodes/kafka-cluster/types';
import type { TopicRow, TopicsAnswer } from '../../../nodes/topic-catalog/contract';
import { CatalogError } from '../../../nodes/topic-catalog/catalog-error';
import type { NodeList } from '../../../nodes/topic-catalog/node-list';
import { NodeIndex } from '../../../nodes/topic-catalog/nodes';
import type { Readings } from '../../../nodes/topic-catalog/readings';
import { Topics } from '../../../nodes/topic-catalog/topics';
import { KafkaFixture } from '../kafka-consumer/kafka-fixture';

describe('topic-catalog: topics of a real Kafka', function () {
  this.timeout(60_000);
  let fixture: KafkaFixture;
  let cluster: KafkaJsCluster;
  let groupId: string;

  before(async () => {
    fixture = await KafkaFixture.connect();
    cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId: 'test' }, () => undefined);
  });

  after(async () => {
    await cluster.drained();
    await fixture.close();
  });

  beforeEach(() => {
    groupId = fixture.name('group');
  });

  async function ask(
    nodes: () => Promise<Document[]>,
    brokers = cluster,
    change: (admin: ClusterAdmin) => ClusterAdmin = (admin) => admin,
  ): Promise<TopicsAnswer> {
    const list = {
      forEach: async (_limit: number, each: (document: Document) => void) => (await nodes()).forEach(each),
    } as unknown as NodeList;
    const { admin, release } = brokers.acquireAdmin();
    const source = {
      description: 'test',
      groupId,
      admin: change(admin),
      localize: ({ key }: CatalogError) => key,
    };
    try {
      return await new Topics(source, new NodeIndex({} as Readings, list, 5)).answer();
    } finally {
      release();
    }
  }

  function row(answer: TopicsAnswer, name: string): TopicRow {
    const found = answer.topics.find((topic) => topic.name === name);
    assert.ok(found, `no topic ${name}`);
    return found;
  }

  it('tells messages, size, rate, lag of the group, nodes and the last write of a topic', async () => {
    const begun = Date.now();
    const topic = await fixture.createTopic(fixture.name('topic'), 2);
    const old = String(Date.now() - 600_000);
    await fixture.write(topic, [{ value: 'a', timestamp: old }, 'b', 'c'], 0);
    await fixture.write(topic, ['d'], 1);
    await fixture.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] });
    const answer = await ask(() =>
      Promise.resolve([
        { nodo: 'x', topic, ts: new Date(1_000) },
        { nodo: 'y', topic, ts: new Date(2_000) },
        { nodo: 'z' },
      ]),
    );
    assert.deepEqual(answer.problems, []);
    assert.equal(answer.nodesWithoutTopic, 1);
    assert.deepEqual(answer.cluster, { description: 'test', brokers: 1, mode: 'kraft', version: null });
    const { partitions, sizeBytes, lastWrite, ...about } = row(answer, topic);
    assert.ok(sizeBytes !== null && sizeBytes > 100 && sizeBytes < 500, String(sizeBytes));
    assert.ok(lastWrite !== null && lastWrite >= begun && lastWrite <= Date.now(), String(lastWrite));
    assert.deepEqual(about, {
      name: topic,
      internal: false,
      messages: 4,
      lag: 2,
      ratePerMinute: 3,
      replication: 1,
      outOfSync: 0,
      retentionMs: 604_800_000,
      retentionBytes: -1,
      compacted: false,
      nodeCount: 2,
    });
    assert.deepEqual(
      partitions.map(({ partition, firstOffset, nextOffset, lag }) => [
        partition,
        firstOffset,
        nextOffset,
        lag,
      ]),
      [
        [0, '0', '3', 2],
        [1, '0', '1', null],
      ],
    );
  });

  it('knows when a topic without nodes was last written to, and of readings that are newer than its records', async () => {
    const [topic, stored] = [await fixture.createTopic(), await fixture.createTopic()];
    const old = Date.now() - 600_000;
    for (const name of [topic, stored]) await fixture.write(name, [{ value: 'a', timestamp: String(old) }]);
    const answer = await ask(() =>
      Promise.resolve([{ nodo: 'x', topic: stored, ts: new Date(old + 5_000) }]),
    );
    assert.equal(row(answer, topic).lastWrite, old);
    assert.equal(row(answer, stored).lastWrite, old + 5_000);
  });

  it('answers without the sizes where they can not be found out, and says why', async () => {
    const topic = await fixture.createTopic();
    await fixture.write(topic, ['a']);
    const answer = await ask(
      () => Promise.resolve([]),
      cluster,
      (admin) =>
        Object.assign(Object.create(admin), {
          topicExtents: () => Promise.reject(new Error('no')),
        }) as ClusterAdmin,
    );
    assert.equal(answer.sizesMissing, 'topic-catalog.errors.kafka');
    assert.deepEqual([row(answer, topic).sizeBytes, row(answer, topic).messages], [null, 1]);
    assert.deepEqual(answer.problems, []);
  });

  it('shows the sizes that other brokers tell where one is silent, and says who', async () => {
    const [told, untold] = [await fixture.createTopic(), await fixture.createTopic()];
    const extents = new Map([
      [told, { bytes: 7, newest: undefined }],
      [untold, { bytes: undefined, newest: undefined }],
    ]);
    const answer = await ask(
      () => Promise.resolve([]),
      cluster,
      (admin) =>
        Object.assign(Object.create(admin), {
          topicExtents: (_: unknown, silent: (broker: SilentBroker) => void) => {
            silent({ broker: 3, error: new Error('no answer') });
            return Promise.resolve(extents);
          },
        }) as ClusterAdmin,
    );
    assert.deepEqual([row(answer, told).sizeBytes, row(answer, untold).sizeBytes], [7, null]);
    assert.equal(answer.sizesMissing, 'topic-catalog.errors.broker-silent');
  });

  it('does not pass a fault of its own off as an outage', async () => {
    await fixture.createTopic();
    await assert.rejects(
      ask(
        () => Promise.resolve([]),
        cluster,
        (admin) =>
          Object.assign(Object.create(admin), {
            topicExtents: () => Promise.reject(new TypeError('x is not a function')),
          }) as ClusterAdmin,
      ),
      (error) =>
        error instanceof CatalogError &&
        error.source === 'internal' &&
        error.params.reason === 'x is not a function' &&
        error.cause instanceof TypeError,
    );
  });

  it('counts only what can still be read as lag', async () => {
    const topic = await fixture.createTopic();
    await fixture.write(topic, ['a', 'b', 'c', 'd']);
    await fixture.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '0' }] });
    await fixture.deleteBefore(topic, '3');
    const { messages, lag } = row(await ask(() => Promise.resolve([])), topic);
    assert.deepEqual([messages, lag], [1, 1]);
  });

  it('marks what is internal to Kafka, and has no lag for a topic that the group does not read', async () => {
    const topic = await fixture.createTopic();
    const answer = await ask(() => Promise.resolve([]));
    assert.equal(row(answer, topic).lag, null);
    assert.equal(row(answer, topic).nodeCount, 0);
    assert.equal(row(answer, '__consumer_offsets').internal, true);
  });

  it('answers without the database, and says what is missing', async () => {
    const topic = await fixture.createTopic();
    const answer = await ask(() => Promise.reject(new CatalogError('database', 'database')));
    assert.deepEqual(answer.problems, [{ source: 'database', message: 'topic-catalog.errors.database' }]);
    assert.equal(answer.nodesWithoutTopic, null);
    assert.deepEqual([row(answer, topic).nodeCount, row(answer, topic).messages], [null, 0]);
  });

  it('says within seconds that Kafka does not answer', async () => {
    const away = new KafkaJsCluster({ brokers: ['127.0.0.1:1'], clientId: 'test' }, () => undefined);
    const begun = Date.now();
    await assert.rejects(
      ask(() => Promise.resolve([]), away),
      (error) => error instanceof CatalogError && error.source === 'kafka',
    );
    assert.ok(Date.now() - begun < 8_000);
    await away.drained();
  });

  it('names partitions whose offsets Kafka does not tell, and calls the lag of the rest no lag of the topic', async () => {
    const [ill, well] = [await fixture.createTopic(fixture.name('topic'), 2), await fixture.createTopic()];
    for (const partition of [0, 1]) await fixture.write(ill, ['a'], partition);
    await fixture.write(well, ['a']);
    const answer = await ask(
      () => Promise.resolve([]),
      cluster,
      (admin) => {
        const committedOffsetsOf: ClusterAdmin['committedOffsetsOf'] = (_group, _topics, refused) => {
          refused?.({ topic: ill, partition: 1, error: new Error('not for you') });
          return Promise.resolve(new Map([ill, well].map((topic) => [topic, new Map([[0, '0']])])));
        };
        return Object.assign(Object.create(admin), { committedOffsetsOf }) as ClusterAdmin;
      },
    );
    assert.deepEqual(
      answer.problems.map(({ message }) => message),
      ['topic-catalog.errors.offsets-untold'],
    );
    assert.deepEqual([row(answer, ill).lag, row(answer, well).lag], [null, 1]);
    assert.deepEqual(
      row(answer, ill).partitions.map(({ lag }) => lag),
      [1, null],
    );
  });
});
