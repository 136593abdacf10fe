import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MongoClient, ObjectId, type Db } from 'mongodb';
import type { FlowNode } from '../../stack/node-red/flows';
import { ensureTopics } from '../../stack/kafka/cluster';
import type { ManagedProcess } from '../../stack/process/managed-process';
import { AdminApi } from '../support/admin-api';
import { nodeOf, readFlow, withSettings, type FlowSettings } from '../support/flow-settings';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { plugIn, type TestDevice } from '../support/pty';
import { readTopic } from '../support/read-topic';
import { database, kafka } from '../support/services';
import { until } from '../support/until';
import { readPage, startPublisher, startSubscriber, type OriginalPage } from './original';

const PIPELINE = 'examples/06 whole pipeline.json';
const CATALOG = 'examples/05 topic-catalog.json';
const EDGE = 'flows/edge.json';

/** What topic-catalog answers, as far as it is looked at here. */
interface Answer {
  action: string;
  payload: {
    nodes: { nodo: string; valores: Record<string, number | null> }[];
    columns: { name: string; mean: (number | null)[] }[];
  };
}

describe('beside the original system', function () {
  this.timeout(180_000);

  let dir: string;
  let nodeRed: TestNodeRed;
  let api: AdminApi;
  let board: TestDevice;
  let client: MongoClient;
  let db: Db;
  let settings: FlowSettings;
  const theirs: ManagedProcess[] = [];

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-interop-'));
    nodeRed = await startNodeRed();
    api = await AdminApi.connect(nodeRed.editor.replace(/\/$/, ''));
    client = await MongoClient.connect((await database()).uri);
  });

  after(async () => {
    api?.close();
    await client?.close();
    await nodeRed?.dispose();
    await rm(dir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    const [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
    const unique = `interop-${randomUUID().slice(0, 8)}`;
    await ensureTopics(brokers, [{ topic: unique, partitions: 3 }]);
    board = await plugIn(path.join(dir, unique));
    db = client.db(unique);
    settings = {
      brokers,
      uri,
      topic: unique,
      groupId: unique,
      database: unique,
      serialPath: board.link,
    };
  });

  afterEach(async () => {
    await api.deploy([]);
    await Promise.all(theirs.splice(0).map((process) => process.stop()));
    await board.unplug();
    await db.dropDatabase();
  });

  async function deploy(flow: readonly FlowNode[]): Promise<FlowNode[]> {
    const own = withSettings(flow, settings);
    await api.deploy(own);
    return own;
  }

  function write(nodo: string, humedad: number | null): void {
    board.write(
      `${JSON.stringify({ nodo, humedad, temperatura: 26, sensacion: 26.92732, radiacion: 1997.07 })}\r\n`,
    );
  }

  async function stored(count: number): Promise<void> {
    await until(
      `${count} readings in the database`,
      async () => (await db.collection('datos').countDocuments()) >= count,
      60_000,
    );
  }

  it('stores and shows what its publisher sends: no key, no header, a producer for each reading', async () => {
    const { brokers, topic, uri, database: name } = settings;
    // Nothing of ours may read the board: the original's publisher does.
    const flow = await deploy(without(readFlow(PIPELINE), 'serial-json-in'));
    theirs.push(await startPublisher({ brokers, topic, device: board.link }));
    write('comuna_15', 60);
    board.write('Error\r\n');
    write('comuna_15', null);
    for (let humedad = 61; humedad <= 63; humedad++) write('comuna_15', humedad);
    write('comuna_7', 40);
    await stored(6);

    const records = await readTopic(brokers, topic, 6);
    assert.deepEqual(
      records.map(({ key, headers }) => ({ key, headers })),
      Array.from({ length: 6 }, () => ({ key: null, headers: {} })),
    );

    await api.press(nodeOf(flow, 'inject', 'nodes'));
    const { payload } = await answer(flow, 'nodes');
    assert.deepEqual(
      payload.nodes.map(({ nodo, valores }) => [nodo, valores.humedad]),
      [
        ['comuna_7', 40],
        ['comuna_15', 63],
      ],
    );
    assert.deepEqual(humidities(await readPage(uri, name), 'comuna_15'), [63, 62, 61, null, 60]);
    assert.equal(await db.collection('datos').countDocuments(), 6);
  });

  it('sends what its subscriber stores, and shows a database that only the original has filled', async () => {
    const { brokers, topic, uri, database: name } = settings;
    theirs.push(await startSubscriber({ brokers, topic, uri, database: name }));
    await deploy(readFlow(EDGE));
    await api.status(
      'the port to be open',
      nodeOf(readFlow(EDGE), 'serial-json-in'),
      ({ fill }) => fill === 'green',
      60_000,
    );
    write('comuna_15', 60);
    write('comuna_15', null);
    for (let humedad = 61; humedad <= 63; humedad++) write('comuna_15', humedad);
    await stored(5);
    await until('the node in the list', () => db.collection('nodos').findOne({ nodo: 'comuna_15' }));

    const { pages } = await readPage(uri, name);
    assert.equal(pages.length, 1);
    const [reading] = pages[0]!.last;
    assert.match(String(reading?.fecha), /^\d{4}-\d\d-\d\d$/);
    assert.match(String(reading?.hora), /^\d\d:\d\d:\d\d$/);
    assert.equal(reading?.radiacion, 1997.07);

    const flow = await deploy(readFlow(CATALOG));
    for (const button of ['nodes', 'last 10']) await api.press(nodeOf(flow, 'inject', button));
    const nodes = await answer(flow, 'nodes');
    assert.deepEqual(
      nodes.payload.nodes.map(({ nodo, valores }) => [nodo, valores.humedad]),
      [['comuna_15', 63]],
    );
    const series = await answer(flow, 'series');
    assert.deepEqual(series.payload.columns.find(({ name }) => name === 'humedad')?.mean, [
      60,
      null,
      61,
      62,
      63,
    ]);
  });

  it('keeps a database in which its page finds the nodes by their links and the last ten readings in order', async () => {
    const { uri, database: name } = settings;
    const flow = await deploy(readFlow(PIPELINE));
    await api.status(
      'the port to be open',
      nodeOf(flow, 'serial-json-in'),
      ({ fill }) => fill === 'green',
      60_000,
    );
    const count = 25;
    for (let humedad = 1; humedad <= count; humedad++) {
      write('comuna_15', humedad);
      write('comuna_7', 100 + humedad);
    }
    await stored(2 * count);
    await until('both nodes with their last readings', async () => {
      const last = await db.collection('nodos').find().toArray();
      return (
        last.length === 2 &&
        last.every(({ valores }) => (valores as { humedad: number }).humedad % 100 === count)
      );
    });

    const page = await readPage(uri, name);
    for (const { link } of page.nodes) assert.ok(ObjectId.isValid(link));
    const lastTen = Array.from({ length: 10 }, (_, i) => count - i);
    assert.deepEqual(humidities(page, 'comuna_15'), lastTen);
    assert.deepEqual(
      humidities(page, 'comuna_7'),
      lastTen.map((humedad) => 100 + humedad),
    );
  });

  async function answer(flow: readonly FlowNode[], action: string): Promise<Answer> {
    const debug = nodeOf(flow, 'debug', 'answers');
    const message = await api.debugMessage(
      `the answer to "${action}"`,
      debug,
      (shown: Answer) => shown.action === action,
    );
    return message as Answer;
  }
});

function humidities({ pages }: OriginalPage, nodo: string): (string | number | null)[] {
  const page = pages.find((candidate) => candidate.nodo === nodo);
  assert.ok(page, `no page of ${nodo}`);
  return page.last.map(({ humedad }) => humedad);
}

/** @returns the flow without the nodes of a type */
function without(flow: readonly FlowNode[], type: string): FlowNode[] {
  return flow.filter((node) => node.type !== type);
}
