import assert from 'node:assert/strict';
import { Long, ObjectId, type Document } from 'mongodb';
import { KINDS } from '../../../../nodes/mongo-sink/take-in/kinds';
import { takeIn, type TakeInProgress } from '../../../../nodes/mongo-sink/take-in/take-in';
import { COVERAGE_ID } from '../../../../nodes/shared/summary-chunks';
import { Zone } from '../../../../nodes/shared/zone';
import { NodeList } from '../../../../nodes/topic-catalog/node-list';
import { NodeIndex } from '../../../../nodes/topic-catalog/nodes';
import { Readings } from '../../../../nodes/topic-catalog/readings';
import { database } from '../../../support/services';
import { openDatabase, type TestDatabase } from '../support';

const EACH = 24;
const MINUTE = 60_000;
const BOGOTA = Zone.named('America/Bogota') ?? Zone.own();

/** An ObjectId of that second, and another one for each number. */
function idAt(time: number, n: number): ObjectId {
  const second = Math.floor(time / 1_000)
    .toString(16)
    .padStart(8, '0');
  return new ObjectId(second + n.toString(16).padStart(16, '0'));
}

describe('mongo-sink: what other programs have stored', function () {
  this.timeout(120_000);
  let test: TestDatabase;
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const begin = now - 60 * MINUTE;
  const monthAgo = begin - 30 * 24 * 60 * MINUTE;
  const at2021 = Date.parse('2021-11-20T15:00:00Z');

  /** By node: how each is stored, and when it was. */
  const STORED: Record<string, { time: number; of: (time: number, i: number) => Document }> = {
    // As the original system's subscriber does it.
    original: { time: begin, of: (time, i) => ({ _id: idAt(time, i), fecha: '2021-11-20', humedad: i }) },
    ts_elsewhere: { time: monthAgo, of: (time, i) => ({ _id: idAt(now, 100 + i), ts: new Date(time) }) },
    id_text: { time: begin, of: (time, i) => ({ _id: `reading-${i}`, ts: new Date(time) }) },
    id_integer: { time: begin, of: (time, i) => ({ _id: Long.fromNumber(1_000 + i), ts: new Date(time) }) },
    ts_text: {
      time: begin,
      of: (time, i) => ({ _id: idAt(now, 300 + i), ts: new Date(time).toISOString() }),
    },
    // Restored from what an export without _id left.
    restored: {
      time: at2021,
      of: (_time, i) => ({
        _id: idAt(now, 200 + i),
        fecha: '2021-11-20',
        hora: `10:${String(i).padStart(2, '0')}:00`,
      }),
    },
    '15': { time: begin, of: (time, i) => ({ _id: idAt(time, 400 + i), nodo: 15, ts: new Date(time) }) },
  };

  before(async () => (test = await openDatabase((await database()).uri)));
  after(() => test.drop());

  beforeEach(async () => {
    await test.db.dropDatabase();
    const datos = test.db.collection<Document>('datos');
    await datos.createIndex({ nodo: 1, _id: -1 });
    for (const [nodo, { time, of }] of Object.entries(STORED))
      await datos.insertMany(
        Array.from({ length: EACH }, (_, i) => ({
          nodo,
          ...of(time + i * MINUTE, i),
          // What the original stores has a date of its own day.
          ...(nodo === 'original' ? { fecha: new Date(time).toISOString().slice(0, 10) } : {}),
          temperatura: 20 + i,
        })),
      );
    await datos.insertOne({ device: 'esp8266', temperature: 20 });
    await datos.insertOne({ _id: 'x' as unknown as ObjectId, nodo: 'no_time', temperatura: 1 });
  });

  const run = (
    apply: boolean,
    replace = false,
    signal = new AbortController().signal,
  ): Promise<TakeInProgress> =>
    takeIn(
      { db: test.db, collection: 'datos', nodesCollection: 'nodos', zone: BOGOTA, apply, replace },
      signal,
    );

  const stored = (): Promise<Document[]> => test.db.collection('datos').find().toArray();

  /** The readings that a page finds of a node in the hour and a half from a time on. */
  async function shown(nodo: string, from: number): Promise<number[]> {
    const source = {
      description: 'test',
      collection: 'datos',
      nodesCollection: 'nodos',
      db: () => Promise.resolve(test.db),
    };
    const found: [number, number][] = [];
    await new Readings(source).forEach(nodo, from, from + 90 * MINUTE, ({ time, values }) =>
      found.push([time, Number(values.temperatura)]),
    );
    return found.sort(([a], [b]) => a - b).map(([, value]) => value);
  }

  /** Shown, but at the time of their `_id`. */
  const AT_RESTORING = ['restored', 'ts_text'];

  const all = Array.from({ length: EACH }, (_, i) => 20 + i);

  it('is looked at and told by kind, and nothing is changed', async () => {
    const before = JSON.stringify(await stored());
    const { kinds, looked, stored: copies } = await run(false);
    assert.equal(looked, 7 * EACH + 2);
    assert.deepEqual(
      KINDS.map((kind) => [kind, kinds[kind]]),
      [
        ['ours', 0],
        ['original', EACH],
        ['otherId', 2 * EACH],
        ['otherTime', EACH],
        ['restored', 2 * EACH],
        ['numericNodo', EACH],
        ['noNodo', 1],
        ['noTime', 1],
      ],
    );
    assert.equal(copies, 0);
    assert.equal(JSON.stringify(await stored()), before);
    assert.equal(await test.db.collection('nodos').countDocuments(), 0);
  });

  it('is shown from then on, each once, with nothing taken away; a second run doubles nothing', async () => {
    await test.db
      .collection<Document>('datos_resumen')
      .insertOne({ _id: COVERAGE_ID as unknown as ObjectId, completo: true });
    const before = await stored();
    const first = await run(true);
    assert.equal(first.stored, 4 * EACH);
    for (const [nodo, { time }] of Object.entries(STORED)) {
      if (!AT_RESTORING.includes(nodo)) assert.deepEqual(await shown(nodo, time - MINUTE), all, nodo);
      else assert.deepEqual((await shown(nodo, now - MINUTE)).sort(), all, `${nodo} is not shown twice`);
    }
    const after = await stored();
    for (const document of before)
      assert.ok(after.some((other) => JSON.stringify(other) === JSON.stringify(document)));
    const again = await run(true);
    assert.deepEqual([again.stored, again.thereAlready, again.kinds.ours], [0, 4 * EACH, 4 * EACH]);
    assert.equal((await stored()).length, after.length);

    const source = {
      description: 'test',
      collection: 'datos',
      nodesCollection: 'nodos',
      db: () => Promise.resolve(test.db),
    };
    const list = new NodeIndex(new Readings(source), new NodeList(source), 5);
    const { nodes } = await list.page({
      action: 'nodes',
      nodo: undefined,
      topic: undefined,
      search: '',
      sort: 'nodo',
      descending: false,
      offset: 0,
      after: undefined,
      limit: 50,
    });
    assert.deepEqual(
      nodes.map(({ nodo }) => nodo).sort(),
      Object.keys(STORED)
        .filter((nodo) => !AT_RESTORING.includes(nodo))
        .sort(),
    );
    const marked = await test.db.collection('datos_marcas').distinct('nodo');
    assert.deepEqual(marked.sort(), nodes.map(({ nodo }) => nodo).sort(), 'their hours are summarised');
  });

  it('takes the place of what was stored before only where that is said', async () => {
    const count = (await stored()).length;
    const { removed, stored: copies } = await run(true, true);
    assert.deepEqual([removed, copies, (await stored()).length], [6 * EACH, 6 * EACH, count]);
    for (const [nodo, { time }] of Object.entries(STORED))
      assert.deepEqual(await shown(nodo, time - MINUTE), all, nodo);
    const restored = await test.db.collection('datos').findOne({ nodo: 'restored' });
    assert.ok((restored?.enviado as Document)._id instanceof ObjectId, 'what its id was is kept');
    const { kinds } = await run(false);
    assert.deepEqual([kinds.ours, kinds.original], [6 * EACH, EACH]);
  });

  it('is not taken away where another unique index refuses its copy', async () => {
    const unique = test.db.collection<Document>('unicos');
    await unique.createIndex({ nodo: 1, ts: 1 }, { unique: true });
    const ts = new Date(begin);
    await unique.insertOne({ _id: 'a' as unknown as ObjectId, nodo: 'a', ts });
    const options = { db: test.db, nodesCollection: 'nodos', zone: BOGOTA, apply: true, replace: true };
    const taken = takeIn({ ...options, collection: 'unicos' }, new AbortController().signal);
    await assert.rejects(taken, { name: 'WriteRefusal' });
    assert.deepEqual(await unique.find().toArray(), [{ _id: 'a', nodo: 'a', ts }]);
  });

  it('is left as it is where its copy would be older than readings are kept', async () => {
    const kept = test.db.collection<Document>('caducas');
    await kept.createIndex({ ts: 1 }, { expireAfterSeconds: 30 * 86_400 });
    const old = { _id: 'old' as unknown as ObjectId, nodo: 'a', fecha: '2021-11-20', hora: '10:00:00' };
    await kept.insertMany([old, { _id: 'new' as unknown as ObjectId, nodo: 'a', ts: new Date(begin) }]);
    const options = { db: test.db, nodesCollection: 'nodos', zone: BOGOTA, apply: true, replace: true };
    const told = await takeIn({ ...options, collection: 'caducas' }, new AbortController().signal);
    assert.deepEqual([told.expired, told.stored, told.removed], [1, 1, 1]);
    assert.deepEqual(await kept.find({ fecha: old.fecha }).toArray(), [old]);
  });

  it('goes on where it was ended', async () => {
    const ended = new AbortController();
    ended.abort(new Error('ended'));
    await assert.rejects(run(true, true, ended.signal), /ended/);
    const half = await test.db.collection('datos').find().limit(60).toArray();
    const other = test.db.collection<Document>('otros');
    await other.insertMany(half);
    const options = { db: test.db, nodesCollection: 'nodos', zone: BOGOTA, apply: true, replace: false };
    await takeIn({ ...options, collection: 'otros' }, new AbortController().signal);
    await other
      .insertMany(
        (await stored()).filter(({ _id }) => !half.some((one) => one._id === _id)),
        {
          ordered: false,
        },
      )
      .catch(() => undefined);
    const { stored: rest, thereAlready } = await takeIn(
      { ...options, collection: 'otros' },
      new AbortController().signal,
    );
    assert.ok(thereAlready > 0 && rest > 0);
    assert.equal(thereAlready + rest, 4 * EACH);
  });
});
