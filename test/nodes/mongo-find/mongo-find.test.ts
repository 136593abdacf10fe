import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerDatabase from '../../../nodes/mongo-database/mongo-database';
import registerFind from '../../../nodes/mongo-find/mongo-find';
import { freePort } from '../../../stack/process/ports';
import { database } from '../../support/services';
import { loadTexts, withTexts } from '../../support/texts';
import { until } from '../../support/until';
import { openDatabase, type TestDatabase } from '../mongo-sink/support';

interface Collected {
  _msgid: string;
  payload?: unknown;
  found?: { collection: string; more: boolean };
  parts?: { id: string; index: number; count?: number };
  complete?: boolean;
  error?: { message: string; source: { type: string } };
  status?: NodeStatus;
}

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

const NODES = [withTexts(registerDatabase), withTexts(registerFind), registerCollector];

describe('mongo-find in Node-RED', function () {
  this.timeout(60_000);
  let test: TestDatabase;

  before(async function () {
    this.timeout(300_000);
    await loadTexts('mongo-database');
    await loadTexts('mongo-find');
    test = await openDatabase((await database()).uri);
    const documents = Array.from({ length: 25 }, (_, n) => ({ nodo: n < 20 ? 'a' : 'b', n }));
    await test.db.collection('datos').insertMany(documents);
  });

  beforeEach(() => new Promise<void>((resolve) => helper.startServer(() => resolve())));

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
  });

  after(() => test.drop());

  async function deploy(find: Record<string, unknown> = {}, db: Record<string, unknown> = {}): Promise<Node> {
    collected = { found: [], caught: [], completed: [], statuses: [] };
    const flow = [
      {
        id: 'find',
        type: 'mongo-find',
        database: 'db',
        collection: 'datos',
        sort: '{"n": 1}',
        wires: [['found']],
        ...find,
      },
      { id: 'catch', type: 'catch', wires: [['caught']] },
      { id: 'complete', type: 'complete', scope: ['find'], wires: [['completed']] },
      { id: 'status', type: 'status', scope: ['find'], wires: [['statuses']] },
      ...Object.keys(collected).map((name) => ({ id: name, name, type: 'collector' })),
    ].map((config) => ({ x: 100, y: 100, z: 'tab', ...config }));
    const config = { id: 'db', type: 'mongo-database', uri: test.uri, database: test.name, ...db };
    await helper.load(NODES, [{ id: 'tab', type: 'tab' }, config, ...flow]);
    return helper.getNode('find');
  }

  const got = (name: string, count: number): Promise<Collected[]> =>
    until(`${count} messages at ${name}`, () => collected[name]!.length >= count && collected[name]);
  const numbers = (documents: unknown): unknown[] => (documents as { n: number }[]).map(({ n }) => n);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  it('gives all documents in one message, and says so when they have been sent', async () => {
    const node = await deploy();
    node.receive({ payload: { nodo: 'b' }, _msgid: 'abc', topic: 'kept' });
    const [message] = await got('found', 1);
    assert.deepEqual(numbers(message?.payload), range(20, 25));
    assert.match((message?.payload as { _id: string }[])[0]?._id ?? '', /^[0-9a-f]{24}$/);
    const { _msgid, found, parts, topic } = message as Collected & { topic: string };
    assert.deepEqual(
      [_msgid, topic, found, parts],
      ['abc', 'kept', { collection: 'datos', more: false }, undefined],
    );
    await got('completed', 1);
    await until('the status', () =>
      /^found: 5 \(\d+ ms\)$/.test(collected.statuses?.at(-1)?.status?.text ?? ''),
    );
  });

  it('gives an empty array where nothing is found, and says where there is more', async () => {
    const node = await deploy({ maxDocuments: '3' });
    node.receive({ payload: { nodo: 'nobody' } });
    node.receive({ payload: {} });
    const [none, some] = await got('found', 2);
    assert.deepEqual([none?.payload, none?.found?.more], [[], false]);
    assert.deepEqual([numbers(some?.payload), some?.found?.more], [[0, 1, 2], true]);
  });

  it('finds by a pattern and what stands beside it', async () => {
    const node = await deploy();
    node.receive({ payload: { nodo: { $regex: '^[AB]$', $options: 'i', $ne: 'a' } } });
    assert.deepEqual(numbers((await got('found', 1))[0]?.payload), range(20, 25));
  });

  it('gives pages that a join puts together again', async () => {
    const node = await deploy({ output: 'pages', pageSize: '10' });
    node.receive({ payload: {}, _msgid: 'abc' });
    const pages = await got('found', 3);
    assert.deepEqual(
      pages.map(({ payload }) => numbers(payload)),
      [range(0, 10), range(10, 20), range(20, 25)],
    );
    assert.deepEqual(
      pages.map(({ parts, complete }) => [parts, complete]),
      [
        [{ id: 'abc', index: 0 }, undefined],
        [{ id: 'abc', index: 1 }, undefined],
        [{ id: 'abc', index: 2, count: 3 }, true],
      ],
    );
  });

  it('gives one message a document, as many as the message asks for', async () => {
    const node = await deploy({ output: 'single' });
    node.receive({ payload: {}, limit: 4 });
    await got('completed', 1);
    const messages = await got('found', 4);
    assert.deepEqual(
      messages.map(({ payload, complete, found }) => [(payload as { n: number }).n, complete, found?.more]),
      [
        [0, undefined, false],
        [1, undefined, false],
        [2, undefined, false],
        [3, true, true],
      ],
    );
  });

  it('counts, and gives the values of a field', async () => {
    const counting = await deploy({ operation: 'count' });
    counting.receive({ payload: { nodo: 'a' } });
    assert.equal((await got('found', 1))[0]?.payload, 20);
    await helper.unload();
    const values = await deploy({ operation: 'distinct' });
    values.receive({ payload: {}, field: 'nodo' });
    assert.deepEqual(((await got('found', 1))[0]?.payload as string[]).sort(), ['a', 'b']);
  });

  it('gives patterns among the values of a field as text, and no more values than a message may carry', async () => {
    const mixed = test.db.collection('mixed');
    await mixed.insertMany([{ v: /^a/i }, ...range(0, 3).map((n) => ({ v: `${n}`.repeat(600_000) }))]);
    const node = await deploy({ operation: 'distinct', collection: 'mixed', maxMB: '1' });
    node.receive({ payload: { v: { $type: 'regex' } }, field: 'v' });
    assert.deepEqual((await got('found', 1))[0]?.payload, ['/^a/i']);
    node.receive({ payload: {}, field: 'v' });
    assert.match((await got('caught', 1))[0]?.error?.message ?? '', /does not fit into a message of 1 MB/);
  });

  it('aggregates by the query that the dialog sets', async () => {
    const query = JSON.stringify([{ $group: { _id: '$nodo', most: { $max: '$n' } } }, { $sort: { _id: 1 } }]);
    const node = await deploy({ operation: 'aggregate', queryType: 'json', query });
    node.receive({ payload: 'is not asked' });
    assert.deepEqual((await got('found', 1))[0]?.payload, [
      { _id: 'a', most: 19 },
      { _id: 'b', most: 24 },
    ]);
  });

  it('tells the Catch node what is no question, and goes on with the next', async () => {
    const node = await deploy();
    node.receive({ payload: { $where: '1' } });
    node.receive({ payload: { n: { $nothing: 1 } } });
    node.receive({ payload: { n: 7 } });
    const [found] = await got('found', 1);
    assert.deepEqual(numbers(found?.payload), [7]);
    const [program, refused] = await got('caught', 2);
    assert.match(program?.error?.message ?? '', /\$where, a program that the server would run/);
    assert.match(refused?.error?.message ?? '', /^datos: the database refuses the question: .*\$nothing/);
    assert.equal(refused?.error?.source.type, 'mongo-find');
    assert.deepEqual(refused?.payload, { n: { $nothing: 1 } });
  });

  it('bounds what one message carries: an error where all is one, smaller pages otherwise', async () => {
    const large = test.db.collection('large');
    await large.insertMany(range(0, 4).map((n) => ({ n, text: 'x'.repeat(600_000) })));
    const node = await deploy({ collection: 'large', maxMB: '1' });
    node.receive({ payload: {} });
    const [caught] = await got('caught', 1);
    assert.match(caught?.error?.message ?? '', /does not fit into a message of 1 MB/);
    await helper.unload();
    const paged = await deploy({ collection: 'large', maxMB: '1', output: 'pages' });
    paged.receive({ payload: {} });
    await got('completed', 1);
    assert.deepEqual(
      collected.found?.map(({ payload }) => numbers(payload)),
      [[0], [1], [2], [3]],
    );
  });

  it('leaves out, and names, a document that no flow could take', async () => {
    const deep = test.db.collection('deep');
    const nested = JSON.parse(`${'{"a":'.repeat(120)}1${'}'.repeat(120)}`) as object;
    await deep.insertMany([{ n: 1 }, { n: 2, nested }, { n: 3 }]);
    const node = await deploy({ collection: 'deep' });
    node.receive({ payload: {} });
    const [message] = await got('found', 1);
    assert.deepEqual(numbers(message?.payload), [1, 3]);
    const [caught] = await got('caught', 1);
    assert.match(
      caught?.error?.message ?? '',
      /^deep: the document [0-9a-f]{24} is larger than a message may be/,
    );
  });

  it('says that no answer came in time while the database is away', async () => {
    const uri = `mongodb://127.0.0.1:${await freePort()}`;
    const node = await deploy({ timeoutSeconds: '1' }, { uri });
    node.receive({ payload: {} });
    const [caught] = await got('caught', 1);
    assert.equal(caught?.error?.message, 'datos: no answer within 1 s');
    assert.ok(!collected.statuses?.some(({ status }) => status?.fill === 'green'));
  });
});
