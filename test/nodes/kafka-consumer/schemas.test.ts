import assert from 'node:assert/strict';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import { readConsumerConfig, type ConsumerConfig } from '../../../nodes/kafka-consumer/config';
import { RecordConsumer } from '../../../nodes/kafka-consumer/consumer';
import type { AsideError } from '../../../nodes/kafka-consumer/delivery/message';
import { frameOf } from '../../../nodes/schema-registry/frame';
import { ConfluentRegistry } from '../../../nodes/schema-registry/registry';
import { confirm } from '../../../nodes/shared/deliveries';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import {
  RegistryServer,
  keptHeaderRecords,
  keptRecords,
  withShownBytes,
} from '../../support/registry-server';
import { until } from '../../support/until';
import { KafkaFixture, numbered } from './kafka-fixture';

const GUID = '89abcdef-0123-4567-89ab-cdef01234567';

describe('the kafka-consumer with the schemas of a registry, with a real Kafka', function () {
  this.timeout(60_000);
  let fixture: KafkaFixture;
  let cluster: KafkaJsCluster;
  let server: RegistryServer;
  let registry: ConfluentRegistry;
  const running: RecordConsumer[] = [];
  let count = 0;

  before(async () => {
    fixture = await KafkaFixture.connect();
    cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId: 'test' }, () => undefined);
  });
  beforeEach(async () => {
    server = new RegistryServer();
    registry = new ConfluentRegistry({ url: await server.start(), timeoutMs: 1_000 });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((consumer) => consumer.close()));
    registry.close();
    await server.stop();
  });
  after(async () => {
    await cluster.drained();
    await fixture.close();
  });

  function start(config: ConsumerConfig) {
    const out: PipelineMessage[] = [];
    const aside: PipelineMessage[] = [];
    const reports: Error[] = [];
    const settings = readConsumerConfig({
      output: 'registry',
      confirm: 'flow',
      deadLetters: false,
      groupId: fixture.name('group'),
      ...config,
    });
    const consumer = new RecordConsumer(
      `schemas${count++}`,
      settings,
      cluster,
      {
        send: (message) => {
          out.push(message);
          confirm(message);
        },
        sendAside: (message) => aside.push(message),
        report: (error) => reports.push(error),
        warn: () => undefined,
      },
      registry,
    );
    running.push(consumer);
    consumer.start();
    const committed = (topic: string, offset: number): Promise<true> =>
      until(`${offset} to be committed`, async () => {
        const [at] = await fixture.committed(settings.groupId, topic);
        return at === offset;
      });
    return { consumer, out, aside, reports, committed };
  }

  const text = (id: number, value: string): Buffer =>
    Buffer.concat([frameOf(id), Buffer.of(2 * value.length), Buffer.from(value)]);
  const named = (guid: string): Buffer =>
    Buffer.concat([Buffer.of(1), Buffer.from(guid.replaceAll('-', ''), 'hex')]);
  const errorOf = (message: PipelineMessage | undefined): AsideError => message?.error as AsideError;

  for (const mode of ['single', 'batch'] as const) {
    it(`hands on what Confluent's serialisers have written, in its order (${mode})`, async () => {
      const records = keptRecords();
      const written = records.map(({ bytes }) => Buffer.from(bytes, 'hex'));
      await isHandedOn(mode, written, records);
    });

    it(`hands on what they have written with its schema named in a header, in its order (${mode})`, async () => {
      const records = keptHeaderRecords();
      const written = records.map(({ bytes, headers }) => ({
        value: Buffer.from(bytes, 'hex'),
        headers: { __value_schema_id: Buffer.from(headers?.__value_schema_id ?? '', 'hex') },
      }));
      await isHandedOn(mode, written, records);
    });
  }

  async function isHandedOn(
    mode: 'single' | 'batch',
    written: Parameters<KafkaFixture['write']>[1],
    records: readonly { expected: unknown }[],
  ): Promise<void> {
    const topics = await fixture.createTopic();
    await fixture.write(topics, written);
    const { out, aside, committed } = start({ topics, mode });
    await committed(topics, records.length);
    const payloads =
      mode === 'batch'
        ? out.flatMap(({ payload }) => payload as unknown[])
        : out.map(({ payload }) => payload);
    assert.deepEqual(
      withShownBytes(payloads),
      records.map(({ expected }) => expected),
    );
    assert.deepEqual(aside, []);
  }

  it('reads key and value each by the schema that its header names, and those beside them that have a frame', async () => {
    const topics = await fixture.createTopic();
    server.setSchema(1, '"string"');
    server.setGuid(GUID, '"string"');
    const bare = text(1, 'bare').subarray(5);
    await fixture.write(topics, [
      { key: bare, value: bare, headers: { __key_schema_id: named(GUID), __value_schema_id: named(GUID) } },
      { key: bare, value: text(1, 'framed'), headers: { __key_schema_id: named(GUID) } },
      { key: text(1, 'framed'), value: bare, headers: { __value_schema_id: named(GUID) } },
      { key: text(1, 'framed'), value: text(1, 'framed') },
      { key: 'plain', value: bare, headers: { __value_schema_id: frameOf(1) } },
      { key: bare, value: null, headers: { __key_schema_id: named(GUID), __value_schema_id: named(GUID) } },
    ]);
    const { out, aside } = start({ topics, keyOutput: 'registry' });
    await until('6 records', () => out.length + aside.length === 6);
    assert.deepEqual(
      out.map(({ key, payload }) => [key, payload]),
      [
        ['bare', 'bare'],
        ['bare', 'framed'],
        ['framed', 'bare'],
        ['framed', 'framed'],
        ['plain', 'bare'],
      ],
    );
    assert.deepEqual(
      aside.map((message) => errorOf(message).reason),
      ['no-value'],
    );
  });

  it('sets aside what a header names in vain, with the GUID and the reason, and goes on', async () => {
    const topics = await fixture.createTopic();
    server.findsGuids = false;
    server.setSchema(1, '"string"');
    const value = text(1, 'not by this frame');
    await fixture.write(topics, [
      { value, headers: { __value_schema_id: named(GUID) } },
      { value, headers: { __value_schema_id: named(GUID).subarray(0, 9) } },
      text(1, 'good'),
    ]);
    const { out, aside, committed } = start({ topics });
    await committed(topics, 3);
    assert.deepEqual(
      out.map(({ payload }) => payload),
      ['good'],
    );
    assert.deepEqual(
      aside.map((message) => [errorOf(message).reason, message.payload]),
      [
        ['schema-unknown', value],
        ['not-framed', value],
      ],
    );
    assert.match(
      errorOf(aside[0]).message,
      new RegExp(`finds no schema by a GUID, and so not schema ${GUID}`),
    );
    assert.match(errorOf(aside[1]).message, /the header .* are 9,/);
  });

  it('reads keys by their schema, and leaves those that have none as they are', async () => {
    const topics = await fixture.createTopic();
    server.setSchema(1, '"string"');
    await fixture.write(topics, [
      { key: text(1, 'k'), value: text(1, 'a') },
      { key: 'plain', value: text(1, 'b') },
      { key: Buffer.concat([frameOf(99), Buffer.of(255)]), value: text(1, 'c') },
      { key: null, value: text(1, 'd') },
    ]);
    const { out } = start({ topics, keyOutput: 'registry' });
    await until('4 records', () => out.length === 4);
    const raw = Buffer.concat([frameOf(99), Buffer.of(255)]);
    assert.deepEqual(
      out.map(({ key, payload }) => [key, payload]),
      [
        ['k', 'a'],
        ['plain', 'b'],
        [raw, 'c'],
        [null, 'd'],
      ],
    );
  });

  it('sets aside what can become no value, with the id of its schema and the reason, and goes on', async () => {
    const topics = await fixture.createTopic();
    server.setSchema(1, '"string"');
    await fixture.write(topics, [
      '{"a":1}',
      text(77, 'x'),
      Buffer.concat([frameOf(1), Buffer.of(200)]),
      null,
      text(1, 'good'),
    ]);
    const { out, aside, committed } = start({ topics });
    await committed(topics, 5);
    assert.deepEqual(
      out.map(({ payload }) => payload),
      ['good'],
    );
    assert.deepEqual(
      aside.map((message) => errorOf(message).reason),
      ['not-framed', 'schema-unknown', 'not-decodable', 'no-value'],
    );
    assert.match(errorOf(aside[1]).message, /schema 77/);
    assert.match(errorOf(aside[2]).message, /schema 1\b/);
    assert.deepEqual(aside[1]?.payload, text(77, 'x'));
  });

  for (const how of ['in front of their bytes', 'in a header']) {
    it(`waits for a registry that is away, says so, and loses nothing of records that name their schema ${how}`, async () => {
      const topics = await fixture.createTopic(undefined, 2);
      server.setSchema(1, '"string"');
      server.setSchema(2, '"string"');
      server.setGuid(GUID, '"string"');
      const { consumer, out, aside, reports, committed } = start({ topics, maxInFlight: '10' });
      await fixture.write(topics, [text(2, 'known')], 1);
      await until('the first record', () => out.length === 1);
      server.reply = { status: 503, body: '' };
      await fixture.write(
        topics,
        numbered(50).map((value) =>
          how === 'in a header'
            ? { value: text(1, value).subarray(5), headers: { __value_schema_id: named(GUID) } }
            : text(1, value),
        ),
      );
      const problem = await until('the problem to be told', () => consumer.overview().registryProblem);
      assert.match(problem.error.message, /away/);
      // The other partition needs nothing that is not here.
      await fixture.write(topics, [text(2, 'on')], 1);
      await until('the second record', () => out.length === 2);
      await until('a message for the Catch nodes', () => reports.length > 0);
      server.reply = undefined;
      await committed(topics, 50);
      assert.deepEqual(
        out.map(({ payload }) => payload),
        ['known', 'on', ...numbered(50)],
      );
      assert.equal(reports.length, 1);
      assert.deepEqual(aside, []);
      assert.equal(consumer.overview().registryProblem, undefined);
    });
  }

  it('closes at once while it waits', async () => {
    const topics = await fixture.createTopic();
    server.reply = { status: 503, body: '' };
    await fixture.write(topics, [text(1, 'a')]);
    const { consumer, out } = start({ topics });
    await until('the problem to be told', () => consumer.overview().registryProblem);
    const began = Date.now();
    await running.pop()?.close();
    assert.ok(Date.now() - began < 5_000);
    assert.deepEqual(out, []);
  });
});
