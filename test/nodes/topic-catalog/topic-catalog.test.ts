import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerCluster from '../../../nodes/kafka-cluster/kafka-cluster';
import registerDatabase from '../../../nodes/mongo-database/mongo-database';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { markAsOurs } from '../../../nodes/shared/origin';
import { newReadingId } from '../../../nodes/shared/reading-id';
import { shorten } from '../../../nodes/shared/user-error';
import type {
  ChangedAnswer,
  ErrorInfo,
  EventsAnswer,
  LiveUpdate,
  NodeEvent,
  NodesAnswer,
  NotesAnswer,
  SeriesAnswer,
  SettingsAnswer,
  TopicsAnswer,
} from '../../../nodes/topic-catalog/contract';
import registerCatalog from '../../../nodes/topic-catalog/topic-catalog';
import { Gate } from '../../support/gate';
import { database, kafka } from '../../support/services';
import { loadTexts, withTexts } from '../../support/texts';
import { until } from '../../support/until';

type Collected = PipelineMessage & {
  error?: ErrorInfo;
  status?: NodeStatus;
  socketid?: string;
  _client?: object;
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

const NODES = [
  withTexts(registerCluster),
  withTexts(registerDatabase),
  withTexts(registerCatalog),
  registerCollector,
];

describe('topic-catalog in Node-RED', function () {
  this.timeout(60_000);
  let brokers: string;
  let uri: string;
  let client: MongoClient;
  let name: string;

  before(async () => {
    for (const type of ['kafka-cluster', 'mongo-database', 'topic-catalog']) await loadTexts(type);
    [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
    client = await new MongoClient(uri).connect();
  });

  after(() => client.close());

  beforeEach(async () => {
    name = `catalog-${randomUUID()}`;
    await new Promise<void>((resolve) => helper.startServer(() => resolve()));
  });

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
    await client.db(name).dropDatabase();
  });

  async function deploy(catalog: object = {}, mongo: object = {}, cluster: object = {}): Promise<void> {
    collected = { answers: [], events: [], caught: [], completed: [], statuses: [] };
    const node = {
      id: 'catalog',
      type: 'topic-catalog',
      cluster: 'kafka',
      database: 'db',
      groupId: 'g',
      silentAfter: '5',
    };
    const flow = [
      { ...node, ...catalog, wires: [['answers'], ['events']] },
      { id: 'catch', type: 'catch', wires: [['caught']] },
      { id: 'complete', type: 'complete', scope: ['catalog'], wires: [['completed']] },
      { id: 'status', type: 'status', scope: ['catalog'], wires: [['statuses']] },
      ...Object.keys(collected).map((collector) => ({ id: collector, name: collector, type: 'collector' })),
    ].map((config) => ({ x: 100, y: 100, z: 'tab', ...config }));
    await helper.load(NODES, [
      { id: 'tab', type: 'tab' },
      { id: 'kafka', type: 'kafka-cluster', brokers, clientId: 'test', sasl: 'none', ...cluster },
      { id: 'db', type: 'mongo-database', uri, database: name, ...mongo },
      ...flow,
    ]);
  }

  function input(message: object): void {
    helper.getNode('catalog').receive(message as PipelineMessage);
  }

  function answer(count = 1): Promise<Collected> {
    return until(
      `answer ${count}`,
      () => collected.answers!.filter(({ action }) => action !== 'live')[count - 1],
    );
  }

  function reading(nodo: string, values: object): PipelineMessage {
    const payload = { nodo, ...values, fecha: '2026-11-24', hora: '10:00:00' };
    const record = { topic: 'T', partition: 0, offset: '0', timestamp: Date.now() };
    return { payload, readingId: newReadingId(), kafka: markAsOurs(record) };
  }

  it('answers with the request itself, its payload replaced and all else kept', async () => {
    await client
      .db(name)
      .collection('nodos')
      .insertOne({ nodo: 'a', topic: 'T', ts: new Date(), valores: { x: 1 } });
    await deploy();
    input({
      action: 'nodes',
      payload: {},
      request: 'r1',
      socketid: 's1',
      _client: { socketId: 'c1' },
      topic: 'mine',
    });
    const { payload, ...rest } = await answer();
    assert.deepEqual(
      (payload as NodesAnswer).nodes.map(({ nodo }) => nodo),
      ['a'],
    );
    assert.deepEqual(
      { ...rest, _msgid: '' },
      {
        _msgid: '',
        action: 'nodes',
        request: 'r1',
        socketid: 's1',
        _client: { socketId: 'c1' },
        topic: 'mine',
      },
    );
    await until('done', () => collected.completed!.length === 1);
    input({ action: 'topics' });
    assert.ok(Array.isArray(((await answer(2)).payload as TopicsAnswer).topics));
    await until('the status', () => collected.statuses!.at(-1)?.status?.text === 'connected, nodes: 1');
  });

  it('answers a wrong request with an error, which the Catch node gets as well', async () => {
    await deploy();
    input({ action: 'series', payload: { nodo: { $ne: null } }, socketid: 's1' });
    const { payload, error, socketid } = await answer();
    assert.equal(payload, undefined);
    assert.equal(socketid, 's1');
    assert.equal(error?.source, 'request');
    assert.match(error?.message ?? '', /nodo.*\{"\$ne":null\}/);
    const caught = await until('the Catch node', () => collected.caught![0]);
    assert.match(String((caught.error as unknown as Error).message), /nodo/);
    assert.equal(collected.completed!.length, 0);
  });

  it('passes a stored reading on at once, and says when its sensor fails', async () => {
    await deploy();
    input(reading('a', { humedad: 60 }));
    const live = await until('the live update', () =>
      collected.answers!.find(({ action }) => action === 'live'),
    );
    const { readings } = live.payload as LiveUpdate;
    assert.deepEqual(
      readings.map(({ nodo, topic, valores }) => ({ nodo, topic, valores })),
      [{ nodo: 'a', topic: 'T', valores: { humedad: 60 } }],
    );
    assert.equal('socketid' in live, false);
    input(reading('a', { humedad: null }));
    const event = (await until('an event', () => collected.events![0])).payload as NodeEvent;
    assert.deepEqual([event.kind, event.nodo, event.variables], ['sensor-error', 'a', ['humedad']]);
    await until('done', () => collected.completed!.length === 2);
  });

  it('passes on nothing of what was delivered again and had been stored before', async () => {
    await deploy();
    const again = { collection: 'datos', inserted: 0, alreadyThere: 1 };
    input({ ...reading('a', { humedad: 1 }), stored: again });
    input({ ...reading('a', { humedad: 2 }), stored: { ...again, inserted: 1, alreadyThere: 0 } });
    await until('the live update', () => collected.answers![0]);
    const told = collected.answers!.flatMap(({ payload }) => (payload as LiveUpdate).readings);
    assert.deepEqual(
      told.map(({ valores }) => valores.humedad),
      [2],
    );
    await until('done', () => collected.completed!.length === 2);
  });

  it('takes nothing for a stored reading that comes from a browser, or from nowhere', async () => {
    await deploy();
    const forged = { ...reading('forged', { humedad: 1 }), stored: { inserted: 1, alreadyThere: 0 } };
    input({ ...forged, socketid: 's1' });
    // As the classic dashboard marks what does not say which browser it comes from.
    input({ ...forged, socketid: undefined });
    input({ ...forged, _client: { socketId: 'c1' } });
    input({ payload: { nodo: 'forged', humedad: 1 } });
    // As inside an array, where no dashboard puts its mark; and from another Node-RED.
    input(JSON.parse(JSON.stringify(forged)) as PipelineMessage);
    const caught = await until('the Catch node', () => collected.caught![4] && collected.caught);
    for (const [i, { error }] of caught.entries()) {
      assert.match(String((error as unknown as Error).message), i < 3 ? /dashboard's page/ : /mongo-sink/);
    }
    input({ action: 'nodes' });
    assert.equal(((await answer()).payload as NodesAnswer).total, 0);
    assert.equal(collected.answers!.length, 1);
  });

  it('refuses a message that is neither a request nor a reading', async () => {
    await deploy();
    input({ payload: 'hello' });
    const caught = await until('the Catch node', () => collected.caught![0]);
    assert.match(String((caught.error as unknown as Error).message), /no msg\.action.*hello/);
    assert.equal(collected.answers!.length, 0);
  });

  it('says within seconds that the database is away, and answers by itself once it is back', async () => {
    const behindGate = new URL(uri);
    const gate = new Gate(behindGate.host);
    behindGate.host = await gate.open();
    behindGate.searchParams.set('directConnection', 'true');
    await deploy({}, { uri: behindGate.href });
    input({ action: 'nodes' });
    assert.ok((await answer()).payload);
    await gate.close();
    const begun = Date.now();
    const failed = await until('an error', async () => {
      const count = collected.answers!.length;
      input({ action: 'nodes' });
      const latest = await until('any answer', () => collected.answers![count]);
      return latest.error;
    });
    assert.equal(failed.source, 'database');
    assert.ok(!failed.message.includes('undefined'), failed.message);
    console.log(`      the database's absence was said after ${Date.now() - begun} ms`);
    await until('the status', () => collected.statuses!.at(-1)?.status?.fill === 'red');
    await gate.open();
    await until(
      'an answer',
      async () => {
        const count = collected.answers!.length;
        input({ action: 'nodes' });
        return (await until('any answer', () => collected.answers![count])).payload;
      },
      30_000,
    );
    await until('the status', () => collected.statuses!.at(-1)?.status?.fill === 'green');
    await helper.unload();
    await gate.close();
  });

  it('says which setting is missing, and answers with that', async () => {
    await deploy({ cluster: '' });
    await until('the Catch node', () => collected.caught!.length === 1);
    input({ action: 'topics', request: 'r' });
    const { error, ...rest } = await answer();
    assert.equal(error?.source, 'internal');
    assert.match(error?.message ?? '', /^The field cluster is "[^"]*": choose a kafka-cluster/);
    assert.equal((rest as { request?: string }).request, 'r');
    await until('the status', () => collected.statuses!.at(-1)?.status?.text === shorten(error?.message, 60));
  });

  it('keeps what a page sets, tells all of it, and its limits drive the second output as those of the dialog do', async () => {
    await deploy({ pageMayChange: true, limits: 'humedad > 90' });
    const limit = { side: 'above', value: 30, seconds: 0, hysteresis: 1 };
    const setting = { nodo: null, variable: 'temperatura', name: 'Aire', limits: [limit] };
    input({ action: 'set-variable', payload: setting, request: 'r' });
    const { payload: changed } = await answer();
    assert.equal((changed as ChangedAnswer).changed, 1);
    const told = await until('everybody to be told', () =>
      collected.answers!.find(
        ({ action, payload }) =>
          action === 'live' && (payload as LiveUpdate).settings === (changed as ChangedAnswer).settings,
      ),
    );
    assert.ok(told);
    input({ action: 'settings' });
    const { payload: settings } = await answer(2);
    assert.deepEqual(
      [(settings as SettingsAnswer).variables, (settings as SettingsAnswer).refused],
      [[setting], null],
    );
    input(reading('a', { temperatura: 31, humedad: 95 }));
    input(reading('a', { temperatura: 28, humedad: 95 }));
    await until('three events', () => collected.events!.length === 3);
    assert.deepEqual(
      collected.events!.map(({ topic, payload }) => [topic, (payload as NodeEvent).variables[0]]),
      [
        ['above', 'temperatura'],
        ['above', 'humedad'],
        ['limit-ok', 'temperatura'],
      ],
    );
    // Set by the last start, it holds in the next one.
    await helper.unload();
    await deploy({ pageMayChange: true });
    await until('the settings to be read', () => collected.answers!.some(({ action }) => action === 'live'));
    input(reading('a', { temperatura: 31 }));
    await until('the event', () => collected.events![0]?.topic === 'above');
  });

  it('lets nothing be set where its setting does not allow it, as in a flow that was saved before it had one', async () => {
    await deploy();
    for (const [action, payload] of [
      ['set-variable', { nodo: null, variable: 'temperatura', name: 'x' }],
      ['add-note', { nodo: 'a', from: 1, to: null, text: 'x' }],
      ['delete-note', { id: randomUUID() }],
      ['import', { variables: [], notes: [] }],
    ] as const) {
      input({ action, payload });
    }
    await until('four answers', () => collected.answers!.filter(({ error }) => error).length === 4);
    for (const { error } of collected.answers!.filter((message) => message.error)) {
      assert.equal(error!.source, 'request');
      assert.match(error!.message, /switched off/);
    }
    input({ action: 'settings' });
    const { payload } = await answer(5);
    assert.equal((payload as SettingsAnswer).refused, 'setting');
    assert.equal(await client.db(name).collection('ajustes').countDocuments(), 0);
  });

  it('takes a file in, all of it or nothing, and lists its notes with charts and events', async () => {
    await deploy({ pageMayChange: true });
    const note = {
      id: randomUUID(),
      nodo: 'a',
      from: Date.now() - 1_000,
      to: null,
      text: 'lluvia',
      written: 5,
    };
    const file = { variables: [{ nodo: 'a', variable: 'luz', unit: 'lx' }], notes: [note] };
    const wrong = { ...file, variables: [...file.variables, { nodo: null, variable: 'x', decimals: 99 }] };
    for (const payload of [wrong, { ...file, check: true }, file]) input({ action: 'import', payload });
    await answer(3);
    input({ action: 'notes', payload: { nodo: 'a' } });
    input({ action: 'events' });
    input({ action: 'series', payload: { nodo: 'a', recent: 60_000 } });
    await answer(6);
    const of = (n: number): unknown =>
      collected.answers!.filter(({ action }) => action !== 'live')[n]!.payload;
    const refusal = collected.answers!.find(({ error }) => error)!.error!;
    assert.match(refusal.message, /decimals/);
    assert.deepEqual((of(3) as NotesAnswer).notes, [note]);
    assert.deepEqual((of(4) as EventsAnswer).notes, [note]);
    assert.deepEqual((of(5) as SeriesAnswer).notes, [note]);
    assert.equal(await client.db(name).collection('ajustes').countDocuments(), 2);
  });
});
