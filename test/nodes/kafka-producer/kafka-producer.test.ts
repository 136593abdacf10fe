import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerCluster from '../../../nodes/kafka-cluster/kafka-cluster';
import registerProducer from '../../../nodes/kafka-producer/kafka-producer';
import { newReadingId } from '../../../nodes/shared/reading-id';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { shorten } from '../../../nodes/shared/user-error';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { freePort } from '../../../stack/process/ports';
import { readTopic } from '../../support/read-topic';
import { kafka } from '../../support/services';
import { loadTexts, withTexts } from '../../support/texts';
import { until } from '../../support/until';

type Caught = PipelineMessage & { error: { message: string } };

/** Keeps what reaches it, from the first moment of a flow on. */
let collected: Record<string, unknown[]>;

function registerCollector(RED: NodeAPI): void {
  RED.nodes.registerType('collector', function (this: Node, def: NodeDef) {
    RED.nodes.createNode(this, def);
    this.on('input', (message, _send, done) => {
      collected[def.name]?.push(message);
      done();
    });
  });
}

const NODES = [withTexts(registerCluster), withTexts(registerProducer), registerCollector];

describe('kafka-producer in Node-RED', function () {
  this.timeout(60_000);
  let brokers: string;
  let topic: string;
  let userDir: string;
  let sent: PipelineMessage[];
  let completed: PipelineMessage[];
  let caught: Caught[];
  let statuses: { status: NodeStatus }[];

  before(async () => {
    await loadTexts('kafka-cluster');
    await loadTexts('kafka-producer');
    ({ brokers } = await kafka());
  });

  beforeEach(async () => {
    userDir = mkdtempSync(path.join(os.tmpdir(), 'kafka-producer-'));
    helper.settings({ userDir });
    topic = `node-${randomUUID()}`;
    await ensureTopics(brokers, [{ topic, partitions: 3 }]);
    await new Promise<void>((resolve) => helper.startServer(() => resolve()));
  });

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
    helper.settings({});
    rmSync(userDir, { recursive: true, force: true });
  });

  /** Deploys a producer with collectors at its output and behind Complete, Catch and Status nodes. */
  async function deploy(
    config: Record<string, unknown> = {},
    cluster: Record<string, unknown> = {},
  ): Promise<Node> {
    collected = {
      sent: (sent = []),
      completed: (completed = []),
      caught: (caught = []),
      statuses: (statuses = []),
    };
    const flow = [
      {
        id: 'producer',
        z: 'tab',
        type: 'kafka-producer',
        cluster: 'cluster',
        topic,
        wires: [['sent']],
        ...config,
      },
      {
        id: 'complete',
        z: 'tab',
        type: 'complete',
        scope: [config.id ?? 'producer'],
        wires: [['completed']],
      },
      { id: 'catch', z: 'tab', type: 'catch', wires: [['caught']] },
      { id: 'status', z: 'tab', type: 'status', scope: ['producer'], wires: [['statuses']] },
      ...Object.keys(collected).map((id) => ({ id, name: id, z: 'tab', type: 'collector' })),
    ].map((node) => ({ x: 100, y: 100, ...node }));
    await helper.load(NODES, [
      { id: 'tab', type: 'tab' },
      { id: 'cluster', type: 'kafka-cluster', brokers, sasl: 'none', ...cluster },
      ...flow,
    ]);
    return helper.getNode('producer');
  }

  const texts = (): string[] => statuses.map(({ status }) => status.text ?? '');
  const shown = (text: RegExp) => until(`a status like ${text}`, () => texts().some((one) => text.test(one)));

  it('writes a reading and sends it on with its place in the topic', async () => {
    const node = await deploy();
    const payload = { nodo: 'nodo1', humedad: 60, temperatura: null };
    const readingId = newReadingId();
    node.receive({ payload, key: 'nodo1', readingId, _msgid: 'abc' });
    const [message] = await until('the message', () => sent.length > 0 && sent);
    const [record] = await readTopic(brokers, topic, 1);
    assert.ok(record && message?.kafka);
    assert.deepEqual(JSON.parse(record.value ?? ''), payload);
    assert.equal(record.key, 'nodo1');
    assert.equal(String(record.headers['reading-id']), readingId);
    assert.deepEqual(message, {
      _msgid: 'abc',
      payload,
      topic,
      key: 'nodo1',
      readingId,
      kafka: { topic, partition: record.partition, offset: record.offset },
    });
    await until('the Complete node', () => completed.length === 1);
    assert.ok(existsSync(path.join(userDir, 'serial-kafka-mongo', 'outbox', 'producer-format2')));
    await shown(/^connected$/);
    assert.deepEqual(caught, []);
  });

  for (const outbox of [true, false]) {
    it(`finishes every message once, ${outbox ? 'with' : 'without'} the outbox`, async () => {
      const node = await deploy({ outbox });
      for (let i = 0; i < 500; i++) node.receive({ payload: i, key: String(i % 7) });
      await until('all', () => sent.length === 500 && completed.length === 500);
      assert.deepEqual(
        completed.map(({ payload }) => Number(payload)).sort((a, b) => a - b),
        Array.from({ length: 500 }, (_, i) => i),
      );
      assert.deepEqual(caught, []);
    });
  }

  it('takes topic, key, partition and headers from where the dialog says', async () => {
    const node = await deploy({
      topic: '$lowercase(payload.where)',
      topicType: 'jsonata',
      key: 'payload.id',
      keyType: 'msg',
      partition: '2',
      headers: '{"origin":"field"}',
      headersType: 'json',
    });
    for (let i = 0; i < 20; i++) node.receive({ payload: { where: topic.toUpperCase(), id: i } });
    const records = await readTopic(brokers, topic, 20);
    assert.deepEqual(
      records.map(({ key, partition }) => [key, partition]),
      Array.from({ length: 20 }, (_, i) => [String(i), 2]),
    );
    assert.equal(String(records[0]?.headers.origin), 'field');
  });

  it('takes the topic of the message when the dialog names none', async () => {
    const node = await deploy({ topic: '' });
    node.receive({ payload: 'x', topic });
    await until('the message', () => sent.length === 1);
    node.receive({ payload: 'x' });
    const [message] = await until('the error', () => caught.length > 0 && caught);
    assert.match(message?.error.message ?? '', /no topic/);
  });

  it('gives an error with the original message for what it can not write', async () => {
    const node = await deploy();
    node.receive({ payload: undefined, mine: 1 });
    node.receive({ payload: null, mine: 2 });
    await until('the errors', () => caught.length === 2);
    assert.deepEqual(
      caught.map((message) => message.mine),
      [1, 2],
    );
    assert.match(caught[1]?.error.message ?? '', /tombstones/);
    assert.equal(completed.length, 0);
  });

  for (const [setting, tells] of [
    [true, 'tells the Catch nodes once'],
    [false, 'tells no Catch node'],
  ] as const) {
    it(`${tells} that Kafka is away, by setting`, async () => {
      const port = await freePort();
      const node = await deploy({ catchOutages: setting }, { brokers: `127.0.0.1:${port}` });
      // Told by the log in any case: from then on a Catch node would have it.
      const warned = new Promise((resolve) => helper.getNode('cluster').once('call:warn', resolve));
      node.receive({ payload: { nodo: 'nodo1' } });
      await warned;
      node.receive({});
      const said = (): string[] => caught.map(({ error }) => error.message);
      await until('the error of what is sent last', () => said().at(-1)?.includes('payload'));
      const away = `No broker of 127.0.0.1:${port} can be reached: Connection error: connect ECONNREFUSED 127.0.0.1:${port}`;
      assert.deepEqual(said().slice(0, -1), setting ? [away] : []);
    });
  }

  it('writes tombstones where they are allowed', async () => {
    const node = await deploy({ tombstones: true });
    node.receive({ payload: null, key: 'gone' });
    const [record] = await readTopic(brokers, topic, 1);
    assert.equal(record?.value, null);
  });

  it('says how many messages wait since when, and when it tries again, while no broker can be reached', async () => {
    const node = await deploy({}, { brokers: '127.0.0.1:1' });
    for (let i = 0; i < 5; i++) node.receive({ payload: i });
    await until('them to be stored', () => completed.length === 5);
    await shown(/^5 waiting since \d\d:\d\d:\d\d · no connection, retrying at \d\d:\d\d:\d\d$/);
    assert.deepEqual(caught, []);
  });

  it('sends after a restart what was left', async () => {
    const node = await deploy({}, { brokers: '127.0.0.1:1' });
    for (let i = 0; i < 5; i++) node.receive({ payload: i });
    await until('them to be stored', () => completed.length === 5);
    await helper.unload();
    await deploy();
    await until('all to be sent', () => sent.length === 5);
    assert.deepEqual(
      sent.map(({ payload }) => payload),
      [0, 1, 2, 3, 4],
    );
  });

  for (const outbox of [true, false]) {
    it(`sends what a version before has left, ${outbox ? 'with' : 'without'} the outbox`, async () => {
      await deploy({}, { brokers: '127.0.0.1:1' });
      helper.getNode('producer').receive({ payload: 'before' });
      await until('it to be stored', () => completed.length === 1);
      await helper.unload();
      const folder = path.join(userDir, 'serial-kafka-mongo', 'outbox', 'producer');
      renameSync(`${folder}-format2`, folder);
      await deploy({ outbox });
      await until('it to be sent', () => sent.length === 1);
      assert.equal(sent[0]?.payload, 'before');
      assert.ok(!existsSync(folder));
    });
  }

  it('reports a topic that does not exist within seconds, with a message of it', async () => {
    const missing = `missing-${randomUUID()}`;
    const node = await deploy({ topic: missing });
    node.receive({ payload: 'x', readingId: newReadingId() });
    const [message] = await until('the error', () => caught.length > 0 && caught, 5_000);
    assert.match(message?.error.message ?? '', new RegExp(`"${missing}" does not exist`));
    assert.equal(message?.payload, 'x');
    await shown(/does not exist/);
  });

  it('leaves nothing behind unsaid when it is deleted, and another node can take it over', async () => {
    await deploy({ id: 'old' }, { brokers: '127.0.0.1:1' });
    const old = helper.getNode('old');
    for (let i = 0; i < 5; i++) old.receive({ payload: i });
    const folder = path.join(userDir, 'serial-kafka-mongo', 'outbox', 'old-format2');
    await until('them to be stored', () => completed.length === 5);
    await helper.unload();
    const node = await deploy();
    await until('the log to tell it', () =>
      (helper.log() as unknown as { args: [{ msg: unknown }][] }).args.some(([line]) =>
        /5 records wait there.*msg.outbox "old-format2"/.test(String(line.msg)),
      ),
    );
    node.receive({ action: 'adopt-outbox', outbox: 'old-format2', payload: '' });
    await until('all to be sent', () => sent.length === 5);
    assert.ok(!existsSync(folder));
  });

  it('closes within seconds while no broker can be reached', async () => {
    const node = await deploy({}, { brokers: '127.0.0.1:1' });
    node.receive({ payload: 1 });
    await until('it to be stored', () => completed.length === 1);
    const start = Date.now();
    await helper.unload();
    assert.ok(Date.now() - start < 5_000, `${Date.now() - start} ms`);
  });

  const unusable: [string, Record<string, unknown>, Record<string, unknown>, RegExp][] = [
    ['without a cluster', { cluster: '' }, {}, /kafka-cluster/],
    ['with a cluster that has no brokers', {}, { brokers: ' ' }, /field brokers is empty/],
    [
      'with brokers from a variable that is not set',
      {},
      { brokers: '${KAFKA_UNSET}' },
      /KAFKA_UNSET is not set/,
    ],
    ['with a bound that is no number', { outboxMaxMB: 'much' }, {}, /outboxMaxMB.*much/],
    ['with headers that are not JSON', { headers: '{', headersType: 'json' }, {}, /not JSON/],
  ];
  for (const [what, config, cluster, error] of unusable) {
    it(`says what is wrong ${what}`, async () => {
      const node = await deploy(config, cluster);
      const [first] = await until('the error of the start', () => caught.length > 0 && caught);
      assert.match(first?.error.message ?? '', error);
      await until('the status', () => texts().includes(shorten(first?.error.message, 60)));
      node.receive({ payload: 'x' });
      const second = await until("the message's error", () => caught.find((one) => one.payload === 'x'));
      assert.equal(second.error.message, first?.error.message);
    });
  }
});
