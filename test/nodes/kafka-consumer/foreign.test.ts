import assert from 'node:assert/strict';
import { util } from '@node-red/util';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import { FetchedRun } from '../../../nodes/kafka-cluster/patched-kafkajs';
import type { RecordLimits } from '../../../nodes/kafka-cluster/records/limits';
import { readConsumerConfig, type ConsumerConfig } from '../../../nodes/kafka-consumer/config';
import { RecordConsumer } from '../../../nodes/kafka-consumer/consumer';
import type { AsideError } from '../../../nodes/kafka-consumer/delivery/message';
import { confirm } from '../../../nodes/shared/deliveries';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import type { RecordHeaders } from '../../../nodes/shared/record-headers';
import { UserError } from '../../../nodes/shared/user-error';
import { ownMessages } from '../../support/outgoing';
import { until } from '../../support/until';
import { checked } from '../kafka-cluster/records/batches';
import { KafkaFixture, numbered } from './kafka-fixture';

describe('the kafka-consumer with records of others, with a real Kafka', function () {
  this.timeout(60_000);
  let fixture: KafkaFixture;
  let client: Kafka;
  let cluster: KafkaJsCluster;
  const running: RecordConsumer[] = [];
  let count = 0;

  before(async () => {
    fixture = await KafkaFixture.connect();
    client = new Kafka({ brokers: [fixture.brokers], logLevel: logLevel.NOTHING });
    cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId: 'test' }, () => undefined);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((consumer) => consumer.close()));
  });
  after(async () => {
    await cluster.drained();
    await fixture.close();
  });

  function start(config: ConsumerConfig, onMessage: (message: PipelineMessage) => void = confirm) {
    const out: PipelineMessage[] = [];
    const aside: PipelineMessage[] = [];
    const reports: Error[] = [];
    const settings = readConsumerConfig({ output: 'json', confirm: 'flow', deadLetters: false, ...config });
    const consumer = new RecordConsumer(`foreign${count++}`, settings, cluster, {
      send: (message) => {
        out.push(message);
        onMessage(message);
      },
      sendAside: (message) => aside.push(message),
      report: (error) => reports.push(error),
      warn: () => undefined,
    });
    running.push(consumer);
    consumer.start();
    const reasons = () => aside.map(({ error }) => (error as AsideError).reason);
    return { consumer, out, aside, reports, reasons };
  }

  async function committed(groupId: string, topic: string, offset: number): Promise<void> {
    await until(
      `${offset} to be committed`,
      async () => (await fixture.committed(groupId, topic))[0] === offset,
    );
  }

  it('hands on headers that are null or stand several times, whatever their name is', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, [
      { value: '1', headers: { x: ['1', null], nada: null } },
      { value: '2', headers: { 'reading-id': null } },
      { value: '3', headers: { constructor: 'c', hasOwnProperty: 'h' } },
      { value: '4' },
    ]);
    const { out, aside } = start({ topics, groupId });
    await until('4 records', () => out.length === 4);
    assert.deepEqual(out[0]?.kafka?.headers, { x: [Buffer.from('1'), null], nada: null });
    assert.deepEqual(out[1]?.kafka?.headers, { 'reading-id': null });
    assert.equal(out[1]?.readingId, undefined);
    assert.deepEqual(Object.keys(out[2]?.kafka?.headers ?? {}), ['constructor', 'hasOwnProperty']);
    assert.equal(aside.length, 0);
    await committed(groupId, topics, 4);
  });

  it('sets aside what has a header that would change what copies of its message are made of', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, [
      { value: '1', headers: JSON.parse('{"__proto__":"p","ok":"c"}') as RecordHeaders },
      { value: '2' },
    ]);
    const { out, aside } = start({ topics, groupId });
    await until('the second record', () => out.length === 1);
    await until('the first one to be set aside', () => aside.length === 1);
    const copy = util.cloneMessage(util.cloneMessage(aside[0] as never)) as { kafka: { headers: object } };
    assert.deepEqual(Object.keys(copy.kafka.headers), ['ok']);
    await committed(groupId, topics, 2);
  });

  it('sets aside what has 20,000 headers, is nested 5,000 deep or can be no message, and goes on at once', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    const headers = Object.fromEntries(numbered(20_000, 'h').map((name) => [name, 'x']));
    await fixture.write(topics, [
      { value: '1', headers },
      '['.repeat(5_000) + ']'.repeat(5_000),
      '{"good":1}',
      '{"unlucky":1}',
      '{"good":2}',
    ]);
    const flow = start({ topics, groupId }, (message) => {
      if ('unlucky' in (message.payload as object)) throw new RangeError('nobody foresaw this');
      confirm(message);
    });
    await until('the last one', () => flow.aside.length === 3 && flow.out.length === 3);
    assert.deepEqual(flow.reasons().sort(), ['bounds', 'failed', 'headers']);
    const failed = flow.aside.find(({ error }) => (error as AsideError).reason === 'failed');
    assert.equal(failed?.kafka?.offset, '3');
    assert.match((failed?.error as AsideError).message, /nobody foresaw this\n +at /);
    await committed(groupId, topics, 5);
  });

  it('sets aside, with its place, a batch that unpacks to more than it may', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    const producer = client.producer();
    await producer.connect();
    const value = Buffer.alloc(3 * 2 ** 20);
    await producer.send({
      topic: topics,
      compression: CompressionTypes.GZIP,
      messages: [{ value }, { value }],
    });
    await producer.disconnect();
    await fixture.write(topics, ['{"after":1}']);
    const flow = start({ topics, groupId, maxBatchMB: 2 });
    await until('the record after it', () => flow.out.length === 1 && flow.aside.length === 1);
    assert.deepEqual(flow.reasons(), ['batch-size']);
    assert.equal(flow.aside[0]?.kafka?.offset, '0');
    assert.match((flow.aside[0]?.error as AsideError).message, /offsets 0 to 1/);
    await committed(groupId, topics, 3);
  });

  it('sets aside, with its place, a batch whose checksum is wrong though it can be read', async () => {
    const topics = await fixture.createTopic(undefined, 2);
    const groupId = fixture.name('group');
    await fixture.write(topics, ['{"p":0}', '{"p":0}'], 0);
    await fixture.write(topics, ['{"after":0}'], 0);
    await fixture.write(topics, ['{"p":1}'], 1);
    const restore = replaceRead(function (this: FetchedRun, read, limits) {
      if (this.topic === topics && this.partition === 0 && this.fetchedOffset === '0') {
        const first = firstBatch(this.bytes);
        const digit = first.lastIndexOf('0');
        if (digit > 0) first[digit] = 0x39;
      }
      return read.call(this, limits);
    });
    try {
      const flow = start({ topics, groupId });
      await until('what is sound', () => flow.out.length === 2 && flow.aside.length === 1);
      assert.deepEqual(flow.out.map(({ payload }) => JSON.stringify(payload)).sort(), [
        '{"after":0}',
        '{"p":1}',
      ]);
      assert.deepEqual(flow.reasons(), ['batch-damaged']);
      const [aside] = flow.aside;
      assert.deepEqual([aside?.kafka?.partition, aside?.kafka?.offset], [0, '0']);
      assert.equal((aside?.error as AsideError).message, 'offsets 0 to 1: its checksum is wrong');
      await committed(groupId, topics, 3);
    } finally {
      restore();
    }
  });

  it('reads a batch of 150,000 records, each once and in order', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    const producer = client.producer();
    await producer.connect();
    const said = numbered(150_000).map((value) => ({ value }));
    const messages = ownMessages(0, said);
    await producer.send({ topic: topics, compression: CompressionTypes.GZIP, messages });
    await producer.disconnect();
    let next = 0;
    start({ topics, groupId, mode: 'batch', maxInFlight: 20_000 }, (message) => {
      for (const value of message.payload as number[]) assert.equal(value, next++);
      confirm(message);
    });
    await until('all of them', () => next === 150_000, 50_000);
    await committed(groupId, topics, 150_000);
  });

  it('commits what it has passed when a topic ends with 50 aborted transactions', async () => {
    const topics = await fixture.createTopic();
    const groupId = fixture.name('group');
    await fixture.write(topics, ['{"n":1}']);
    const producer = client.producer({
      transactionalId: fixture.name('tx'),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (let i = 0; i < 50; i++) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: topics, messages: [{ value: '{"never":1}' }] });
      await transaction.abort();
    }
    await producer.disconnect();
    const { out } = start({ topics, groupId });
    await committed(groupId, topics, 101);
    assert.deepEqual(
      out.map(({ payload }) => payload),
      [{ n: 1 }],
    );
  });

  it('waits in front of a codec that nobody knows, says so, lets others go on, and moves on with seek', async () => {
    const topics = await fixture.createTopic(undefined, 2);
    const groupId = fixture.name('group');
    await fixture.write(topics, ['{"p":0}', '{"p":0}'], 0);
    await fixture.write(topics, ['{"p":1}'], 1);
    const restore = replaceRead(function (this: FetchedRun, read, limits) {
      // The lowest bits of its attributes are the codec's number. A broker would not take such a batch.
      if (this.topic === topics && this.partition === 0 && this.bytes.length > 0) {
        const first = firstBatch(this.bytes);
        first[22] = first[22]! | 6;
        checked(first);
      }
      return read.call(this, limits);
    });
    try {
      const flow = start({ topics, groupId });
      await until('the other partition', () => flow.out.length === 1);
      const [error] = await until('the report', () => flow.reports.length > 0 && flow.reports);
      assert.ok(error instanceof UserError);
      assert.equal(error.key, 'kafka-consumer.errors.blocked');
      const place = { topic: topics, partition: 0, offset: '0', codec: '6' };
      assert.deepEqual(error.params, place);
      assert.deepEqual(flow.consumer.overview().blocked, [place]);
      await fixture.write(topics, ['{"p":1}'], 1);
      await until('more of the other partition', () => flow.out.length === 2);
      assert.equal(flow.reports.length, 1);
      restore();
      await flow.consumer.seek({ topic: topics, partition: 0, target: { offset: '1' } });
      await until('what stands behind it', () => flow.out.length === 3);
      assert.deepEqual(flow.consumer.overview().blocked, []);
    } finally {
      restore();
    }
  });
});

type Read = (this: FetchedRun, limits: RecordLimits) => Promise<void>;

function firstBatch(bytes: Buffer): Buffer {
  return bytes.length === 0 ? bytes : bytes.subarray(0, 12 + bytes.readInt32BE(8));
}

/** @returns what puts the real one back */
function replaceRead(
  replacement: (this: FetchedRun, read: Read, limits: RecordLimits) => Promise<void>,
): () => void {
  const real = Object.getOwnPropertyDescriptor(FetchedRun.prototype, 'read')!;
  const read: Read = function (limits) {
    return replacement.call(this, real.value as Read, limits);
  };
  Object.defineProperty(FetchedRun.prototype, 'read', { ...real, value: read });
  return () => void Object.defineProperty(FetchedRun.prototype, 'read', real);
}
