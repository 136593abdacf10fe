import assert from 'node:assert/strict';
import { Kafka, PartitionAssigners, logLevel, type Consumer, type PartitionAssigner } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type {
  BlockedPlace,
  ClusterConsumer,
  ConsumerListener,
  ConsumerOptions,
  ConsumerState,
  FetchedBatch,
  PartitionOffset,
  TopicPartition,
} from '../../../../nodes/kafka-cluster/types';
import { UserError } from '../../../../nodes/shared/user-error';
import { until } from '../../../support/until';
import { KafkaFixture, numbered } from '../../kafka-consumer/kafka-fixture';

/** Remembers what a consumer client tells. */
class Recorder implements ConsumerListener {
  generation = 0;
  assignment: TopicPartition[] = [];
  assignments = 0;
  rebalances = 0;
  readonly batches: FetchedBatch[] = [];
  readonly gaps: string[] = [];
  readonly others: string[] = [];
  readonly places: string[] = [];
  readonly skippedTopics: { topic: string; count: number }[] = [];
  readonly leaderlessNow: TopicPartition[] = [];
  blockedPlaces: readonly BlockedPlace[] = [];

  assigned(generation: number, partitions: TopicPartition[]): void {
    this.generation = generation;
    this.assignment = partitions;
    this.assignments++;
  }
  batch(batch: FetchedBatch): undefined {
    this.batches.push(batch);
  }
  rebalancing(): void {
    this.rebalances++;
  }
  blocked(places: readonly BlockedPlace[]): void {
    this.blockedPlaces = places;
  }

  missed({ topic, partition }: TopicPartition, from: string, to: string): void {
    this.gaps.push(`${topic}/${partition}: ${from} to ${to}`);
  }
  skipped(topics: { topic: string; count: number }[]): void {
    this.skippedTopics.push(...topics);
  }
  located({ topic, partition, offset }: PartitionOffset, highWatermark: string, inTransaction = false): void {
    const why = inTransaction ? ', in a transaction' : '';
    this.places.push(`${topic}/${partition}: ${offset} of ${highWatermark}${why}`);
  }
  leaderless(partitions: TopicPartition[]): void {
    this.leaderlessNow.splice(0, Infinity, ...partitions);
  }

  refused(): void {
    // No test here is about it: see refused.test.ts.
  }
  unsubscribed(topics: string[]): void {
    this.others.push(...topics);
  }
  values(topic?: string, partition?: number): string[] {
    return this.batches
      .filter((batch) => topic === undefined || batch.topic === topic)
      .filter((batch) => partition === undefined || batch.partition === partition)
      .flatMap(({ records }) => records.map(({ value }) => String(value)));
  }
}

describe('the consumer client', function () {
  this.timeout(60_000);
  let fixture: KafkaFixture;
  let cluster: KafkaJsCluster;
  const consumers: ClusterConsumer[] = [];

  before(async () => {
    fixture = await KafkaFixture.connect();
    cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId: 'test' }, () => undefined);
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
  });
  after(async () => {
    await cluster.drained();
    await fixture.close();
  });

  function start(options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'topics' | 'groupId'>): {
    consumer: ClusterConsumer;
    seen: Recorder;
  } {
    const seen = new Recorder();
    const consumer = cluster.createConsumer({ from: 'earliest', sessionTimeoutMs: 6_000, ...options }, seen);
    consumers.push(consumer);
    consumer.start();
    return { consumer, seen };
  }

  async function stop(consumer: ClusterConsumer): Promise<void> {
    consumers.splice(consumers.indexOf(consumer), 1);
    await consumer.close();
  }

  it('gives all records of a topic in order and commits nothing by itself', async () => {
    const topic = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topic, [{ key: 'k', value: '0', headers: { h: 'v' } }, ...numbered(2000).slice(1)]);
    const { seen, consumer } = start({ topics: [topic], groupId });
    await until('2000 records', () => seen.values().length >= 2000);
    assert.deepEqual(seen.values(), numbered(2000));
    const [first] = seen.batches[0]?.records ?? [];
    assert.equal(String(first?.key), 'k');
    assert.deepEqual(first?.headers, { h: Buffer.from('v') });
    assert.equal(first?.offset, '0');
    assert.ok(Math.abs((first?.timestamp ?? 0) - Date.now()) < 60_000);
    await stop(consumer);
    assert.deepEqual(await fixture.committed(groupId, topic), [-1]);
  });

  it('takes no more of a partition in one answer than it is set to', async () => {
    const topic = await fixture.createTopic();
    for (let n = 0; n < 6; n++) await fixture.write(topic, [`${n}`.repeat(700)]);
    const { seen } = start({
      topics: [topic],
      groupId: fixture.name('group'),
      fetch: { maxBytesPerPartition: 1_024, minBytes: 1, waitMs: 50 },
    });
    await until('six records', () => seen.values().length >= 6);
    assert.deepEqual(
      seen.batches.map(({ records }) => records.length),
      [1, 1, 1, 1, 1, 1],
    );
  });

  it('goes on at the committed offset in its next life', async () => {
    const topic = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topic, numbered(10));
    const first = start({ topics: [topic], groupId });
    await until('the records', () => first.seen.values().length === 10);
    await first.consumer.commit([{ topic, partition: 0, offset: '4' }]);
    await stop(first.consumer);
    const second = start({ topics: [topic], groupId });
    await until('the rest', () => second.seen.values().length >= 6);
    assert.deepEqual(second.seen.values(), numbered(10).slice(4));
  });

  it('keeps other partitions flowing while one is paused, and goes on there when resumed', async () => {
    const topic = await fixture.createTopic(undefined, 2);
    const { consumer, seen } = start({ topics: [topic], groupId: fixture.name('group') });
    await until('the assignment', () => seen.assignment.length === 2);
    consumer.pause([{ topic, partition: 0 }]);
    await fixture.write(topic, numbered(5, 'a'), 0);
    await fixture.write(topic, numbered(5, 'b'), 1);
    await until('the other partition', () => seen.values(topic, 1).length === 5);
    assert.deepEqual(seen.values(topic, 0), []);
    consumer.resume([{ topic, partition: 0 }]);
    await until('the paused one', () => seen.values(topic, 0).length === 5);
  });

  it('"latest" skips what is there at the first start, once and for all', async () => {
    const topic = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topic, numbered(5, 'old'));
    const first = start({ topics: [topic], groupId, from: 'latest' });
    await until('the assignment', () => first.seen.assignments === 1);
    assert.deepEqual(await fixture.committed(groupId, topic), [5]);
    assert.deepEqual(first.seen.skippedTopics, [{ topic, count: 5 }], 'not without a word');
    await stop(first.consumer);
    // Written while nobody reads, and before the group has confirmed anything.
    await fixture.write(topic, numbered(3, 'new'));
    const second = start({ topics: [topic], groupId, from: 'latest' });
    await until('the new records', () => second.seen.values().length >= 3);
    assert.deepEqual(second.seen.values(), numbered(3, 'new'));
  });

  it('reads partitions that were added later from their beginning, also with "latest"', async () => {
    const topic = await fixture.createTopic();
    const groupId = fixture.name('group');
    const { seen } = start({ topics: [topic], groupId, from: 'latest' });
    await until('the assignment', () => seen.assignments === 1);
    await fixture.admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    await until('the new partition', async () => {
      await fixture.write(topic, ['first'], 1);
      return true;
    });
    await until('its record', () => seen.values(topic, 1).includes('first'), 30_000);
  });

  it('waits for a topic that does not exist yet and says so', async () => {
    const topic = fixture.name('later');
    const { consumer, seen } = start({ topics: [topic], groupId: fixture.name('group'), from: 'latest' });
    await until('the waiting', () => consumer.state.state === 'waiting');
    assert.deepEqual(consumer.missingTopics, [topic]);
    await fixture.createTopic(topic);
    await fixture.write(topic, ['x']);
    // Younger than the consumer: nothing of it is old.
    await until('its record', () => seen.values().includes('x'));
    assert.equal(consumer.state.state, 'connected');
    assert.deepEqual(consumer.missingTopics, []);
  });

  it('reads the topics that match a pattern, also those that appear later, but not the ignored ones', async () => {
    const prefix = fixture.name('sensors');
    await fixture.createTopic(`${prefix}.a`);
    await fixture.createTopic(`${prefix}.a.dlq`);
    await fixture.write(`${prefix}.a`, ['a']);
    await fixture.write(`${prefix}.a.dlq`, ['dead']);
    const { seen } = start({
      topics: [new RegExp(`^${prefix}`)],
      groupId: fixture.name('group'),
      ignored: (topic) => topic.endsWith('.dlq'),
    });
    await until('the first topic', () => seen.values().includes('a'));
    await fixture.createTopic(`${prefix}.b`);
    await fixture.write(`${prefix}.b`, ['b']);
    await until('the later topic', () => seen.values().includes('b'));
    assert.equal(seen.values().includes('dead'), false);
  });

  it('shares the partitions between two members and takes them over when one leaves', async () => {
    const topic = await fixture.createTopic(undefined, 4);
    const groupId = fixture.name('group');
    const a = start({ topics: [topic], groupId });
    await until('the first member', () => a.seen.assignment.length === 4);
    const b = start({ topics: [topic], groupId });
    await until('two each', () => a.seen.assignment.length === 2 && b.seen.assignment.length === 2);
    assert.ok(a.seen.rebalances > 0);
    await stop(b.consumer);
    await until('all four again', () => a.seen.assignment.length === 4);
  });

  it('reads all of both topics when two members of one group read different ones', async () => {
    const [a, b] = [await fixture.createTopic(undefined, 2), await fixture.createTopic(undefined, 2)];
    const groupId = fixture.name('group');
    for (const topic of [a, b])
      for (const partition of [0, 1]) await fixture.write(topic, numbered(300), partition);
    const one = start({ topics: [a], groupId });
    const other = start({ topics: [b], groupId });
    await until('both', () => one.seen.values(a).length >= 600 && other.seen.values(b).length >= 600);
    assert.deepEqual([one.seen.others, other.seen.others], [[], []]);
    // One of them is not read by the member that leads the group: whoever reads it has to make all share anew.
    for (const [topic, { seen }] of [
      [a, one],
      [b, other],
    ] as const) {
      await fixture.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      await until('the new partition', () => fixture.write(topic, ['added'], 2).then(() => true));
      await until('its record', () => seen.values(topic, 2).includes('added'), 20_000);
    }
  });

  it('shares a topic between those members that read it, one of them by a pattern', async () => {
    const prefix = fixture.name('sensors');
    const [a, b] = [`${prefix}.a`, `${prefix}.b`];
    for (const topic of [a, b]) await fixture.createTopic(topic, 2);
    const groupId = fixture.name('group');
    const all = start({ topics: [new RegExp(`^${prefix}`)], groupId });
    const some = start({ topics: [b], groupId });
    const of = ({ seen }: { seen: Recorder }) =>
      seen.assignment.map(({ topic, partition }) => `${topic}/${partition}`).sort();
    await until('two each', () => of(all).length === 2 && of(some).length === 2);
    assert.deepEqual(of(all), [`${a}/0`, `${a}/1`]);
    assert.deepEqual(of(some), [`${b}/0`, `${b}/1`]);
  });

  it('"latest" holds for a topic that joins a group at work, once and for all', async () => {
    const [a, b] = [await fixture.createTopic(), await fixture.createTopic()];
    const groupId = fixture.name('group');
    await fixture.write(b, numbered(5, 'old'));
    const first = start({ topics: [a], groupId });
    await until('the first', () => first.seen.assignments === 1);
    const second = start({ topics: [b], groupId, from: 'latest' });
    await until('the second', () => second.seen.assignment.length === 1);
    await fixture.write(b, ['new']);
    await until('the new record', () => second.seen.values().length >= 1);
    assert.deepEqual(second.seen.values(), ['new']);
    await stop(second.consumer);
    assert.deepEqual(await fixture.committed(groupId, b), [5]);
  });

  describe('in a group with another client, which gives everybody what it reads itself', () => {
    /** Resolves when it has joined. */
    async function join(
      topic: string,
      groupId: string,
      assigner: PartitionAssigner = PartitionAssigners.roundRobin,
    ): Promise<Consumer> {
      const kafka = new Kafka({ brokers: [fixture.brokers], logLevel: logLevel.NOTHING });
      const consumer = kafka.consumer({
        groupId,
        sessionTimeout: 6_000,
        rebalanceTimeout: 5_000,
        partitionAssigners: [assigner],
      });
      const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        eachMessage: ({ message }) => Promise.resolve(void theirs.push(String(message.value))),
      });
      await joined;
      return consumer;
    }
    let theirs: string[];
    let other: Consumer | undefined;
    beforeEach(() => (theirs = []));
    afterEach(() => other?.disconnect());

    it('gives it what it reads, where this one leads', async () => {
      const [a, b] = [await fixture.createTopic(), await fixture.createTopic()];
      const groupId = fixture.name('group');
      await fixture.write(b, ['for the other']);
      const { seen } = start({ topics: [a], groupId });
      await until('the assignment', () => seen.assignment.length === 1);
      other = await join(b, groupId);
      await until('what it reads', () => theirs.includes('for the other'));
      assert.deepEqual(seen.assignment, [{ topic: a, partition: 0 }]);
    });

    it('says so, where that one leads', async () => {
      const [a, b] = [await fixture.createTopic(), await fixture.createTopic(undefined, 2)];
      const groupId = fixture.name('group');
      other = await join(b, groupId);
      const { seen, consumer } = start({ topics: [a], groupId });
      await until('its topic', () => seen.others.includes(b));
      assert.deepEqual(consumer.unsubscribedTopics, [b]);
      await other.disconnect();
      await until('its own topic', () => seen.assignment.length === 1);
      assert.deepEqual(consumer.unsubscribedTopics, []);
    });

    it('says what to change, where that one shares the partitions in another way', async () => {
      const [topic, groupId] = [await fixture.createTopic(), fixture.name('group')];
      // The name under which the Java client shares by default.
      other = await join(topic, groupId, (config) => ({
        ...PartitionAssigners.roundRobin(config),
        name: 'range',
      }));
      const { seen, consumer } = start({ topics: [topic], groupId });
      const refusal = await until('the refusal', () => {
        const { state } = consumer;
        return state.state === 'retrying' && state.error instanceof UserError ? state.error : undefined;
      });
      assert.equal(refusal.key, 'kafka-cluster.errors.group-protocol');
      assert.equal(refusal.params.group, groupId);
      await other.disconnect();
      await until('its turn', () => seen.assignment.length === 1);
    });
  });

  it('goes on at the earliest record when retention has deleted the committed one, and reports the gap', async () => {
    const topic = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topic, numbered(10));
    const first = start({ topics: [topic], groupId });
    await until('the records', () => first.seen.values().length === 10);
    await first.consumer.commit([{ topic, partition: 0, offset: '2' }]);
    await stop(first.consumer);
    await fixture.deleteBefore(topic, '6');
    const second = start({ topics: [topic], groupId });
    await until('what is left', () => second.seen.values().length >= 4);
    assert.deepEqual(second.seen.values(), numbered(10).slice(6));
    assert.deepEqual(second.seen.gaps, [`${topic}/0: 2 to 6`]);
  });

  it('leaves what was committed before such a gap as it is, until more is confirmed', async () => {
    const topic = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topic, numbered(10));
    const first = start({ topics: [topic], groupId });
    await until('the records', () => first.seen.values().length === 10);
    await first.consumer.commit([{ topic, partition: 0, offset: '2' }]);
    await stop(first.consumer);
    await fixture.deleteBefore(topic, '6');
    const { consumer, seen } = start({ topics: [topic], groupId });
    await until('what is left', () => seen.values().length >= 4);
    assert.deepEqual(seen.gaps, [`${topic}/0: 2 to 6`]);
    await stop(consumer);
    // kafkajs would write here that nothing was ever committed, and "latest" would begin at the end.
    assert.deepEqual(await fixture.committed(groupId, topic), [2]);
  });

  it('reports records that are deleted before its eyes', async () => {
    const topic = await fixture.createTopic();
    const { consumer, seen } = start({ topics: [topic], groupId: fixture.name('group') });
    await fixture.write(topic, numbered(2));
    await until('the first records', () => seen.values().length === 2);
    consumer.pause([{ topic, partition: 0 }]);
    // A fetch that is under way when the pause begins may still bring the first of these.
    await fixture.write(topic, numbered(8, 'gone'));
    await fixture.deleteBefore(topic, '10');
    await fixture.write(topic, ['after']);
    consumer.resume([{ topic, partition: 0 }]);
    await until('the record after the gap', () => seen.values().includes('after'));
    assert.deepEqual(seen.values(), [...numbered(2), 'after']);
    assert.deepEqual(seen.gaps, [`${topic}/0: 2 to 10`]);
  });

  it('reads a topic that was deleted and made again from its beginning', async () => {
    const topic = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topic, numbered(5, 'old'));
    const { consumer, seen } = start({ topics: [topic], groupId });
    await until('the old records', () => seen.values().length === 5);
    await consumer.commit([{ topic, partition: 0, offset: '5' }]);
    await fixture.admin.deleteTopics({ topics: [topic] });
    await until('it says that it waits', () => consumer.state.state === 'waiting', 30_000);
    await fixture.createTopic(topic);
    await fixture.write(topic, numbered(8, 'new'));
    await until('the new records', () => seen.values().length >= 13, 30_000);
    assert.deepEqual(seen.values().slice(5), numbered(8, 'new'));
  });

  it('reads all of a topic that was made again at once and has more records than were read of the one before it', async () => {
    const topic = await fixture.createTopic();
    await fixture.write(topic, numbered(5, 'old'));
    const { consumer, seen } = start({ topics: [topic], groupId: fixture.name('group') });
    await until('the old records', () => seen.values().length === 5);
    consumer.pause([{ topic, partition: 0 }]);
    await fixture.admin.deleteTopics({ topics: [topic] });
    await fixture.createTopic(topic);
    await fixture.write(topic, numbered(8, 'new'));
    consumer.resume([{ topic, partition: 0 }]);
    const wanted = numbered(8, 'new');
    await until('the new records', () => wanted.every((value) => seen.values().includes(value)), 30_000);
    assert.deepEqual(seen.values().slice(-8), wanted);
  });

  it('"latest" leaves out nothing of a topic that was gone for a while', async () => {
    const topic = await fixture.createTopic();
    await fixture.write(topic, numbered(5, 'old'));
    const { consumer, seen } = start({ topics: [topic], groupId: fixture.name('group'), from: 'latest' });
    await until('the assignment', () => seen.assignment.length === 1);
    await fixture.admin.deleteTopics({ topics: [topic] });
    await until('it says that it waits', () => consumer.state.state === 'waiting', 30_000);
    await fixture.createTopic(topic);
    await fixture.write(topic, numbered(3, 'new'));
    await until('all of the new one', () => seen.values().length >= 3, 30_000);
    assert.deepEqual(seen.values(), numbered(3, 'new'));
    assert.deepEqual(seen.skippedTopics, [{ topic, count: 5 }]);
  });

  it('"latest" leaves out nothing of a topic that was made again at once, also where it begins anew before it has committed', async () => {
    const [topic, later] = [await fixture.createTopic(), fixture.name('later')];
    await fixture.write(topic, numbered(5, 'old'));
    const groupId = fixture.name('group');
    const { consumer, seen } = start({ topics: [topic, later], groupId, from: 'latest' });
    await until('the assignment', () => seen.assignment.length === 1);
    consumer.pause([{ topic, partition: 0 }]);
    await fixture.admin.deleteTopics({ topics: [topic] });
    await fixture.createTopic(topic);
    await fixture.write(topic, numbered(8, 'new'));
    consumer.resume([{ topic, partition: 0 }]);
    const times = (value: string): number => seen.values().filter((each) => each === value).length;
    await until('all of the new one', () => times('new0') > 0 && times('new7') > 0, 30_000);
    const before = times('new0');
    await fixture.createTopic(later);
    await until('it begins anew', () => times('new0') > before && times('new7') > before, 30_000);
    assert.deepEqual(seen.skippedTopics, [{ topic, count: 5 }]);
  });

  it('tells how much there is behind a transaction that is open, and reads it once that has ended', async () => {
    const topic = await fixture.createTopic();
    await fixture.write(topic, numbered(5));
    const { seen } = start({ topics: [topic], groupId: fixture.name('group') });
    await until('the records', () => seen.values().length === 5);
    const producer = new Kafka({ brokers: [fixture.brokers], logLevel: logLevel.NOTHING }).producer({
      transactionalId: fixture.name('transaction'),
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    try {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: 'inside' }] });
      await fixture.write(topic, numbered(3, 'behind'));
      await until('the lag', () => seen.places.at(-1) === `${topic}/0: 5 of 9, in a transaction`);
      assert.equal(seen.values().length, 5);
      await transaction.commit();
    } finally {
      await producer.disconnect();
    }
    await until('what stood behind it', () => seen.values().length === 9);
    assert.deepEqual(seen.values().slice(5), ['inside', ...numbered(3, 'behind')]);
  });

  it('seeks to an offset, a time and both ends', async () => {
    const topic = await fixture.createTopic();
    const place = { topic, partition: 0 };
    const start0 = Date.now() - 10_000;
    await fixture.write(
      topic,
      numbered(10).map((value, index) => ({ value, timestamp: String(start0 + index * 1000) })),
    );
    const { consumer, seen } = start({ topics: [topic], groupId: fixture.name('group') });
    await until('the records', () => seen.values().length === 10);
    const next = async (count: number): Promise<string[]> => {
      await until('records after the seek', () => seen.values().length >= count);
      return seen.values();
    };
    const clear = (): number => (seen.batches.length = 0);

    clear();
    assert.equal(await consumer.seek(place, { offset: '7' }), '7');
    assert.deepEqual(await next(3), ['7', '8', '9']);
    clear();
    assert.equal(await consumer.seek(place, { time: start0 + 4500 }), '5');
    assert.deepEqual(await next(5), ['5', '6', '7', '8', '9']);
    clear();
    assert.equal(await consumer.seek(place, 'beginning'), '0');
    assert.deepEqual(await next(10), numbered(10));
    clear();
    assert.equal(await consumer.seek(place, 'end'), '10');
    await fixture.write(topic, ['10']);
    assert.deepEqual(await next(1), ['10']);

    await assert.rejects(consumer.seek(place, { offset: '999' }), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.key, 'kafka-cluster.errors.offset-range');
      return true;
    });
    await assert.rejects(consumer.seek({ topic, partition: 5 }, 'end'), UserError);
  });

  it('says that it retries while no broker can be reached, and closes in spite of it', async () => {
    const lonely = new KafkaJsCluster({ brokers: ['127.0.0.1:1'], clientId: 'test' }, () => undefined);
    const consumer = lonely.createConsumer(
      { topics: ['x'], groupId: 'g', from: 'earliest', sessionTimeoutMs: 6_000 },
      new Recorder(),
    );
    const states: ConsumerState[] = [];
    consumer.on('state', (state: ConsumerState) => states.push(state));
    consumer.start();
    const retrying = await until('retrying', () => states.find(({ state }) => state === 'retrying'), 20_000);
    assert.ok(retrying.state === 'retrying' && retrying.nextAttempt > Date.now() - 20_000);
    const begin = Date.now();
    await consumer.close();
    assert.ok(Date.now() - begin < 4_000);
    assert.equal(states.at(-1)?.state, 'closed');
    await lonely.drained();
  });
});
