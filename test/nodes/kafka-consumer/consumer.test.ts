import assert from 'node:assert/strict';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import { readConsumerConfig, type ConsumerConfig } from '../../../nodes/kafka-consumer/config';
import { RecordConsumer } from '../../../nodes/kafka-consumer/consumer';
import { confirm, hold, reject } from '../../../nodes/shared/deliveries';
import type { AsideError } from '../../../nodes/kafka-consumer/delivery/message';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { UserError } from '../../../nodes/shared/user-error';
import { newTraceparent } from '../../../nodes/shared/trace-context';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { until } from '../../support/until';
import { KafkaFixture, numbered } from './kafka-fixture';

interface Flow {
  consumer: RecordConsumer;
  out: PipelineMessage[];
  aside: PipelineMessage[];
  reports: { error: Error; about: PipelineMessage | undefined }[];
  payloads(): unknown[];
}

describe('the kafka-consumer without Node-RED, with a real Kafka', function () {
  this.timeout(60_000);
  let fixture: KafkaFixture;
  let cluster: KafkaJsCluster;
  const running: RecordConsumer[] = [];
  let count = 0;

  before(async () => {
    fixture = await KafkaFixture.connect();
    cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId: 'test' }, () => undefined);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((consumer) => consumer.close()));
  });
  after(async () => {
    await cluster.drained();
    await fixture.close();
  });

  function start(config: ConsumerConfig, onMessage?: (message: PipelineMessage) => void): Flow {
    const out: PipelineMessage[] = [];
    const aside: PipelineMessage[] = [];
    const reports: Flow['reports'] = [];
    const settings = readConsumerConfig({ output: 'string', confirm: 'flow', ...config });
    const consumer = new RecordConsumer(`node${count++}`, settings, cluster, {
      send: (message) => {
        out.push(message);
        onMessage?.(message);
      },
      sendAside: (message) => aside.push(message),
      warn: () => undefined,
      report: (error, about) => reports.push({ error, about }),
    });
    running.push(consumer);
    consumer.confirmsByHandingOn(settings.confirm === 'handed-on');
    consumer.start();
    return { consumer, out, aside, reports, payloads: () => out.map(({ payload }) => payload) };
  }

  async function stop({ consumer }: Flow): Promise<void> {
    running.splice(running.indexOf(consumer), 1);
    await consumer.close();
  }

  it('commits nothing before it is confirmed, and then only up to the first gap', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(10));
    const flow = start({ topics, groupId });
    await until('10 records', () => flow.out.length === 10);
    flow.out.slice(5).forEach(confirm);
    await stop(flow);
    assert.deepEqual(await fixture.committed(groupId, topics), [-1]);

    const again = start({ topics, groupId });
    await until('10 records again', () => again.out.length === 10);
    [0, 1, 2, 5, 6].forEach((index) => confirm(again.out[index] ?? {}));
    await until('a commit', async () => (await fixture.committed(groupId, topics))[0] === 3);
    confirm(again.out[3] ?? {});
    confirm(again.out[4] ?? {});
    await until('the next commit', async () => (await fixture.committed(groupId, topics))[0] === 7);
  });

  it('gives each record with its key, headers, place and reading id', async () => {
    const topics = await fixture.createTopic();
    const traceparent = newTraceparent();
    const readingId = '019b5a4e-1f00-7abc-8def-0123456789ab';
    await fixture.write(topics, [
      {
        key: 'comuna_15',
        value: '{"nodo":"comuna_15"}',
        headers: { 'reading-id': readingId, x: 'y', traceparent },
      },
      { value: '{"nodo":"original"}', headers: { 'reading-id': 'not-one-of-ours' } },
    ]);
    const { out } = start({ topics, groupId: fixture.name('group'), output: 'json' });
    await until('2 records', () => out.length === 2);
    const [first, second] = out;
    assert.deepEqual(first?.payload, { nodo: 'comuna_15' });
    assert.equal(first?.topic, topics);
    assert.equal(first?.key, 'comuna_15');
    assert.equal(first?.readingId, readingId);
    assert.equal(first?.kafka?.partition, 0);
    assert.equal(first?.kafka?.offset, '0');
    assert.equal(typeof first?.kafka?.timestamp, 'number');
    assert.deepEqual(first?.kafka?.headers?.x, Buffer.from('y'));
    assert.equal(first?.traceparent, traceparent);
    assert.equal(typeof first?.kafka?.delivery, 'string');
    assert.equal(second?.key, null);
    assert.equal(second?.readingId, undefined);
  });

  it('gives batches with one entry for each record, and one confirmation is enough', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(20));
    const flow = start({ topics, groupId, mode: 'batch', maxInFlight: 8 }, confirm);
    await until('20 records', () => flow.payloads().flat().length === 20);
    assert.deepEqual(flow.payloads().flat(), numbered(20));
    const [first] = flow.out;
    assert.equal((first?.payload as unknown[]).length, 8);
    assert.equal(first?.kafka?.firstOffset, '0');
    assert.equal(first?.kafka?.lastOffset, '7');
    assert.deepEqual(
      first?.kafka?.records?.map(({ offset }) => offset),
      numbered(8),
    );
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 20);
  });

  it('delivers again what was not confirmed when it was killed', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(10));
    const killed = start({ topics, groupId });
    await until('10 records', () => killed.out.length === 10);
    killed.out.slice(0, 4).forEach(confirm);
    await until('a commit', async () => (await fixture.committed(groupId, topics))[0] === 4);
    const heir = start({ topics, groupId });
    await stop(killed);
    await until('the rest', () => heir.out.length >= 6);
    assert.deepEqual(heir.payloads().slice(-6), numbered(10).slice(4));
    // What the first one gave out means nothing to anybody any more.
    killed.out.forEach(confirm);
    assert.deepEqual(await fixture.committed(groupId, topics), [4]);
  });

  it('goes on with the other partitions while nobody confirms one of them', async () => {
    const topics = await fixture.createTopic(undefined, 3);
    const groupId = fixture.name('group');
    for (const partition of [0, 1, 2]) await fixture.write(topics, numbered(50), partition);
    const flow = start({ topics, groupId, maxInFlight: 5 }, (message) => {
      if (message.kafka?.partition !== 1) confirm(message);
    });
    const of = (partition: number) => flow.out.filter(({ kafka }) => kafka?.partition === partition).length;
    await until('both others', () => of(0) === 50 && of(2) === 50);
    for (const partition of [0, 1, 2]) await fixture.write(topics, numbered(50), partition);
    await until('more of both others', () => of(0) === 100 && of(2) === 100);
    assert.equal(of(1), 5);
    await until('their commits', async () => {
      const [a, b, c] = await fixture.committed(groupId, topics);
      return a === 100 && b === -1 && c === 100;
    });
  });

  it('hands on at most maxInFlight records and goes on as they are confirmed', async () => {
    const topics = await fixture.createTopic();
    await fixture.write(topics, numbered(100));
    const flow = start({ topics, groupId: fixture.name('group'), maxInFlight: 10 });
    await until('the first ten', () => flow.out.length === 10);
    for (let done = 0; done < 100; done++) {
      const message = await until('one more', () => flow.out[done]);
      assert.ok(flow.out.length - done <= 10);
      confirm(message);
    }
    assert.deepEqual(flow.payloads(), numbered(100));
  });

  it('sets aside null values and what is not JSON, keeps their bytes and reasons, and goes on', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    const broken = Buffer.from([0x7b, 0xff, 0x7d]);
    await fixture.write(topics, [
      '{"n":0}',
      null,
      { key: 'k', value: '{"n":', headers: { mine: 'kept' } },
      broken,
      '{"n":4}',
    ]);
    const flow = start({ topics, groupId, output: 'json' }, confirm);
    await until('the good and the bad', () => flow.out.length === 2 && flow.aside.length === 3);
    assert.deepEqual(flow.payloads(), [{ n: 0 }, { n: 4 }]);
    await until('everything is committed', async () => (await fixture.committed(groupId, topics))[0] === 5);

    const reasons = flow.aside.map(({ error }) => (error as { reason: string }).reason);
    assert.deepEqual(reasons, ['no-value', 'not-json', 'not-text']);
    assert.deepEqual(flow.aside[2]?.payload, broken);
    const place = (flow.aside[1]?.error as { deadLetter?: unknown }).deadLetter;
    assert.deepEqual(place, { topic: `${topics}.dlq`, partition: 0, offset: '1' });
    assert.equal(flow.aside[1]?.kafka?.delivery, undefined);

    const letters = await fixture.readAll(`${topics}.dlq`);
    assert.deepEqual(
      letters.map(({ value }) => value),
      [null, Buffer.from('{"n":'), broken],
    );
    const [, letter] = letters;
    const headers = Object.fromEntries(
      Object.entries(letter?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    assert.equal(String(letter?.key), 'k');
    assert.equal(headers.mine, 'kept');
    assert.equal(headers['dead-letter-reason'], 'not-json');
    assert.ok(headers['dead-letter-detail']);
    assert.equal(headers['dead-letter-topic'], topics);
    assert.equal(headers['dead-letter-partition'], '0');
    assert.equal(headers['dead-letter-offset'], '2');
    assert.equal(headers['dead-letter-group'], groupId);
    assert.ok(Math.abs(Number(headers['dead-letter-timestamp']) - Date.now()) < 60_000);
    assert.ok(Math.abs(Number(headers['dead-letter-time']) - Date.now()) < 60_000);
  });

  it('takes bad records out of a batch and hands on the rest of it', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, ['1', 'x', '3']);
    const flow = start({ topics, groupId, output: 'json', mode: 'batch' }, confirm);
    await until('the batch', () => flow.out.length === 1 && flow.aside.length === 1);
    assert.deepEqual(flow.payloads(), [[1, 3]]);
    assert.deepEqual(
      flow.out[0]?.kafka?.records?.map(({ offset }) => offset),
      ['0', '2'],
    );
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 3);
  });

  it('sets aside what the flow rejects, with its reason', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, ['a', 'b']);
    const flow = start({ topics, groupId, deadLetterTopic: `${topics}-bad` }, (message) =>
      message.payload === 'a' ? reject(message, new Error('no such sensor')) : confirm(message),
    );
    await until('the rejected record', () => flow.aside.length === 1);
    assert.equal(flow.aside[0]?.payload?.toString(), 'a');
    const [letter] = await fixture.readAll(`${topics}-bad`);
    assert.equal(String(letter?.headers?.['dead-letter-detail']), 'no such sensor');
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 2);
  });

  it('does not commit a record whose dead letter cannot be written', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    // Kafka has no place for a topic of this name: it differs from another one by a dot instead of an underscore.
    await fixture.createTopic(`${topics}_bad`);
    await fixture.write(topics, ['1', 'x', '3']);
    const flow = start({ topics, groupId, output: 'json', deadLetterTopic: `${topics}.bad` }, confirm);
    await until('the problem', () => flow.consumer.overview().deadLetterProblem);
    assert.equal(flow.reports.length, 1, 'Catch nodes are told once');
    await until('the record before it', async () => (await fixture.committed(groupId, topics))[0] === 1);
    assert.deepEqual(flow.payloads(), [1, 3]);
    assert.equal(flow.aside.length, 0);
  });

  describe('a record that is as large as its topic takes', () => {
    const large = Buffer.alloc(1_048_400, 'x');
    const letter = async (topics: string) =>
      (await fixture.readAll(`${topics}.dlq`)).map(({ key, value, headers }) => ({
        key: String(key),
        bytes: value?.length,
        names: Object.keys(headers ?? {}),
        left: headers?.['dead-letter-truncated']?.toString(),
        offset: headers?.['dead-letter-offset']?.toString(),
      }));

    it('is set aside whole into a topic that is made for it', async () => {
      const topics = await fixture.createTopic();
      const groupId = fixture.name('group');
      await fixture.write(topics, [{ key: 'k', value: large, headers: { h: 'v' } }, '{}']);
      const flow = start({ topics, groupId, output: 'json' }, confirm);
      await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 2, 30_000);
      const [one] = await letter(topics);
      assert.equal(one?.bytes, large.length);
      assert.ok(one?.names.includes('h'));
      assert.equal(one?.left, undefined);
      assert.deepEqual(flow.reports, []);
    });

    it('leaves only the reason there where the topic takes no more, and does not stop its partition', async () => {
      const topics = await fixture.createTopic();
      await fixture.createTopic(`${topics}.dlq`);
      const groupId = fixture.name('group');
      await fixture.write(topics, [{ key: 'k', value: large, headers: { h: 'v' } }, 'not JSON', '{}']);
      const flow = start({ topics, groupId, output: 'json' }, confirm);
      await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 3, 30_000);
      const [one, other] = await letter(topics);
      assert.deepEqual([one?.key, one?.bytes, one?.left, one?.offset], ['k', undefined, '1048400', '0']);
      assert.equal(one?.names.includes('h'), false);
      assert.deepEqual([other?.bytes, other?.left, other?.offset], [8, undefined, '1']);
      assert.ok(large.equals(flow.aside[0]?.payload as Buffer));
      assert.deepEqual((flow.aside[0]?.error as AsideError).deadLetter, {
        topic: `${topics}.dlq`,
        partition: 0,
        offset: '0',
        truncated: true,
      });
      assert.deepEqual(flow.reports, []);
    });
  });

  it('sets aside a record whose clock was far ahead', async () => {
    const topics = fixture.name('topic');
    const settings = { 'message.timestamp.after.max.ms': '9999999999999' };
    await ensureTopics(fixture.brokers, [{ topic: topics, settings }]);
    const groupId = fixture.name('group');
    const timestamp = String(Date.now() + 7_200_000);
    await fixture.write(topics, [{ value: 'not JSON', timestamp }]);
    start({ topics, groupId, output: 'json' });
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 1, 30_000);
    const [letter] = await fixture.readAll(`${topics}.dlq`);
    assert.equal(letter?.headers?.['dead-letter-timestamp']?.toString(), timestamp);
  });

  it('goes on without dead letters where the setting says so', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, ['x']);
    const flow = start({ topics, groupId, output: 'json', deadLetters: false });
    await until('the bad record', () => flow.aside.length === 1);
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 1);
    assert.equal((await fixture.admin.listTopics()).includes(`${topics}.dlq`), false);
  });

  it('commits by itself when handing on confirms', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(3000));
    const flow = start({ topics, groupId, confirm: 'handed-on', maxInFlight: 100 });
    await until('all', () => flow.out.length === 3000);
    assert.deepEqual(flow.payloads(), numbered(3000));
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 3000);
  });

  it('reports what nobody confirms in time, once, with its place', async () => {
    const topics = await fixture.createTopic();
    await fixture.write(topics, numbered(3));
    const flow = start({ topics, groupId: fixture.name('group'), confirmTimeoutSeconds: 1 });
    await until('the records', () => flow.out.length === 3);
    confirm(flow.out[0] ?? {});
    const [report] = await until('a report', () => (flow.reports.length > 0 ? flow.reports : undefined));
    assert.ok(report?.error instanceof UserError);
    assert.equal(report.error.key, 'kafka-consumer.errors.unconfirmed');
    assert.deepEqual(report.error.params, { topic: topics, partition: 0, offset: '1', count: 2, seconds: 1 });
    assert.deepEqual(report.about?.kafka, { topic: topics, partition: 0, offset: '1' });
    assert.equal(flow.consumer.overview().overdue, 2);
    assert.equal(flow.out.length, 3);
    flow.out.forEach(confirm);
    await until('no longer overdue', () => flow.consumer.overview().overdue === 0);
    assert.equal(flow.reports.length, 1);
  });

  it('hands on again what nobody confirms in time, and then puts it into the dead letters', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, ['stuck', 'fine']);
    const flow = start(
      { topics, groupId, confirmTimeoutSeconds: 1, onUnconfirmed: 'dead-letter', maxTries: 3 },
      (message) => message.payload === 'fine' && confirm(message),
    );
    await until('the dead letter', () => flow.aside.length === 1, 20_000);
    assert.deepEqual(flow.payloads(), ['stuck', 'fine', 'stuck', 'stuck']);
    assert.equal((flow.aside[0]?.error as { reason: string }).reason, 'unconfirmed');
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 2);
  });

  it('waits for what somebody holds, whole or in all of its pieces, until a deploy', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, ['held', 'held in pieces', 'lost', 'one piece lost']);
    const onMessage = (message: PipelineMessage): void => {
      const pieces = { id: String(message.kafka?.offset), count: 2 };
      if (message.payload === 'held') hold(message);
      if (message.payload === 'held in pieces')
        for (const index of [0, 1]) hold({ ...message, parts: { ...pieces, index } });
      if (message.payload === 'one piece lost') hold({ ...message, parts: { ...pieces, index: 0 } });
    };
    const settings = { confirmTimeoutSeconds: 1, onUnconfirmed: 'dead-letter', maxTries: 2 };
    const flow = start({ topics, groupId, ...settings }, onMessage);
    await until('two dead letters', () => flow.aside.length === 2, 20_000);
    assert.deepEqual(
      flow.aside.map(({ payload }) => String(payload)),
      ['lost', 'one piece lost'],
    );
    const times = (payload: string) => flow.payloads().filter((each) => each === payload).length;
    assert.deepEqual([times('held'), times('held in pieces')], [1, 1]);
    await until('nothing late', () => flow.consumer.overview().overdue === 0);
    flow.consumer.deployed();
    await until('both again', () => times('held') === 2 && times('held in pieces') === 2);
    flow.out.forEach(confirm);
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 4);
  });

  it('hands on again after a deploy what the flow has not confirmed', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(4));
    const flow = start({ topics, groupId });
    await until('the records', () => flow.out.length === 4);
    confirm(flow.out[1] ?? {});
    flow.consumer.deployed();
    await until('three of them again', () => flow.out.length === 7);
    assert.deepEqual(flow.payloads().slice(4), ['0', '2', '3']);
    // The message that was still somewhere before the deploy is the same record: its confirmation counts.
    flow.out.slice(0, 4).forEach(confirm);
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 4);
  });

  it('pauses and resumes at a command', async () => {
    const topics = await fixture.createTopic();
    const flow = start({ topics, groupId: fixture.name('group') }, confirm);
    await until('the assignment', () => flow.consumer.overview().partitions === 1);
    flow.consumer.pause();
    await fixture.write(topics, ['later']);
    await until('it says so', () => flow.consumer.overview().paused);
    assert.equal(flow.out.length, 0);
    flow.consumer.resume();
    await until('the record', () => flow.out.length === 1);
  });

  it('seeks, and commits where it has been moved to', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(10));
    const flow = start({ topics, groupId }, confirm);
    await until('the records', () => flow.out.length === 10);
    await flow.consumer.seek({ target: { offset: '8' } });
    await until('two of them again', () => flow.out.length === 12);
    assert.deepEqual(flow.payloads().slice(10), ['8', '9']);
    await flow.consumer.seek({ target: 'beginning' });
    await until('all of them again', () => flow.out.length === 22);
    await flow.consumer.seek({ topic: topics, partition: 0, target: { offset: '3' } });
    await flow.consumer.seek({ target: 'end' });
    await until('the commit', async () => (await fixture.committed(groupId, topics))[0] === 10);
    await assert.rejects(
      flow.consumer.seek({ topic: 'another', target: 'end' }),
      (error: UserError) => error.key === 'kafka-consumer.errors.seek-topic-not-assigned',
    );
  });

  it('says on its second output how many records retention took before it read them', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(10));
    const first = start({ topics, groupId });
    await until('the records', () => first.out.length === 10);
    first.out.slice(0, 2).forEach(confirm);
    await stop(first);
    await fixture.deleteBefore(topics, '6');
    const second = start({ topics, groupId });
    await until('the rest', () => second.out.length === 4);
    assert.equal(second.consumer.overview().missed, 4);
    const [message] = second.aside;
    assert.equal((message?.error as { missed: number }).missed, 4);
    assert.equal(message?.kafka?.firstOffset, '2');
    assert.equal(message?.kafka?.lastOffset, '6');
  });

  it('commits nothing of a topic that was made again for records of the one before it', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, numbered(10, 'old '));
    const flow = start({ topics, groupId });
    await until('the old records', () => flow.out.length === 10);
    flow.consumer.pause();
    await until('it says so', () => flow.consumer.overview().paused);
    await fixture.admin.deleteTopics({ topics: [topics] });
    await fixture.createTopic(topics);
    await fixture.write(topics, numbered(20, 'new '));
    flow.consumer.resume();
    const wanted = numbered(20, 'new ');
    await until('all new records', () => wanted.every((value) => flow.payloads().includes(value)), 30_000);
    // The flow still has the last of the old ones, as well as all of the new ones.
    flow.out.slice(0, 9).forEach(confirm);
    await stop(flow);
    assert.deepEqual(await fixture.committed(groupId, topics), [0]);
    const again = start({ topics, groupId }, confirm);
    await until('all new records once more', () => again.payloads().includes('new 19'));
    assert.deepEqual(again.payloads(), wanted);
  });

  it('counts confirmations of deliveries that it does not know instead of failing', async () => {
    const topics = await fixture.createTopic();
    await fixture.write(topics, ['a']);
    const flow = start({ topics, groupId: fixture.name('group') });
    const message = await until('the record', () => flow.out[0]);
    confirm(message);
    confirm(message);
    const delivery = message.kafka?.delivery as string;
    confirm({ kafka: { delivery: [`${delivery.split('/')[0]}/older.1.1`, 'nobody/x'] } });
    assert.equal(flow.consumer.overview().unknownConfirmations, 2);
  });

  it('closes within a few seconds though the flow never confirms', async () => {
    const topics = await fixture.createTopic();
    await fixture.write(topics, ['a']);
    const flow = start({ topics, groupId: fixture.name('group') });
    await until('the record', () => flow.out.length === 1);
    const begin = Date.now();
    await stop(flow);
    assert.ok(Date.now() - begin < 4_000, `${Date.now() - begin} ms`);
  });
});
