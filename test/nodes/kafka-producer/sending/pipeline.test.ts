import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { readProducerConfig, type ProducerConfig } from '../../../../nodes/kafka-producer/config';
import { OutboxDisk } from '../../../../nodes/kafka-producer/outbox/disk';
import { Pipeline } from '../../../../nodes/kafka-producer/sending/pipeline';
import { contentOf, type ProducerRecord } from '../../../../nodes/kafka-producer/record/entry';
import type { RecordFields } from '../../../../nodes/kafka-producer/record/record';
import { newReadingId } from '../../../../nodes/shared/reading-id';
import type { UserError } from '../../../../nodes/shared/user-error';
import { KafkaCluster, ensureTopics } from '../../../../stack/kafka/cluster';
import { readTopic, type ReadRecord } from '../../../support/read-topic';
import { until } from '../../../support/until';
import { removeFolders, temporaryFolder } from '../record/records';

/** A pipeline with what it has reported. */
class Harness {
  readonly acknowledged: { id: string; partition: number; offset: string | undefined }[] = [];
  readonly refused: { record: ProducerRecord; error: Error }[] = [];
  readonly held: { record: ProducerRecord; error: Error }[] = [];
  readonly warnings: Error[] = [];
  /** ids whose message was done, and errors of the others */
  readonly done: string[] = [];
  readonly failed: UserError[] = [];
  readonly pipeline: Pipeline;

  constructor(
    cluster: KafkaJsCluster,
    readonly topic: string,
    config: ProducerConfig = {},
    readonly directory = temporaryFolder(),
  ) {
    this.pipeline = new Pipeline(readProducerConfig(config), cluster, directory, {
      acknowledged: (records, offsetOf) =>
        records.forEach((record, i) => {
          const { partition } = record;
          this.acknowledged.push({ id: readingIdOf(record), partition, offset: offsetOf(i) });
        }),
      refused: (record, error) => this.refused.push({ record, error }),
      held: (record, error) => this.held.push({ record, error }),
      warning: (error) => this.warnings.push(error),
    });
  }

  accept(fields: Partial<RecordFields>): string {
    const readingId = newReadingId();
    const all = {
      payload: 'x',
      topic: this.topic,
      key: '',
      partition: '',
      headers: '',
      messageId: 'm',
      readingId,
    };
    this.pipeline.accept({ ...all, ...fields }, (error) => {
      if (error) this.failed.push(error as UserError);
      else this.done.push(readingId);
    });
    return readingId;
  }

  acceptMany(count: number, from = 0, keys = 4): string[] {
    return Array.from({ length: count }, (_, i) =>
      this.accept({ payload: { n: from + i }, key: `nodo${(from + i) % keys}` }),
    );
  }
}

describe('kafka-producer: pipeline with a real Kafka', function () {
  this.timeout(180_000);
  let dir: string;
  let stack: KafkaCluster;
  let cluster: KafkaJsCluster;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'pipeline-'));
    stack = await KafkaCluster.prepare({ dir });
    await stack.start();
    cluster = new KafkaJsCluster({ brokers: [stack.bootstrap], clientId: 'test' }, () => undefined);
  });

  after(async () => {
    await stack.stop();
    await rm(dir, { recursive: true, force: true });
    removeFolders();
  });

  async function topic(partitions = 4, settings: Record<string, string> = {}): Promise<string> {
    const name = `pipeline-${randomUUID()}`;
    await ensureTopics(stack.bootstrap, [{ topic: name, partitions }]);
    const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
    if (configEntries.length === 0) return name;
    const admin = new Kafka({ brokers: [stack.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
    });
    await admin.disconnect();
    return name;
  }

  async function setCleanup(name: string, value: string): Promise<void> {
    const admin = new Kafka({ brokers: [stack.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const configEntries = [{ name: 'cleanup.policy', value }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
    });
    await admin.disconnect();
  }

  it('is done when a record is stored, and tells partition and offset when Kafka has it', async () => {
    const harness = new Harness(cluster, await topic());
    const ids = harness.acceptMany(500);
    await until('all to be acknowledged', () => harness.acknowledged.length === 500);
    assert.deepEqual(harness.done, ids);
    const records = await readTopic(stack.bootstrap, harness.topic, 500);
    assert.equal(records.length, 500);
    const places = new Map(records.map((one) => [idOf(one), `${one.partition}/${one.offset}`]));
    for (const { id, partition, offset } of harness.acknowledged)
      assert.equal(places.get(id), `${partition}/${offset}`);
    checkOrder(records);
    await harness.pipeline.close();
    assert.deepEqual(harness.failed, []);
  });

  it('sends a lone record at once', async () => {
    const harness = new Harness(cluster, await topic());
    harness.accept({});
    await until('the first', () => harness.acknowledged.length === 1);
    const times: number[] = [];
    for (let i = 2; i < 22; i++) {
      const start = performance.now();
      harness.accept({});
      await until('the next', () => harness.acknowledged.length === i);
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[10] ?? 0;
    assert.ok(median < 60, `${median} ms`);
    await harness.pipeline.close();
  });

  for (const outbox of [true, false]) {
    it(`goes on after the broker was killed ${outbox ? 'with' : 'without'} the outbox: none lost, none doubled, in order`, async () => {
      const harness = new Harness(cluster, await topic(), { outbox });
      const [broker] = stack.brokers;
      assert.ok(broker);
      const total = 6_000;
      let sent = 0;
      const timer = setInterval(() => {
        if (sent < total) harness.acceptMany(30, sent);
        sent = Math.min(total, sent + 30);
      }, 20);
      try {
        await until('some to be acknowledged', () => harness.acknowledged.length > 1_000);
        broker.kill('SIGKILL');
        await broker.exited;
        await until(
          'the status to tell it',
          () => harness.pipeline.facts().connection.state === 'retrying',
          10_000,
        );
        await until('all to be sent', () => sent === total, 30_000);
      } finally {
        clearInterval(timer);
        await broker.start();
      }
      const back = Date.now();
      await until('all to be acknowledged', () => harness.acknowledged.length >= total, 60_000);
      assert.ok(Date.now() - back < 10_000, `${Date.now() - back} ms until all were there`);
      const records = await readTopic(stack.bootstrap, harness.topic, total);
      assert.equal(new Set(records.map(idOf)).size, total);
      assert.equal(records.length, total);
      checkOrder(records);
      assert.equal(harness.done.length, total);
      assert.deepEqual(harness.failed, []);
      await harness.pipeline.close();
    });
  }

  it('says that a broker was lost while nothing is being sent, and that it is back', async () => {
    const harness = new Harness(cluster, await topic());
    harness.accept({});
    await until('the record to be acknowledged', () => harness.acknowledged.length === 1);
    const [broker] = stack.brokers;
    broker?.kill('SIGKILL');
    await until('the loss to be told', () => harness.pipeline.facts().connection.state === 'retrying', 4_000);
    await broker?.exited;
    await broker?.start();
    await until(
      'the return to be told',
      () => harness.pipeline.facts().connection.state === 'connected',
      8_000,
    );
    await harness.pipeline.close();
  });

  it('goes on over a fresh connection when the broker stands still', async () => {
    const harness = new Harness(cluster, await topic());
    harness.accept({ payload: { n: 0 }, key: 'nodo' });
    await until('the record to be acknowledged', () => harness.acknowledged.length === 1);
    const [broker] = stack.brokers;
    broker?.kill('SIGSTOP');
    for (let n = 1; n <= 100; n++) harness.accept({ payload: { n }, key: 'nodo' });
    await until(
      'the stand-still to be told',
      () => harness.pipeline.facts().connection.state === 'retrying',
      15_000,
    );
    broker?.kill('SIGCONT');
    await until('all to be acknowledged', () => harness.acknowledged.length === 101, 15_000);
    const records = await readTopic(stack.bootstrap, harness.topic, 101);
    assert.equal(records.length, 101);
    checkOrder(records);
    await harness.pipeline.close();
  });

  it('sends what was left from the last run first', async () => {
    const away = new KafkaJsCluster({ brokers: ['127.0.0.1:1'], clientId: 'test' }, () => undefined);
    const name = await topic();
    const first = new Harness(away, name);
    first.acceptMany(1_000);
    await until('all to be stored', () => first.done.length === 1_000);
    await first.pipeline.close();

    const second = new Harness(cluster, name, {}, first.directory);
    second.acceptMany(1_000, 1_000);
    await until('all to be acknowledged', () => second.acknowledged.length === 2_000);
    const records = await readTopic(stack.bootstrap, name, 2_000);
    assert.equal(records.length, 2_000);
    checkOrder(records);
    await second.pipeline.close();
  });

  it('holds records of a topic that is missing, says so within seconds, and sends them when it is there', async () => {
    const name = `late-${randomUUID()}`;
    const harness = new Harness(cluster, name);
    harness.acceptMany(10);
    await until('the error', () => harness.held.length > 0, 5_000);
    assert.equal((harness.held[0]?.error as UserError).key, 'kafka-cluster.errors.topic-missing');
    assert.ok(harness.pipeline.facts().problem);
    const other = await topic();
    harness.accept({ topic: other });
    await until('another topic not to be held up', () => harness.acknowledged.length === 1);
    await ensureTopics(stack.bootstrap, [{ topic: name }]);
    await until('all to be acknowledged', () => harness.acknowledged.length === 11, 10_000);
    assert.equal(harness.held.length, 1);
    assert.equal(harness.pipeline.facts().problem, undefined);
    await harness.pipeline.close();
  });

  it('gives an error within seconds for a topic that is missing, without the outbox', async () => {
    const harness = new Harness(cluster, `missing-${randomUUID()}`, { outbox: false });
    harness.accept({});
    await until('the error', () => harness.failed.length === 1, 5_000);
    assert.equal(harness.failed[0]?.key, 'kafka-cluster.errors.topic-missing');
    await harness.pipeline.close();
  });

  it('creates a topic that is missing, where it may', async () => {
    const harness = new Harness(cluster, `made-${randomUUID()}`, { createTopics: true });
    harness.accept({});
    await until('the record to be acknowledged', () => harness.acknowledged.length === 1);
    await harness.pipeline.close();
  });

  it('creates it as it was told to, and warns where there are too few brokers for that', async () => {
    const told = { createTopics: true, topicPartitions: '5', topicReplicas: '3', topicRetentionDays: '2' };
    const harness = new Harness(cluster, `made-${randomUUID()}`, told);
    harness.accept({});
    await until('the record to be acknowledged', () => harness.acknowledged.length === 1);
    const { admin, release } = cluster.acquireAdmin();
    const [made] = await admin.describeTopics([harness.topic]);
    assert.equal(made?.partitions.length, 5);
    assert.equal(made.partitions[0]?.replicas.length, 1);
    const settings = (await admin.topicSettings([harness.topic])).get(harness.topic);
    assert.equal(settings?.retentionMs, 2 * 86_400_000);
    release();
    const [warning, ...others] = harness.warnings as UserError[];
    assert.equal(others.length, 0);
    assert.equal(warning?.key, 'kafka-cluster.errors.fewer-replicas');
    assert.deepEqual(warning.params, { topic: harness.topic, asked: 3, made: 1 });
    await harness.pipeline.close();
  });

  it('keeps what comes while a topic is deleted, and sends it to the one that is made in its place', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', onWarning);
    const harness = new Harness(cluster, await topic(4));
    harness.acceptMany(20);
    await until('the first to be acknowledged', () => harness.acknowledged.length === 20);
    const admin = new Kafka({ brokers: [stack.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [harness.topic] });
    await until('it to be gone', async () => !(await admin.listTopics()).includes(harness.topic));
    const waiting = harness.acceptMany(20, 20);
    await until('the error', () => harness.held.length > 0, 20_000);
    assert.equal((harness.held[0]?.error as UserError).key, 'kafka-cluster.errors.topic-missing');
    await ensureTopics(stack.bootstrap, [{ topic: harness.topic, partitions: 2 }]);
    await until('the others to be acknowledged', () => harness.acknowledged.length === 40, 30_000);
    const records = await readTopic(stack.bootstrap, harness.topic, 20);
    assert.deepEqual(records.map(idOf).sort(), waiting.sort());
    checkOrder(records);
    assert.deepEqual(harness.refused, []);
    await admin.disconnect();
    await harness.pipeline.close();
    process.off('warning', onWarning);
    assert.deepEqual(warnings, [], 'what Node.js says of listeners that pile up');
  });

  it('refuses a record that alone is too large, with its size and the limit, and sends those beside it', async () => {
    const harness = new Harness(cluster, await topic(1));
    harness.accept({ payload: 'before' });
    harness.accept({ payload: 'x'.repeat(1_200_000) });
    harness.accept({ payload: 'after' });
    await until('the others to be acknowledged', () => harness.acknowledged.length === 2);
    const error = (harness.refused[0]?.error ?? harness.failed[0]) as UserError;
    assert.equal(error.key, 'kafka-producer.errors.too-large');
    assert.equal(error.params.limit, 1_048_588);
    // Known by now, so before it is stored.
    harness.accept({ payload: 'x'.repeat(1_200_000) });
    assert.equal(harness.failed.length, harness.refused.length === 1 ? 1 : 2);
    await harness.pipeline.close();
  });

  it('goes on beside a record that only the broker knows to be too large', async () => {
    // The node believes its own setting; the topic's limit is lower.
    const name = await topic(1, { 'max.message.bytes': '2000' });
    const harness = new Harness(cluster, name, { maxBatchBytes: '1000000' });
    const payloads = ['a', 'b', 'x'.repeat(3_000), 'c', 'd'];
    for (const payload of payloads) harness.accept({ payload });
    await until('the others to be acknowledged', () => harness.acknowledged.length === 4);
    assert.equal(harness.refused.length, 1);
    assert.equal((harness.refused[0]?.error as UserError).key, 'kafka-cluster.errors.too-large');
    for (const payload of ['e', 'f']) harness.accept({ payload });
    const values = (await readTopic(stack.bootstrap, harness.topic, 6)).map(({ value }) => value);
    assert.deepEqual(values, ['a', 'b', 'c', 'd', 'e', 'f']);
    await harness.pipeline.close();
  });

  it('refuses a partition that the topic does not have', async () => {
    const harness = new Harness(cluster, await topic(2));
    harness.accept({ partition: 1 });
    harness.accept({ partition: 2 });
    await until('the other to be acknowledged', () => harness.acknowledged.length === 1);
    await until('the refusal', () => harness.refused.length === 1);
    assert.equal((harness.refused[0]?.error as UserError).key, 'kafka-cluster.errors.partition-missing');
    await harness.pipeline.close();
  });

  it('limits the rate at which it sends', async () => {
    const harness = new Harness(cluster, await topic(), { drainRecordsPerSecond: '100' });
    const start = Date.now();
    harness.acceptMany(300);
    await until('all to be acknowledged', () => harness.acknowledged.length === 300);
    const took = Date.now() - start;
    assert.ok(took > 1_800 && took < 6_000, `${took} ms for 300 records at 100/s after a first 100`);
    await harness.pipeline.close();
  });

  it('compresses, and then leaves it to the broker whether a record is too large', async () => {
    const harness = new Harness(cluster, await topic(1), { compression: 'gzip' });
    harness.accept({ payload: 'x'.repeat(1_200_000) });
    await until('it to be acknowledged', () => harness.acknowledged.length === 1);
    await harness.pipeline.close();
  });

  it('gives back what is unsent when it is closed without the outbox', async () => {
    const away = new KafkaJsCluster({ brokers: ['127.0.0.1:1'], clientId: 'test' }, () => undefined);
    const harness = new Harness(away, 'any', { outbox: false });
    harness.acceptMany(10);
    const start = Date.now();
    await harness.pipeline.close();
    assert.ok(Date.now() - start < 5_000);
    assert.deepEqual(
      new Set(harness.failed.map(({ key }) => key)),
      new Set(['kafka-producer.errors.not-sent']),
    );
    assert.equal(harness.failed.length, 10);
  });

  it('keeps what was stored while its clock was ahead, says so, and sends all when it is right', async () => {
    const realNow = Date.now;
    const harness = new Harness(cluster, await topic(1));
    Date.now = () => realNow() + 2 * 3_600_000;
    try {
      harness.acceptMany(10);
      await until('the trouble to be told', () => harness.held.length > 0);
      assert.equal((harness.held[0]?.error as UserError).key, 'kafka-cluster.errors.time-refused');
      assert.equal(harness.pipeline.facts().stats.count, 10);
    } finally {
      Date.now = realNow;
    }
    await until('all to be acknowledged', () => harness.acknowledged.length === 10, 20_000);
    const records = await readTopic(stack.bootstrap, harness.topic, 10);
    assert.equal(records.length, 10);
    checkOrder(records);
    assert.deepEqual(harness.refused, []);
    assert.equal(harness.pipeline.facts().problem, undefined);
    await harness.pipeline.close();
  });

  it('keeps a stored record apart that the broker refuses, and sends it again or deletes it when asked', async () => {
    const name = await topic(1, { 'cleanup.policy': 'compact' });
    const harness = new Harness(cluster, name);
    harness.acceptMany(5);
    harness.accept({ payload: { n: 5 } });
    harness.acceptMany(5, 6);
    await until('the others to be acknowledged', () => harness.acknowledged.length === 10);
    assert.equal(harness.done.length, 11);
    assert.equal((harness.refused[0]?.error as UserError).key, 'kafka-cluster.errors.record-refused');
    const refused = (): number => harness.pipeline.facts().stats.refused;
    await until('it to be counted', () => refused() === 1);
    await harness.pipeline.close();

    const next = new Harness(cluster, name, {}, harness.directory);
    await until('it to be counted again', () => next.pipeline.facts().stats.refused === 1);
    assert.equal(await next.pipeline.run({ action: 'retry-refused', topic: name }), 1);
    await until('it to be refused again', () => next.refused.length === 1);
    await setCleanup(name, 'delete');
    await until('it to be sent', async () => {
      await next.pipeline.run({ action: 'retry-refused', topic: undefined });
      return next.acknowledged.length === 1;
    });
    assert.equal(next.acknowledged[0]?.id, harness.refused[0] && readingIdOf(harness.refused[0].record));
    assert.equal(next.pipeline.facts().stats.refused, 0);
    await next.pipeline.close();
  });

  it('discards what waits for one topic when asked, and lets other topics go on meanwhile', async () => {
    const wrong = `typo-${randomUUID()}`;
    const harness = new Harness(cluster, await topic(1), { outboxMaxAgeSeconds: '1' });
    for (let i = 0; i < 20; i++) harness.accept({ topic: wrong });
    await until('the error', () => harness.held.length > 0);
    await until('them to be older than the bound', () => {
      const { oldest = Infinity } = harness.pipeline.facts().stats;
      return Date.now() - oldest > 1_500;
    });
    harness.accept({});
    await until('another topic to go on', () => harness.acknowledged.length === 1);
    assert.deepEqual(harness.failed, []);
    harness.accept({ topic: wrong });
    await until('more of the same to be refused', () => harness.failed.length === 1);
    assert.deepEqual(
      harness.failed.map(({ key }) => key),
      ['kafka-producer.errors.outbox-too-old'],
    );
    assert.equal(await harness.pipeline.run({ action: 'discard-waiting', topic: wrong }), 20);
    const { stats, problem } = harness.pipeline.facts();
    assert.equal(stats.count, 0);
    assert.equal(problem, undefined);
    await harness.pipeline.close();
  });

  it('sends what an outbox holds that was switched off, and then goes on without it', async () => {
    const away = new KafkaJsCluster({ brokers: ['127.0.0.1:1'], clientId: 'test' }, () => undefined);
    const first = new Harness(away, await topic(1));
    first.acceptMany(50);
    await until('all to be stored', () => first.done.length === 50);
    await first.pipeline.close();

    const second = new Harness(cluster, first.topic, { outbox: false }, first.directory);
    second.acceptMany(50, 50);
    await until('all to be acknowledged', () => second.acknowledged.length === 100);
    checkOrder(await readTopic(stack.bootstrap, first.topic, 100));
    await until('the outbox to be gone', () => !existsSync(first.directory));
    second.acceptMany(50, 100);
    await until('the rest to be done', () => second.done.length === 100);
    checkOrder(await readTopic(stack.bootstrap, first.topic, 150));
    await second.pipeline.close();
    assert.ok(!existsSync(first.directory));
    assert.deepEqual(second.failed, []);
  });

  it('lets go of the cluster also when its files can not be closed', async () => {
    const own = new KafkaJsCluster({ brokers: [stack.bootstrap], clientId: 'test' }, () => undefined);
    const harness = new Harness(own, await topic(1));
    harness.accept({});
    await until('the record to be acknowledged', () => harness.acknowledged.length === 1);
    const close = Object.getOwnPropertyDescriptor(OutboxDisk.prototype, 'close')
      ?.value as () => Promise<void>;
    OutboxDisk.prototype.close = async function (this: OutboxDisk) {
      await close.call(this);
      throw new Error('a failure made by the test');
    };
    try {
      await assert.rejects(harness.pipeline.close(), /made by the test/);
    } finally {
      OutboxDisk.prototype.close = close;
    }
    let isDrained = false;
    void own.drained().then(() => (isDrained = true));
    await until('the cluster to have no client any more', () => isDrained, 5_000);
  });
});

function readingIdOf(record: ProducerRecord): string {
  return String(contentOf(record).headers['reading-id']);
}

function idOf(record: ReadRecord): string {
  return String(record.headers['reading-id']);
}

/** The numbers of each key have to rise. */
function checkOrder(records: ReadRecord[]): void {
  const last = new Map<string, number>();
  for (const { key, value } of records) {
    const { n } = JSON.parse(value ?? '') as { n: number };
    assert.ok(n > (last.get(key ?? '') ?? -1), `${n} after ${last.get(key ?? '')} of ${key}`);
    last.set(key ?? '', n);
  }
}
