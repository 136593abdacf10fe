import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { readConsumerConfig } from '../../../../nodes/kafka-consumer/config';
import { RecordConsumer, type RecordConsumerListener } from '../../../../nodes/kafka-consumer/consumer';
import { confirm } from '../../../../nodes/shared/deliveries';
import type { PipelineMessage } from '../../../../nodes/shared/messages';
import { newReadingId } from '../../../../nodes/shared/reading-id';
import { UserError } from '../../../../nodes/shared/user-error';
import { until } from '../../../support/until';
import { KafkaFixture, numbered } from '../kafka-fixture';

const PARTITIONS = 48;
const RECORDS_PER_SEND = 500;
const RECORDS_EACH = 4 * RECORDS_PER_SEND;
const MAX_GROWTH_MB = 80;
/** More than may be confirmed behind one that is not. */
const FORGETFUL_RECORDS = 120_000;
const MAX_FORGOTTEN_MB = 15;
/** Nothing has come for so long: the fetching is paused everywhere. */
const QUIET_MS = 1_000;

/** A consumer of the real Kafka for the tests of one `describe`, and what its flow has been given. */
class ConsumerUnderTest {
  fixture!: KafkaFixture;
  received = 0;
  private lastAt = Date.now();
  private cluster: KafkaJsCluster | undefined;
  private consumer: RecordConsumer | undefined;

  constructor() {
    before(async () => {
      this.fixture = await KafkaFixture.connect();
      this.cluster = new KafkaJsCluster(
        { brokers: [this.fixture.brokers], clientId: 'test' },
        () => undefined,
      );
    });
    after(async () => {
      await this.consumer?.close();
      await this.cluster?.drained();
      await this.fixture?.close();
    });
  }

  /** Nothing has come for a while: the fetching is paused. */
  get isQuiet(): boolean {
    return Date.now() - this.lastAt > QUIET_MS;
  }

  start(
    topics: string,
    groupId: string,
    flow: Pick<RecordConsumerListener, 'send' | 'report'>,
  ): RecordConsumer {
    assert.ok(this.cluster);
    const settings = readConsumerConfig({ topics, groupId, confirm: 'flow' });
    this.consumer = new RecordConsumer('memory', settings, this.cluster, {
      send: (message) => {
        this.received++;
        this.lastAt = Date.now();
        flow.send(message);
      },
      sendAside: () => assert.fail('nothing is to be set aside'),
      warn: () => undefined,
      report: (error) => flow.report(error),
    });
    this.consumer.start();
    return this.consumer;
  }
}

describe('a kafka-consumer of 48 partitions whose flow confirms nothing', function () {
  this.timeout(120_000);
  const test = new ConsumerUnderTest();

  it(`grows by less than ${MAX_GROWTH_MB} MB, and one that stays stuck keeps no other from going on`, async () => {
    const topics = await test.fixture.createTopic(undefined, PARTITIONS);
    const reading = {
      nodo: 'comuna_15',
      humedad: 61,
      temperatura: 26,
      sensacion: 26.92732,
      radiacion: 1997.07,
    };
    const messages = numbered(RECORDS_PER_SEND).map((n) => ({
      key: 'comuna_15',
      value: JSON.stringify({ ...reading, n, fecha: '2026-11-24', hora: '10:00:00' }),
      headers: { 'reading-id': newReadingId() },
    }));
    const kafka = new Kafka({ brokers: [test.fixture.brokers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    for (let n = 0; n < PARTITIONS * RECORDS_EACH; n += RECORDS_PER_SEND) {
      const partition = (n / RECORDS_PER_SEND) % PARTITIONS;
      await producer.send({ topic: topics, messages: messages.map((each) => ({ ...each, partition })) });
    }
    await producer.disconnect();
    const held: PipelineMessage[] = [];
    let stuck = (): boolean => true;
    const before = liveMemoryMB();
    test.start(topics, test.fixture.name('group'), {
      send: (message) => {
        if (stuck() || message.kafka?.partition === 0) held.push(message);
        else confirm(message);
      },
      report: (error) => assert.fail(error),
    });

    await until('the fetching to pause', () => test.received > 0 && test.isQuiet, 60_000);
    const grown = liveMemoryMB() - before;
    console.log(`      ${test.received} records held, ${grown.toFixed(0)} MB`);
    const all = PARTITIONS * RECORDS_EACH;
    assert.ok(test.received < all, 'there is more than is fetched');
    assert.ok(grown < MAX_GROWTH_MB, `grown by ${grown.toFixed(0)} MB`);

    stuck = () => false;
    for (const message of held) if (message.kafka?.partition !== 0) confirm(message);
    await until('all of the others', () => test.received >= all - RECORDS_EACH, 60_000);
  });
});

describe('a kafka-consumer whose flow forgets one record', function () {
  this.timeout(120_000);
  const test = new ConsumerUnderTest();

  it(`grows by less than ${MAX_FORGOTTEN_MB} MB, says which record it waits for, and goes on once that is confirmed`, async () => {
    const topics = await test.fixture.createTopic();
    const groupId = test.fixture.name('group');
    const value = JSON.stringify({ nodo: 'comuna_15', text: 'x'.repeat(150) });
    const values = Array.from({ length: 1000 }, () => value);
    for (let n = 0; n < FORGETFUL_RECORDS; n += values.length) await test.fixture.write(topics, values);

    let forgotten: PipelineMessage | undefined;
    const reports: string[] = [];
    const before = liveMemoryMB();
    const consumer = test.start(topics, groupId, {
      send: (message) => {
        if (message.kafka?.offset === '100') forgotten = message;
        else confirm(message);
      },
      report: (error) => reports.push(error instanceof UserError ? error.key : error.message),
    });

    await until('the partition to pause', () => consumer.overview().stuck !== undefined, 60_000);
    await until('the last of what was fetched', () => test.isQuiet);
    const grown = liveMemoryMB() - before;
    console.log(`      ${test.received} records behind the forgotten one, ${grown.toFixed(0)} MB`);
    assert.ok(test.received < FORGETFUL_RECORDS, 'there is more than is fetched');
    assert.ok(grown < MAX_FORGOTTEN_MB, `grown by ${grown.toFixed(0)} MB`);
    assert.deepEqual(reports, ['kafka-consumer.errors.stuck']);
    const { topic, partition, offset } = consumer.overview().stuck ?? {};
    assert.deepEqual({ topic, partition, offset }, { topic: topics, partition: 0, offset: '100' });

    assert.ok(forgotten);
    confirm(forgotten);
    await until('the rest', () => test.received >= FORGETFUL_RECORDS, 60_000);
    assert.equal(consumer.overview().stuck, undefined);
    await until(
      'the commit',
      async () => (await test.fixture.committed(groupId, topics))[0] === FORGETFUL_RECORDS,
    );
  });
});

/** What is alive, in the heap and in buffers beside it. */
function liveMemoryMB(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
