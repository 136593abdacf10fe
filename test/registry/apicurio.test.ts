import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KafkaJsCluster } from '../../nodes/kafka-cluster/cluster';
import { readConsumerConfig } from '../../nodes/kafka-consumer/config';
import { RecordConsumer } from '../../nodes/kafka-consumer/consumer';
import { ConfluentRegistry } from '../../nodes/schema-registry/registry';
import { confirm } from '../../nodes/shared/deliveries';
import type { PipelineMessage } from '../../nodes/shared/messages';
import { prepareApicurio, type Apicurio } from '../support/apicurio/apicurio';
import { confluentRecords, type ConfluentRecord } from '../support/apicurio/confluent-records';
import { withShownBytes } from '../support/registry-server';
import { until } from '../support/until';
import { KafkaFixture } from '../nodes/kafka-consumer/kafka-fixture';

const TOPICS = /^(avro|json|protobuf)(-[a-z]+)?$/;

describe("a real registry, a real Kafka, and what Confluent's serialisers write", function () {
  this.timeout(600_000);
  let dir: string;
  let apicurio: Apicurio;
  let fixture: KafkaFixture;
  let registry: ConfluentRegistry;
  let records: ConfluentRecord[];

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-apicurio-'));
    apicurio = await prepareApicurio(console.log);
    await apicurio.process.start();
    fixture = await KafkaFixture.connect();
    for (const topic of ['avro', 'avro-text', 'avro-long', 'avro-references', 'json'])
      await fixture.createTopic(topic);
    for (const topic of ['protobuf', 'protobuf-inner', 'protobuf-deep']) await fixture.createTopic(topic);
    records = await confluentRecords(dir, [apicurio.url, fixture.brokers]);
    registry = new ConfluentRegistry({ url: apicurio.url, timeoutMs: 10_000 });
  });

  after(async () => {
    registry?.close();
    await fixture?.close();
    await apicurio?.process.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('comes out of the kafka-consumer as it went in', async () => {
    const cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId: 'test' }, () => undefined);
    const out: PipelineMessage[] = [];
    const aside: PipelineMessage[] = [];
    const settings = readConsumerConfig({
      topics: String(TOPICS),
      groupId: fixture.name('group'),
      output: 'registry',
      confirm: 'flow',
      deadLetters: false,
    });
    const consumer = new RecordConsumer(
      'apicurio',
      settings,
      cluster,
      {
        send: (message) => {
          out.push(message);
          confirm(message);
        },
        sendAside: (message) => aside.push(message),
        report: (error) => assert.fail(error),
        warn: () => undefined,
      },
      registry,
    );
    consumer.start();
    try {
      await until('all records', () => out.length + aside.length === records.length, 60_000);
    } finally {
      await consumer.close();
      await cluster.drained();
    }
    assert.deepEqual(aside, []);
    for (const topic of new Set(records.map((record) => record.topic)))
      assert.deepEqual(
        withShownBytes(out.filter((message) => message.topic === topic).map(({ payload }) => payload)),
        records.filter((record) => record.topic === topic).map(({ expected }) => expected),
      );
  });

  it('is told to find no schemas by GUID, with the GUID that a header names', async () => {
    const lease = registry.acquire();
    const header = Buffer.concat([Buffer.of(1), Buffer.alloc(16, 0xab)]);
    const bytes = Buffer.of(2, 97);
    const decoded = (await lease.load(bytes, header)).decode(bytes, 'text', undefined, header);
    lease.release();
    assert.ok('reason' in decoded);
    assert.equal(decoded.reason, 'schema-unknown');
    assert.match(
      decoded.detail,
      /finds no schema by a GUID, and so not schema abababab-abab-abab-abab-abababababab$/,
    );
  });

  it('registers the schema of a value that is written, and gives it back for reading', async () => {
    const lease = registry.acquire();
    const schemas = [
      ['AVRO', '{"type":"record","name":"R","fields":[{"name":"a","type":"long"}]}'],
      ['JSON', '{"type":"object","properties":{"a":{"type":"integer"}}}'],
      ['PROTOBUF', 'syntax = "proto3"; message R { int64 a = 1; }'],
    ] as const;
    for (const [type, schema] of schemas) {
      const bytes = await lease.encode(`new-${type}`, { a: 7 }, { register: { type, schema } });
      assert.deepEqual((await lease.load(bytes)).decode(bytes, 'text'), { value: { a: 7 } });
      assert.deepEqual(await lease.encode(`new-${type}`, { a: 7 }, {}), bytes);
    }
    await assert.rejects(async () => lease.encode('nobody', {}, {}), /unknown/);
    lease.release();
  });
});
