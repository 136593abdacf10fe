import assert from 'node:assert/strict';
import { MongoClient, ObjectId, type BSON } from 'mongodb';
import { foldReadings } from '../../../nodes/mongo-sink/history/fold';
import { historyDatabase } from '../../../nodes/mongo-sink/history/history-database';
import { MINUTE_MS } from '../../../nodes/shared/durations';
import { storedTime } from '../../../nodes/shared/stored-reading';
import { MongoProxy } from '../../support/mongo-proxy';
import { database } from '../../support/services';
import { until } from '../../support/until';
import { openDatabase, TestSink, type TestDatabase } from './support';

/** What BSON holds and JavaScript does not: nanoseconds where milliseconds belong. */
class FarDate extends Date {
  override getTime(): number {
    return 1.7e18;
  }
}

const NOON = Date.UTC(2026, 10, 24, 12);
const NAMES = { collection: 'datos', nodesCollection: 'nodos' };

/** The answer of a server that has these documents; the embedded one stores no such date. */
function found(collection: string, documents: object[]): BSON.Document {
  return { cursor: { firstBatch: documents, id: 0n, ns: `test.${collection}` }, ok: 1 };
}

describe('mongo-sink: a date of another program that JavaScript can’t hold', function () {
  this.timeout(60_000);
  let test: TestDatabase;
  let proxy: MongoProxy;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
  });

  beforeEach(async () => {
    await test.db.dropDatabase();
    proxy = await MongoProxy.start(test.uri);
  });

  afterEach(() => proxy.stop());

  after(() => test.drop());

  it('counts as none: its reading is summarised at the time of its _id', async () => {
    const _id = ObjectId.createFromTime(NOON / 1_000 + 65);
    proxy.reply = ({ name, target }) =>
      name === 'find' && target === 'datos' ? found('datos', [{ _id, ts: new FarDate(), t: 21 }]) : undefined;
    const client = new MongoClient(proxy.uri);
    try {
      const readings = historyDatabase(client.db(test.name), NAMES);
      const minutes = await foldReadings(readings, 'a', NOON, NOON + 60 * MINUTE_MS, 'minute');
      assert.deepEqual([...minutes.keys()], [NOON + MINUTE_MS]);
      assert.equal(minutes.get(NOON + MINUTE_MS)?.variables.get('t')?.sum, 21);
    } finally {
      await client.close();
    }
    assert.equal(storedTime({ _id, ts: new Date(NaN) }), NOON + 65_000);
  });

  it('in the list of nodes keeps no missing node from being listed, and is made good', async () => {
    const now = Math.floor(Date.now() / 1_000);
    await test.db.collection('datos').insertMany([
      { _id: ObjectId.createFromTime(now - 60), nodo: 'lejos', t: 1 },
      { _id: ObjectId.createFromTime(now - 50), nodo: 'otro', t: 2 },
    ]);
    const far = { _id: new ObjectId(), nodo: 'lejos', ts: new FarDate() };
    await test.db.collection('nodos').insertOne({ ...far, ts: new Date(0) });
    let asked = false;
    proxy.reply = ({ name, target }) => {
      if (asked || name !== 'find' || target !== 'nodos') return undefined;
      asked = true;
      return found('nodos', [far]);
    };
    const sink = new TestSink({ uri: proxy.uri, name: test.name }, { summaries: false });
    try {
      const listed = async (): Promise<string> =>
        (await test.db.collection('nodos').find().toArray())
          .map(({ nodo, valores }) => `${nodo} ${(valores as { t?: number } | undefined)?.t}`)
          .sort()
          .join();
      await until('both with what they last said', async () => (await listed()) === 'lejos 1,otro 2');
      assert.deepEqual(sink.troubles, []);
    } finally {
      await sink.close();
    }
  });
});
