import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerCluster from '../../../nodes/kafka-cluster/kafka-cluster';
import { readProducerConfig } from '../../../nodes/kafka-producer/config';
import registerProducer from '../../../nodes/kafka-producer/kafka-producer';
import registerRegistry from '../../../nodes/schema-registry/schema-registry';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { readTopic } from '../../support/read-topic';
import { RegistryServer } from '../../support/registry-server';
import { kafka } from '../../support/services';
import { loadTexts, withTexts } from '../../support/texts';
import { until } from '../../support/until';

const READING = {
  type: 'record',
  name: 'Reading',
  fields: [
    { name: 'nodo', type: 'string' },
    { name: 'humedad', type: ['null', 'int'], default: null },
  ],
};

describe('kafka-producer with the schemas of a registry', function () {
  this.timeout(60_000);
  const caught: { payload: unknown; key?: unknown; error: { message: string } }[] = [];
  const written: { payload: unknown; key?: unknown }[] = [];
  const statuses: { status: NodeStatus }[] = [];
  let brokers: string;
  let topic: string;
  let userDir: string;
  let server: RegistryServer;
  let url: string;

  function registerCollector(RED: NodeAPI): void {
    RED.nodes.registerType('collector', function (this: Node, def: NodeDef) {
      RED.nodes.createNode(this, def);
      const into: unknown[] = { caught, written }[String(def.name)] ?? statuses;
      this.on('input', (message, _send, done) => {
        into.push(message);
        done();
      });
    });
  }

  before(async () => {
    for (const type of ['kafka-cluster', 'kafka-producer', 'schema-registry']) await loadTexts(type);
    ({ brokers } = await kafka());
  });

  beforeEach(async () => {
    caught.length = 0;
    written.length = 0;
    statuses.length = 0;
    userDir = mkdtempSync(path.join(os.tmpdir(), 'kafka-producer-schemas-'));
    helper.settings({ userDir });
    topic = `schemas-${randomUUID()}`;
    await ensureTopics(brokers, [{ topic, partitions: 1 }]);
    server = new RegistryServer();
    url = await server.start();
    await new Promise<void>((resolve) => helper.startServer(() => resolve()));
  });

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
    helper.settings({});
    await server.stop();
    rmSync(userDir, { recursive: true, force: true });
  });

  async function deploy(config: Record<string, unknown> = {}): Promise<Node> {
    const collectors = ['caught', 'written', 'statuses'].map((id) => ({
      id,
      name: id,
      z: 'tab',
      type: 'collector',
    }));
    const producer = { payloadAs: 'registry', registry: 'registry', cluster: 'cluster', topic, ...config };
    await helper.load(
      [registerCluster, registerProducer, registerRegistry].map(withTexts).concat(registerCollector),
      [
        { id: 'tab', type: 'tab' },
        { id: 'cluster', type: 'kafka-cluster', brokers, sasl: 'none' },
        { id: 'registry', type: 'schema-registry', url, timeoutMs: '1000' },
        ...[
          { id: 'producer', z: 'tab', type: 'kafka-producer', wires: [['written']], ...producer },
          { id: 'catch', z: 'tab', type: 'catch', wires: [['caught']] },
          { id: 'status', z: 'tab', type: 'status', scope: ['producer'], wires: [['statuses']] },
          ...collectors,
        ].map((node) => ({ x: 100, y: 100, ...node })),
      ],
    );
    return helper.getNode('producer');
  }

  const values = async (count: number): Promise<(string | null)[]> =>
    (await readTopic(brokers, topic, count)).map(({ value }) => value);

  it("writes by the latest schema of the topic's subject, in the messages' order", async () => {
    server.setSubject(`${topic}-value`, 7, READING);
    const node = await deploy({ tombstones: true });
    node.receive({ payload: { nodo: 'a', humedad: 5 } });
    node.receive({ payload: null, key: 'gone' });
    node.receive({ payload: { nodo: 'b' } });
    assert.deepEqual(await values(3), ['\0\0\0\0\x07\x02a\x02\n', null, '\0\0\0\0\x07\x02b\0']);
    assert.deepEqual(caught, []);
  });

  it('writes keys by the schema of their subject, and gives keys and payloads back as they came', async () => {
    server.setSubject(`${topic}-value`, 7, READING);
    server.setSubject(`${topic}-key`, 8, '"string"');
    const node = await deploy({ keyAs: 'registry', tombstones: true });
    node.receive({ payload: { nodo: 'a', humedad: 5 }, key: 'k' });
    node.receive({ payload: { nodo: 'b', humedad: null } });
    node.receive({ payload: null, key: 'k' });
    node.receive({ payload: { nodo: 'c' }, key: 7 });
    const records = await readTopic(brokers, topic, 3);
    assert.deepEqual(
      records.map(({ key, value }) => [key, value]),
      [
        ['\0\0\0\0\b\x02k', '\0\0\0\0\x07\x02a\x02\n'],
        [null, '\0\0\0\0\x07\x02b\0'],
        ['\0\0\0\0\b\x02k', null],
      ],
    );
    await until('their messages', () => written.length === 3);
    assert.deepEqual(
      written.map(({ key, payload }) => [key, payload]),
      [
        ['k', { nodo: 'a', humedad: 5 }],
        [undefined, { nodo: 'b', humedad: null }],
        ['k', null],
      ],
    );
    await until('the error', () => caught.length === 1);
    assert.match(caught[0]?.error.message ?? '', /is "7".*string/);
  });

  it('gives back what Kafka refuses as it came', async () => {
    server.setSubject(`${topic}-value`, 7, {
      type: 'record',
      name: 'R',
      fields: [{ name: 'a', type: 'string' }],
    });
    const node = await deploy({ compression: 'gzip', maxBatchBytes: '20000000' });
    // Packed it is larger than a topic takes, too.
    const payload = { a: randomBytes(2 ** 21).toString('base64') };
    node.receive({ payload });
    await until('the refusal', () => caught.length === 1);
    assert.deepEqual(caught[0]?.payload, payload);
  });

  it('writes the message of a Protobuf file that is named, and says where there is none', async () => {
    const schema = 'syntax = "proto3"; package p; message A {} message B { string b = 1; }';
    server.setSubject(`${topic}-value`, 7, schema, { schemaType: 'PROTOBUF' });
    const node = await deploy({ protobufMessage: 'p.B' });
    node.receive({ payload: { b: 'x' } });
    assert.deepEqual(await values(1), ['\0\0\0\0\x07\x02\x02\n\x01x']);
    await until('its message', () => written.length === 1);
    assert.deepEqual(written[0]?.payload, { b: 'x' });
    await helper.unload();
    const other = await deploy({ protobufMessage: 'p.C' });
    other.receive({ payload: { b: 'x' } });
    await until('the error', () => caught.length === 1);
    assert.match(caught[0]?.error.message ?? '', /no message p\.C/);
  });

  it('takes another subject, and registers a schema if that is wanted', async () => {
    server.replies.set('/subjects/mine/versions', { status: 200, body: '{"id":9}' });
    const node = await deploy({
      subject: 'mine',
      registerSchema: true,
      schemaType: 'JSON',
      schema: '{"type":"object"}',
    });
    node.receive({ payload: { a: 1 } });
    assert.deepEqual(await values(1), ['\0\0\0\0\t{"a":1}']);
    assert.equal(server.count('/subjects/mine/versions'), 1);
  });

  it('gives what does not fit to the Catch node, with field and value, and writes the others', async () => {
    server.setSubject(`${topic}-value`, 7, READING);
    const node = await deploy();
    const misfit = { nodo: 'a', humedad: 'wet' };
    node.receive({ payload: misfit });
    node.receive({ payload: { nodo: 'a', otro: 1 } });
    node.receive({ payload: { nodo: 'b' } });
    assert.deepEqual(await values(1), ['\0\0\0\0\x07\x02b\0']);
    await until('both errors', () => caught.length === 2);
    assert.deepEqual(caught[0]?.payload, misfit);
    assert.match(caught[0]?.error.message ?? '', /humedad is "wet".*null, int/);
    assert.match(caught[1]?.error.message ?? '', /otro \("1"\) is not in Reading/);
  });

  it('keeps messages while the registry is away, says so, and writes them once it is back', async () => {
    server.setSubject(`${topic}-value`, 7, READING);
    server.reply = { status: 503, body: '' };
    const node = await deploy();
    for (const nodo of ['a', 'b', 'c']) node.receive({ payload: { nodo } });
    await until('a red status', () =>
      statuses.some(({ status }) => status.fill === 'red' && (status.text ?? '').includes('schema registry')),
    );
    server.reply = undefined;
    assert.deepEqual(
      await values(3),
      ['a', 'b', 'c'].map((nodo) => `\0\0\0\0\x07\x02${nodo}\0`),
    );
    await until('a green status', () => statuses.at(-1)?.status.fill === 'green');
    assert.deepEqual(caught, []);
  });

  it('gives messages back that wait for the registry when it ends', async () => {
    server.reply = { status: 503, body: '' };
    const node = await deploy();
    const done = new Promise((resolve) => node.once('call:error', resolve));
    node.receive({ payload: { nodo: 'a' } });
    await until('a red status', () => statuses.some(({ status }) => status.fill === 'red'));
    await node.close(false);
    await Promise.race([done, until('the error', () => caught.length > 0)]);
  });

  it('says that the subject has no schema', async () => {
    const node = await deploy();
    node.receive({ payload: { nodo: 'a' } });
    await until('the error', () => caught.length === 1);
    assert.match(caught[0]?.error.message ?? '', new RegExp(`does not know ${topic}-value`));
  });
});

describe("kafka-producer's settings for schemas", () => {
  it('are none where payloads are written as they are', () => {
    assert.equal(readProducerConfig({}).schemas, undefined);
    assert.equal(readProducerConfig({ payloadAs: 'plain', registerSchema: true }).schemas, undefined);
  });

  it('are a subject, and a schema to be registered', () => {
    const payloadAs = 'registry';
    assert.deepEqual(readProducerConfig({ payloadAs }).schemas, {
      subject: '',
      message: undefined,
      register: undefined,
    });
    const config = { payloadAs, subject: ' s ', registerSchema: true, schemaType: 'JSON', schema: '{}' };
    assert.deepEqual(readProducerConfig(config).schemas, {
      subject: 's',
      message: undefined,
      register: { type: 'JSON', schema: '{}' },
    });
    assert.throws(() => readProducerConfig({ payloadAs, registerSchema: true, schema: ' ' }), /no-schema/);
    assert.throws(() => readProducerConfig({ payloadAs, schemaType: 'THRIFT' }), /choice/);
    assert.equal(readProducerConfig({ payloadAs, protobufMessage: ' p.B ' }).schemas?.message, 'p.B');
    assert.equal(readProducerConfig({ payloadAs }).keySchemas, false);
    assert.equal(readProducerConfig({ keyAs: 'registry' }).keySchemas, true);
    assert.throws(() => readProducerConfig({ keyAs: 'json' }), /choice/);
  });
});
