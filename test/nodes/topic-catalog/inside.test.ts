import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import type { ClusterAdmin } from '../../../nodes/kafka-cluster/types';
import type { CatalogError } from '../../../nodes/topic-catalog/catalog-error';
import type { InsideAnswer } from '../../../nodes/topic-catalog/contract';
import { Inside } from '../../../nodes/topic-catalog/inside';
import { until } from '../../support/until';
import { KafkaFixture } from '../kafka-consumer/kafka-fixture';

describe('topic-catalog: inside of a real Kafka', function () {
  this.timeout(60_000);
  let fixture: KafkaFixture;
  let cluster: KafkaJsCluster;

  before(async () => {
    fixture = await KafkaFixture.connect();
    cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId: 'test' }, () => undefined);
  });

  after(async () => {
    await cluster.drained();
    await fixture.close();
  });

  /** Of the cluster that all tests share, a topic and a group alone: the answer has room for so many of each. */
  function only(topic: string, groupId: string): (admin: ClusterAdmin) => Partial<ClusterAdmin> {
    return (admin) => ({
      topicNames: () => Promise.resolve([topic]),
      groups: async () => (await admin.groups()).filter((group) => group.groupId === groupId),
    });
  }

  async function look(
    change: (admin: ClusterAdmin) => Partial<ClusterAdmin> = () => ({}),
    wanted: Partial<Parameters<Inside['answer']>[0]> = {},
    told: CatalogError[] = [],
  ): Promise<InsideAnswer> {
    const { admin, release } = cluster.acquireAdmin();
    const seen = new Proxy(admin, {
      get: (target, name: keyof ClusterAdmin) => change(target)[name] ?? target[name].bind(target),
    });
    const localize = (error: CatalogError): string => {
      told.push(error);
      return error.key;
    };
    try {
      return await new Inside({ description: 'test', groupId: 'any', admin: seen, localize }).answer({
        search: '',
        topicOffset: 0,
        groupOffset: 0,
        ...wanted,
      });
    } finally {
      release();
    }
  }

  async function descriptionOf(topic: string) {
    const { admin, release } = cluster.acquireAdmin();
    try {
      return await admin.describeTopics([topic]);
    } finally {
      release();
    }
  }

  it('shows leaders, replicas and offsets of partitions, and of a group its member, where it is and its lag', async () => {
    const topic = await fixture.createTopic(fixture.name('topic'), 2);
    const groupId = fixture.name('group');
    await fixture.write(topic, ['a', 'b', 'c'], 0);
    await fixture.write(topic, ['d'], 1);
    const consumer = new Kafka({ brokers: [fixture.brokers], logLevel: logLevel.NOTHING }).consumer({
      groupId,
    });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
      await until(
        'the member',
        async () =>
          (await look(only(topic, groupId))).groups.some(
            (group) => group.groupId === groupId && group.members.some(({ assigned }) => assigned.length > 0),
          ),
        30_000,
      );
      await consumer.commitOffsets([{ topic, partition: 0, offset: '1' }]);

      const { partitions, groups, problems } = await look(only(topic, groupId));
      assert.deepEqual(
        partitions
          .filter((one) => one.topic === topic)
          .map(({ partition, firstOffset, nextOffset, replicas, inSync, leader }) => ({
            partition,
            firstOffset,
            nextOffset,
            isLed: replicas.includes(leader) && inSync.includes(leader),
          })),
        [
          { partition: 0, firstOffset: '0', nextOffset: '3', isLed: true },
          { partition: 1, firstOffset: '0', nextOffset: '1', isLed: true },
        ],
      );
      const group = groups.find((one) => one.groupId === groupId);
      assert.deepEqual(
        group?.members.map(({ assigned }) => assigned),
        [[{ topic, partitions: [0, 1] }]],
      );
      assert.deepEqual(group?.committed, [
        { topic, partition: 0, offset: '1', lag: 2 },
        { topic, partition: 1, offset: null, lag: 1 },
      ]);
      assert.deepEqual(problems, []);
    } finally {
      await consumer.disconnect();
    }
  });

  it('shows a large cluster page by page, says how many there are, and finds topics and groups by a part of their names', async () => {
    const topic = await fixture.createTopic(fixture.name('Zone'), 1);
    const [description] = await descriptionOf(topic);
    const names = Array.from({ length: 119 }, (_, n) => `t${String(n).padStart(3, '0')}`).concat(topic);
    const large = (): Partial<ClusterAdmin> => ({
      topicNames: () => Promise.resolve(names),
      describeTopics: (wanted) => Promise.resolve(wanted.map((name) => ({ ...description!, name }))),
      groups: () =>
        Promise.resolve(
          names.map((name) => ({
            groupId: `g-${name}`,
            state: 'Stable',
            members: Array.from({ length: 120 }, () => ({ clientId: 'c', host: 'h', assigned: [] })),
          })),
        ),
      committedOffsetsOf: () => Promise.resolve(new Map()),
    });
    const topicsOf = ({ partitions }: InsideAnswer): string[] => partitions.map((one) => one.topic);
    const first = await look(large);
    // Capital letters come before small ones.
    assert.deepEqual([topicsOf(first).length, topicsOf(first)[0]], [50, topic]);
    assert.deepEqual(first.topicPage, { offset: 0, shown: 50, matching: 120 });
    assert.deepEqual(first.groupPage, { offset: 0, shown: 50, matching: 120 });
    const [group] = first.groups;
    assert.deepEqual([group?.members.length, group?.memberCount], [100, 120]);

    const last = await look(large, { topicOffset: 100, groupOffset: 50 });
    assert.deepEqual(topicsOf(last), names.slice(99, 119));
    assert.deepEqual(last.topicPage, { offset: 100, shown: 20, matching: 120 });
    assert.equal(last.groups[0]?.groupId, 'g-t049');
    // Topics that were deleted meanwhile leave no empty page.
    assert.deepEqual((await look(large, { topicOffset: 700 })).topicPage, last.topicPage);

    const found = await look(large, { search: 'ZONE' });
    assert.deepEqual(
      [topicsOf(found), found.groups.map(({ groupId }) => groupId)],
      [[topic], [`g-${topic}`]],
    );
    assert.equal((await look(large, { search: 'nothing like it' })).topicPage.matching, 0);
  });

  it('shows the partitions also where the groups can not be told', async () => {
    const topic = await fixture.createTopic(fixture.name('topic'), 1);
    const { partitions, groups, problems } = await look(() => ({
      topicNames: () => Promise.resolve([topic]),
      groups: () => Promise.reject(new Error('not allowed')),
    }));
    assert.ok(partitions.some((one) => one.topic === topic));
    assert.deepEqual([groups, problems], [[], [{ source: 'kafka', message: 'topic-catalog.errors.kafka' }]]);
  });

  it('names a group and partitions that Kafka tells nothing of, and shows all others', async () => {
    const topic = await fixture.createTopic(fixture.name('topic'), 2);
    const place = { topic, partition: 1, error: new Error('a disk is broken') };
    const group = (groupId: string, error?: Error) => ({
      groupId,
      state: error ? '' : 'Empty',
      members: [],
      ...(error ? { error } : {}),
    });
    const asked: string[] = [];
    const { partitions, groups, problems } = await look((admin) => ({
      topicNames: () => Promise.resolve([topic]),
      describeTopics: async (names) =>
        (await admin.describeTopics(names)).map((described) => ({
          ...described,
          partitions: described.partitions.map((one) =>
            one.partition === 1 ? { ...one, firstOffset: '-1', nextOffset: '-1', error: place.error } : one,
          ),
        })),
      groups: () => Promise.resolve([group('a'), group('b', new Error('not for you')), group('c')]),
      committedOffsetsOf: (id, _topics, refused) => {
        asked.push(id);
        if (id === 'c') return Promise.reject(Object.assign(new Error('no'), { problem: 'group-forbidden' }));
        refused?.(place);
        return Promise.resolve(new Map([[topic, new Map([[0, '0']])]]));
      },
    }));
    assert.deepEqual(
      partitions.map(({ firstOffset, nextOffset }) => [firstOffset, nextOffset]),
      [
        ['0', '0'],
        ['-1', '-1'],
      ],
    );
    assert.deepEqual(asked, ['a', 'c']);
    assert.deepEqual(
      groups.map(({ groupId, committed }) => [groupId, committed]),
      [
        ['a', [{ topic, partition: 0, offset: '0', lag: 0 }]],
        ['b', []],
        ['c', []],
      ],
    );
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        'topic-catalog.errors.offsets-untold',
        'topic-catalog.errors.offsets-untold',
        'topic-catalog.errors.groups-untold',
        'topic-catalog.errors.groups-untold',
      ],
    );
  });

  it('asks about no more groups once two could not be asked about, and shows what is known of all', async () => {
    const asked: string[] = [];
    const ids = ['a', 'b', 'c', 'd'];
    const told: CatalogError[] = [];
    const { groups, groupPage } = await look(
      () => ({
        topicNames: () => Promise.resolve([]),
        groups: () => Promise.resolve(ids.map((groupId) => ({ groupId, state: 'Stable', members: [] }))),
        committedOffsetsOf: (id) => {
          asked.push(id);
          return id === 'a'
            ? Promise.resolve(new Map())
            : Promise.reject(Object.assign(new Error('away'), { problem: 'unreachable' }));
        },
      }),
      {},
      told,
    );
    assert.deepEqual(asked, ['a', 'b', 'c']);
    assert.deepEqual(
      groups.map(({ groupId, state }) => [groupId, state]),
      ids.map((groupId) => [groupId, 'Stable']),
    );
    assert.equal(groupPage.matching, ids.length);
    assert.deepEqual(
      told.map(({ key, params }) => [key, params]),
      [['topic-catalog.errors.groups-untold', { groups: 'b, c, d', reason: 'away' }]],
    );
  });

  it('names the brokers that do not tell their groups, and shows those of the others', async () => {
    const told: CatalogError[] = [];
    const { groups } = await look(
      () => ({
        topicNames: () => Promise.resolve([]),
        groups: (silent) => {
          for (const broker of [2, 3]) silent?.({ broker, error: new Error('no answer') });
          return Promise.resolve([{ groupId: 'a', state: 'Stable', members: [] }]);
        },
        committedOffsetsOf: () => Promise.resolve(new Map()),
      }),
      {},
      told,
    );
    assert.deepEqual(
      groups.map(({ groupId }) => groupId),
      ['a'],
    );
    assert.deepEqual(
      told.map(({ key, params }) => [key, params]),
      [['topic-catalog.errors.brokers-silent', { brokers: '2, 3', reason: 'no answer' }]],
    );
  });
});
