import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerDatabase from '../../../nodes/mongo-database/mongo-database';
import registerSink from '../../../nodes/mongo-sink/mongo-sink';
import {
  deliveryId,
  registerOwner,
  unregisterOwner,
  type DeliveryOwner,
} from '../../../nodes/shared/deliveries';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { newReadingId } from '../../../nodes/shared/reading-id';
import type { JobState } from '../../../nodes/mongo-sink/take-in/job';
import { shorten } from '../../../nodes/shared/user-error';
import { database } from '../../support/services';
import { loadTexts, withTexts } from '../../support/texts';
import { until } from '../../support/until';
import { openDatabase, reading, record, SETTINGS, type TestDatabase } from './support';

type Collected = PipelineMessage & {
  stored?: { collection: string; inserted: number; alreadyThere: number };
  error?: { message: string; reason: string };
  status?: NodeStatus;
};

let collected: Record<string, Collected[]>;

function registerCollector(RED: NodeAPI): void {
  RED.nodes.registerType('collector', function (this: Node, def: NodeDef) {
    RED.nodes.createNode(this, def);
    this.on('input', (message, _send, done) => {
      collected[def.name]?.push(message as Collected);
      done();
    });
  });
}

const NODES = [withTexts(registerDatabase), withTexts(registerSink), registerCollector];

/** What a flow sees of an object, without the mark by which nodes know what comes from the pipeline. */
function shown(fields: object | undefined): object {
  return Object.fromEntries(Object.entries(fields ?? {}));
}

describe('mongo-sink in Node-RED', () => {
  let test: TestDatabase;
  let confirmed: string[];
  let held: string[];
  const owner: DeliveryOwner = {
    hold: (delivery) => void held.push(delivery),
    confirm: (delivery) => void confirmed.push(delivery),
    reject: (delivery) => assert.fail(`rejected ${delivery}`),
  };

  before(async function () {
    this.timeout(300_000);
    await loadTexts('mongo-database');
    await loadTexts('mongo-sink');
    test = await openDatabase((await database()).uri);
  });

  beforeEach(async () => {
    await test.db.dropDatabase();
    confirmed = [];
    held = [];
    registerOwner('consumer', owner);
    await new Promise<void>((resolve) => helper.startServer(() => resolve()));
  });

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
    unregisterOwner('consumer', owner);
  });

  after(() => test.drop());

  async function deploy(sink: Record<string, unknown> = {}, db: Record<string, unknown> = {}): Promise<void> {
    collected = { stored: [], rejected: [], caught: [], completed: [], statuses: [] };
    const node = {
      id: 'sink',
      type: 'mongo-sink',
      name: 'sink',
      database: 'db',
      confirm: true,
      ...SETTINGS,
      ...sink,
    };
    const flow = [
      { ...node, wires: [['stored'], ['rejected']] },
      { id: 'catch', type: 'catch', wires: [['caught']] },
      { id: 'complete', type: 'complete', scope: ['sink'], wires: [['completed']] },
      { id: 'status', type: 'status', scope: ['sink'], wires: [['statuses']] },
      ...Object.keys(collected).map((name) => ({ id: name, name, type: 'collector' })),
    ].map((config) => ({ x: 100, y: 100, z: 'tab', ...config }));
    const config = { id: 'db', type: 'mongo-database', uri: test.uri, database: test.name, ...db };
    await helper.load(NODES, [{ id: 'tab', type: 'tab' }, config, ...flow]);
  }

  const input = (...messages: PipelineMessage[]): void => {
    for (const message of messages) helper.getNode('sink').receive(message);
  };
  const delivered = (payload: unknown, offset: number): PipelineMessage => {
    const message = record(payload, offset, newReadingId());
    message.kafka!.delivery = deliveryId('consumer', String(offset));
    return message;
  };
  const got = (name: string, count: number): Promise<Collected[]> =>
    until(`${count} messages at ${name}`, () => collected[name]!.length >= count && collected[name]);
  const statusTexts = (): unknown[] => collected.statuses!.map(({ status }) => status?.text);

  it('passes each stored message on, confirmed and complete, in order', async () => {
    await deploy();
    const messages = Array.from({ length: 30 }, (_, i) => delivered(reading('a', i), i));
    input(...messages);
    const stored = await got('stored', 30);
    assert.deepEqual(
      stored.map(({ kafka }) => kafka?.offset),
      messages.map(({ kafka }) => kafka?.offset),
    );
    assert.deepEqual(shown(stored[0]?.stored), { collection: 'datos', inserted: 1, alreadyThere: 0 });
    assert.deepEqual(stored[0]?.payload, reading('a', 0));
    assert.deepEqual(
      confirmed,
      messages.map((_, i) => `consumer/${i}`),
    );
    await got('completed', 30);
    assert.deepEqual([collected.rejected, collected.caught], [[], []]);
  });

  it('says that a reading was there already', async () => {
    await deploy();
    const message = delivered(reading('a'), 1);
    input(structuredClone(message), structuredClone(message));
    const [, second] = await got('stored', 2);
    assert.deepEqual(shown(second?.stored), { collection: 'datos', inserted: 0, alreadyThere: 1 });
    assert.equal(confirmed.length, 2);
  });

  it('gives what can’t be stored to the second output and to Catch, in words, and confirms it', async () => {
    await deploy();
    input(delivered({ humedad: 5 }, 1), delivered(reading('a'), 2));
    const [rejected] = await got('rejected', 1);
    const text = 'The reading has no "nodo" (a text that is not empty): {"humedad":5}';
    assert.deepEqual(rejected?.error, { message: text, reason: 'no-nodo' });
    assert.deepEqual(rejected?.payload, { humedad: 5 });
    const [caught] = await got('caught', 1);
    assert.equal(caught?.error?.message, text);
    assert.deepEqual(caught?.payload, { humedad: 5 });
    await got('completed', 1);
    assert.equal(collected.completed?.length, 1);
    assert.deepEqual(confirmed, ['consumer/1', 'consumer/2']);
    assert.equal((await test.db.collection('rechazados').findOne())?.reason, text);
  });

  it('stores a batch, and sends each of its rejected elements with its own offset', async () => {
    await deploy();
    const payload = [reading('a', 1), {}, reading('b', 2), 'x'];
    const records = payload.map((_, i) => ({
      key: null,
      offset: String(i),
      timestamp: 1_795_500_000_000,
      headers: {},
    }));
    const message = delivered(payload, 0);
    message.kafka = {
      topic: 'Prueba',
      partition: 3,
      firstOffset: '0',
      lastOffset: '3',
      records,
      delivery: 'consumer/x',
    };
    input(message);
    const [stored] = await got('stored', 1);
    assert.equal(stored?.stored?.inserted, 2);
    const rejected = await got('rejected', 2);
    assert.deepEqual(
      rejected.map(({ payload, kafka, error }) => [
        payload,
        kafka?.partition,
        kafka?.offset,
        kafka?.delivery,
        error?.reason,
      ]),
      [
        [{}, 3, '1', undefined, 'no-nodo'],
        ['x', 3, '3', undefined, 'not-json'],
      ],
    );
    const [caught] = await got('caught', 1);
    assert.match(caught?.error?.message ?? '', /^2 of 4 readings can't be stored\. The first: [A-Z]/);
    assert.deepEqual(confirmed, ['consumer/x']);
  });

  it('rejects a batch whose elements no longer belong to its records', async () => {
    await deploy();
    const message = delivered([reading('a')], 0);
    message.kafka = { topic: 'Prueba', partition: 0, firstOffset: '0', records: [], delivery: 'consumer/x' };
    input(message);
    const [rejected] = await got('rejected', 1);
    assert.equal(rejected?.error?.reason, 'records-mismatch');
    assert.deepEqual(confirmed, ['consumer/x']);
  });

  it('holds what it can’t store while the database is away, so that its consumer waits', async () => {
    await deploy({}, { uri: 'mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=300' });
    input(delivered(reading('a', 1), 7));
    await until('the hold', () => held.length > 0);
    assert.deepEqual([held, confirmed], [['consumer/7'], []]);
  });

  it('does not confirm without its tick', async () => {
    await deploy({ confirm: false });
    input(delivered(reading('a'), 1));
    await got('stored', 1);
    assert.deepEqual(confirmed, []);
  });

  it('stores readings that come straight from the serial line', async () => {
    await deploy();
    const readingId = newReadingId();
    input({ payload: reading('a'), key: 'a', readingId });
    const [stored] = await got('stored', 1);
    assert.equal(stored?.readingId, readingId);
    assert.equal((await test.db.collection('datos').findOne())?.readingId, readingId);
  });

  it('shows that it is connected and how many readings it stored', async () => {
    await deploy();
    await until('the connection', () => statusTexts().includes('connected, 0 stored'));
    input(delivered(reading('a'), 1), delivered({}, 2));
    await until('the count', () => statusTexts().includes('connected, 1 stored, 1 rejected'));
  });

  it('counts apart what was there already, as after a replay', async () => {
    await deploy();
    const message = delivered(reading('a'), 1);
    input(structuredClone(message), structuredClone(message));
    await until('the count', () => statusTexts().includes('connected, 1 stored, 1 already there'));
  });

  it('shows until when it waits for a database that is away, and tells Catch once', async () => {
    await deploy({}, { uri: 'mongodb://127.0.0.1:1' });
    input(delivered(reading('a'), 1), { payload: reading('b') });
    const waits = () =>
      new Set(
        statusTexts().filter((text) =>
          /^waiting for the database, retry at \d\d:\d\d:\d\d$/.test(String(text)),
        ),
      );
    await until('two attempts', () => waits().size >= 2, 25_000);
    const caught = collected.caught!.map(({ error }) => error?.message);
    assert.equal(caught.length, 1);
    assert.match(caught[0] ?? '', /^127\.0\.0\.1:1\/test-.* can't be reached: /);
    assert.deepEqual(confirmed, []);
    assert.deepEqual(collected.stored, []);
  });

  it('refuses what no consumer bounds when too much of it waits already, and takes records of Kafka on', async () => {
    await deploy({}, { uri: 'mongodb://127.0.0.1:1' });
    const serial = (payload: unknown): PipelineMessage => ({ payload });
    input(serial(Array.from({ length: 11_000 }, (_, i) => reading('a', i))));
    // Two batches have left the queue when the database is waited for.
    await until('the wait', () => statusTexts().some((text) => String(text).startsWith('waiting')));
    input(delivered(reading('b'), 1), serial(reading('c')));
    const refused = await until('the refusal', () => collected.caught!.find(({ payload }) => payload));
    assert.deepEqual(refused.payload, reading('c'));
    assert.match(refused.error?.message ?? '', /^1000\d readings are waiting for the database already/);
  });

  for (const [name, sink, db, text] of [
    [
      'no database',
      { database: '' },
      {},
      'The field database is "": choose a mongo-database that is there and enabled',
    ],
    [
      'a variable that is not set',
      { collection: '${NOT_SET}' },
      {},
      'The field collection is "${NOT_SET}", but the environment variable NOT_SET is not set',
    ],
    [
      'a database with an unset variable',
      {},
      { uri: '${NOT_SET}' },
      'The mongo-database\'s field uri is "${NOT_SET}", but the environment variable NOT_SET is not set',
    ],
  ] as const) {
    it(`refuses each message with the reason when it has ${name}`, async () => {
      await deploy(sink, db);
      await until('the status', () => statusTexts().includes(shorten(text, 60)));
      assert.deepEqual(
        collected.caught!.map(({ error }) => error?.message),
        [text],
      );
      input(delivered(reading('a'), 1));
      const caught = await until('the message to be caught', () =>
        collected.caught!.find(({ payload }) => payload),
      );
      assert.equal(caught.error?.message, text);
      assert.deepEqual(confirmed, []);
    });
  }

  it('looks at what another program has stored, and takes it in, as its dialog asks', async () => {
    await deploy();
    const ts = new Date(Date.now() - 60_000);
    const datos = test.db.collection<{ _id: string; [field: string]: unknown }>('datos');
    await datos.insertOne({ _id: 'theirs', nodo: 'ajeno', ts, humedad: 1 });
    const path = '/mongo-sink/take-in/sink';
    const ask = async (body: object): Promise<number> =>
      (await helper.request().post(path).send(body)).status;
    const finished = (apply: boolean): Promise<JobState> =>
      until('the end', async () => {
        const state = (await helper.request().get(path)).body as JobState;
        return state.apply === apply && state.state === 'done' ? state : undefined;
      });
    assert.equal(await ask({ apply: 'yes', zone: 'UTC' }), 400);
    assert.equal(await ask({ apply: true, zone: 'Nowhere' }), 400);
    assert.equal((await helper.request().post('/mongo-sink/take-in/other').send({})).status, 404);
    assert.equal(await ask({ apply: false, zone: 'America/Bogota' }), 202);
    assert.equal((await finished(false)).progress?.kinds.otherId, 1);
    assert.equal(await datos.countDocuments(), 1, 'it was only looked');
    assert.equal(await ask({ apply: true, zone: 'America/Bogota' }), 202);
    assert.equal((await finished(true)).progress?.stored, 1);
    const [copy] = await test.db.collection('datos').find({ 'enviado._id': 'theirs' }).toArray();
    assert.deepEqual([copy?.nodo, copy?.ts, copy?.humedad], ['ajeno', ts, 1]);
    assert.ok(await test.db.collection('nodos').findOne({ nodo: 'ajeno' }));
    assert.ok(await datos.findOne({ _id: 'theirs' }), 'nothing is deleted');
  });
});
