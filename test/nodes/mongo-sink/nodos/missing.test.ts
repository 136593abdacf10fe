import assert from 'node:assert/strict';
import { ObjectId } from 'mongodb';
import { storedNodes } from '../../../../nodes/mongo-sink/nodos/missing';
import type { ReadingDocument } from '../../../../nodes/mongo-sink/storing/document';
import { MongoProxy, refusal } from '../../../support/mongo-proxy';
import { database } from '../../../support/services';
import { until } from '../../../support/until';
import { openDatabase, reading, record, TestSink, type TestDatabase } from '../support';

describe('mongo-sink: a node that the list lacks', function () {
  this.timeout(60_000);
  let test: TestDatabase;
  let sink: TestSink | undefined;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
  });

  beforeEach(() => test.db.dropDatabase());

  afterEach(async () => {
    await sink?.close();
    sink = undefined;
  });

  after(() => test.drop());

  const listed = async (): Promise<string[]> =>
    (await test.db.collection<{ nodo: string }>('nodos').find().toArray()).map(({ nodo }) => nodo).sort();

  for (const summaries of [true, false]) {
    it(`since its first write was refused, is found at the next start, summaries ${summaries ? 'on' : 'off'}`, async () => {
      const proxy = await MongoProxy.start(test.uri);
      try {
        proxy.reply = ({ name, target }) =>
          target === 'nodos' && (name === 'insert' || name === 'update') ? refusal(121) : undefined;
        const refused = new TestSink({ uri: proxy.uri, name: test.name }, { summaries });
        for (const nodo of ['a', 'b']) await refused.store(record(reading(nodo, 1), Number(nodo === 'b')));
        const marks = await test.db.collection<{ nodo: string }>('datos_marcas').distinct('nodo');
        assert.deepEqual(marks.sort(), ['a', 'b'], 'nothing would tell the next start without reading all');
        await refused.close();
      } finally {
        await proxy.stop();
      }
      assert.deepEqual(await listed(), []);
      sink = new TestSink(test, { summaries });
      await until('the nodes to be listed', async () => (await listed()).join() === 'a,b');
    });
  }

  it('is found by its stored readings alone, with what it last said', async () => {
    const documents = Array.from({ length: 30 }, (_, i) => ({
      _id: ObjectId.createFromTime(1_600_000_000 + i),
      nodo: `n${i % 3}`,
      humedad: i,
    }));
    await test.db.collection<{ nodo: string }>('datos').insertMany(documents);
    await test.db.collection('nodos').insertOne({ nodo: 'n1', fecha: '2020-09-13' });
    sink = new TestSink(test);
    await until('all to be listed', async () => (await listed()).join() === 'n0,n1,n2');
    const last = await test.db.collection<{ valores: object }>('nodos').findOne({ nodo: 'n2' });
    assert.deepEqual(last?.valores, { humedad: 29 });
  });

  it('is found behind lists of names and endless ones that other programs have stored, which are listed by none', async () => {
    const names = ['a', ['b', 'x'], ['a', 'zz'], 'm', 'n'.repeat(300), 'z', 7, { nodo: 'y' }];
    await test.db
      .collection('datos')
      .insertMany(names.map((nodo, i) => ({ _id: ObjectId.createFromTime(1_700_000_000 + i), nodo })));
    sink = new TestSink(test);
    await until('all to be listed', async () => (await listed()).join() === 'a,m,z');
  });

  it('is asked for by the index, node by node, and not where the server reads everything for that', async () => {
    const asked: unknown[] = [];
    const collection = {
      find: ({ nodo }: { nodo: { $gt: string } }) => ({
        sort: (order: object) => ({
          limit: (count: number) => ({
            toArray: async () => {
              asked.push([nodo.$gt, order, count]);
              const next = ['', 'a', 'b'].indexOf(nodo.$gt) + 1;
              if (nodo.$gt === 'b') await new Promise((resolve) => setTimeout(resolve, 2_100));
              return next < 4 ? [{ nodo: ['', 'a', 'b', 'c'][next] }] : [];
            },
          }),
        }),
      }),
      distinct: () => assert.fail('all readings are read'),
    };
    const names = storedNodes(collection as never, new AbortController().signal);
    assert.deepEqual(await names.next(), { done: false, value: ['a', 'b', 'c'] });
    assert.deepEqual(await names.next(), { done: true, value: false });
    const order = { nodo: 1, _id: -1 };
    assert.deepEqual(asked, [
      ['', order, 1],
      ['a', order, 1],
      ['b', order, 1],
    ]);
  });

  it('keeps its marks until the list has it', async () => {
    const time = Math.floor(Date.now() / 1000) - 3 * 3600;
    const readings = test.db.collection<ReadingDocument>('datos');
    await readings.insertOne({
      _id: new ObjectId(time.toString(16) + '0'.repeat(16)),
      nodo: 'a',
      ts: new Date(time * 1000),
    });
    const proxy = await MongoProxy.start(test.uri);
    let refuse = true;
    proxy.reply = ({ name, target }) =>
      refuse && target === 'nodos' && name !== 'find' && name !== 'createIndexes' ? refusal(121) : undefined;
    const v = new ObjectId(time.toString(16) + '0'.repeat(16));
    const marks = test.db.collection<{ _id: string }>('datos_marcas');
    await marks.insertOne({ _id: 'a|x', nodo: 'a', hora: new Date((time - 3600) * 1000), v } as never);
    const running = new TestSink({ uri: proxy.uri, name: test.name });
    try {
      await until('the refusal', () => running.troubles.length > 0);
      assert.equal(await marks.countDocuments(), 1);
      refuse = false;
    } finally {
      await running.close();
      await proxy.stop();
    }
    sink = new TestSink(test);
    await until('the node to be listed', async () => (await listed()).join() === 'a');
  });
});
