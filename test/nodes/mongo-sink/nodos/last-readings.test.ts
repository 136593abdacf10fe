import assert from 'node:assert/strict';
import { ObjectId, type AnyBulkWriteOperation, type Collection } from 'mongodb';
import { toDocument, type ReadingDocument } from '../../../../nodes/mongo-sink/storing/document';
import { ensureNodosIndex } from '../../../../nodes/mongo-sink/preparing/indexes';
import type { NodoDocument } from '../../../../nodes/mongo-sink/storing/nodo';
import { LastReadings } from '../../../../nodes/mongo-sink/nodos/last-readings';
import type { CoverageDocument } from '../../../../nodes/shared/summary-chunks';
import { newReadingId, readingTime } from '../../../../nodes/shared/reading-id';
import { database } from '../../../support/services';
import { until } from '../../../support/until';
import { element, openDatabase, reading, record, TestSink, type TestDatabase } from '../support';

/** A UUIDv7 of a given time. */
function readingIdAt(milliseconds: number): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${newReadingId().slice(13)}`;
}

describe('mongo-sink: the list of nodes', () => {
  let test: TestDatabase;
  let sink: TestSink | undefined;
  let now: number;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
  });

  beforeEach(() => {
    now = Date.now();
    return test.db.dropDatabase();
  });

  afterEach(async () => {
    await sink?.close();
    sink = undefined;
  });

  after(() => test.drop());

  const start = (): TestSink => (sink = new TestSink(test));
  const nodos = () =>
    test.db.collection<{ nodo: string; valores?: Record<string, unknown>; [field: string]: unknown }>(
      'nodos',
    );
  const nodoIs = (nodo: string, humedad: number) =>
    until(`${nodo} to show ${humedad}`, async () => {
      const stored = await nodos().findOne({ nodo });
      return stored?.valores?.humedad === humedad;
    });
  let offset = 0;
  const send = (nodo: string, humedad: number, time: number) =>
    (sink ?? start()).store(record(reading(nodo, humedad), offset++, readingIdAt(time)));

  it('has a new node as soon as its first reading is stored, with all it last said', async () => {
    const id = newReadingId();
    await start().store(record({ ...reading('a', 61), texto: 'abierto', objeto: { x: 1 } }, 0, id));
    const [stored] = await nodos().find().toArray();
    assert.ok(stored?._id instanceof ObjectId);
    const { _id, ...rest } = stored;
    assert.ok(_id);
    assert.deepEqual(rest, {
      nodo: 'a',
      fecha: '2026-11-24',
      hora: '10:00:00',
      ts: new Date(readingTime(id)),
      topic: 'Prueba',
      valores: { humedad: 61, temperatura: 26, sensacion: 26.92732, radiacion: 1997.07, texto: 'abierto' },
    });
  });

  it('shows each node’s newest reading, whatever the order of arrival', async () => {
    await send('a', 1, now);
    await send('b', 2, now);
    await Promise.all([
      send('a', 5, now + 50),
      send('a', 9, now + 90),
      send('a', 7, now + 70),
      send('b', 1, now - 10),
    ]);
    await nodoIs('a', 9);
    await send('a', 8, now + 80);
    await send('b', 4, now + 10);
    await nodoIs('b', 4);
    await nodoIs('a', 9);
    assert.equal(await nodos().countDocuments(), 2);
  });

  it('is kept by two sinks at once without a node standing twice', async () => {
    start();
    const other = new TestSink(test);
    try {
      const sinks = [sink!, other];
      await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          sinks[i % 2]!.store(record(reading(`n${i % 10}`, i), offset++, readingIdAt(now + i))),
        ),
      );
      for (let i = 190; i < 200; i++) await nodoIs(`n${i % 10}`, i);
    } finally {
      await other.close();
    }
    assert.equal(await nodos().countDocuments(), 10);
  });

  it('leaves out names with $ and stores the reading all the same', async () => {
    await start().store(record({ nodo: 'a', $x: 1, 'y.z': 2, w: 3 }, offset++, newReadingId()));
    assert.deepEqual((await nodos().findOne())?.valores, { 'y.z': 2, w: 3 });
  });

  it('writes what waits when the sink is closed', async () => {
    await send('a', 1, now);
    await send('a', 2, now + 1);
    await sink?.close();
    sink = undefined;
    assert.equal((await nodos().findOne({ nodo: 'a' }))?.valores?.humedad, 2);
  });

  it('writes known nodes at most twice a second, however many readings they send', async () => {
    await ensureNodosIndex(test.db, test.db.collection('nodos'));
    let writes = 0;
    const counted = new Proxy(test.db.collection<NodoDocument>('nodos'), {
      get(target, name) {
        if (name === 'bulkWrite') writes++;
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const fail = (error: Error): never => assert.fail(error);
    const list = new LastReadings({
      collection: () => Promise.resolve({ nodos: counted, unique: true }),
      readings: () => Promise.resolve(test.db.collection<ReadingDocument>('datos')),
      onWaiting: fail,
      onProblem: fail,
    });
    const { signal } = new AbortController();
    const started = Date.now();
    let last = 0;
    await until('a second and a half of readings', async () => {
      for (let i = 0; i < 50; i++) await list.note([toDocument(element(reading('a', ++last)))], signal);
      return Date.now() - started > 1_500;
    });
    await nodoIs('a', last);
    const allowed = Math.ceil((Date.now() - started) / 500) + 1;
    await list.close(signal);
    assert.ok(writes <= allowed, `${writes} writes, ${allowed} allowed`);
  });

  it('has the other nodes too where a server stops at the first that it refuses', async () => {
    await ensureNodosIndex(test.db, test.db.collection('nodos'));
    const stopping = new Proxy(test.db.collection<NodoDocument>('nodos'), {
      get(target, name) {
        if (name === 'bulkWrite')
          return (operations: AnyBulkWriteOperation<NodoDocument>[]) => target.bulkWrite(operations);
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const fail = (error: Error): never => assert.fail(error);
    const list = new LastReadings({
      collection: () => Promise.resolve({ nodos: stopping, unique: true }),
      readings: () => Promise.resolve(test.db.collection<ReadingDocument>('datos')),
      onWaiting: fail,
      onProblem: fail,
    });
    const { signal } = new AbortController();
    const of = (nodo: string, humedad: number, time: number) =>
      toDocument({
        ...element(reading(nodo, humedad)),
        identity: { _id: new ObjectId(), ts: new Date(time), readingId: readingIdAt(time) },
      });
    await list.note([of('a', 1, now), of('b', 1, now), of('c', 1, now)], signal);
    await list.note([of('a', 0, now - 1), of('b', 0, now - 1), of('c', 2, now + 1)], signal);
    await list.close(signal);
    const all = await nodos().find().toArray();
    assert.deepEqual(all.map(({ nodo, valores }) => `${nodo} ${String(valores?.humedad)}`).sort(), [
      'a 1',
      'b 1',
      'c 2',
    ]);
  });

  describe('of more nodes than there is room for', () => {
    const NODES = 260;
    const MAX_LEFT = 40;
    const CHUNK = 50;

    it('has each one’s newest reading in the end, while a bounded number waits', async () => {
      await ensureNodosIndex(test.db, test.db.collection('nodos'));
      const datos = test.db.collection<ReadingDocument>('datos');
      const told: boolean[] = [];
      let updated = 0;
      const counted = new Proxy(test.db.collection<NodoDocument>('nodos'), {
        get(target, name) {
          if (name === 'bulkWrite')
            return async (operations: AnyBulkWriteOperation<NodoDocument>[], options: object) => {
              const result = await target.bulkWrite(operations, options);
              updated += operations.length;
              return result;
            };
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
      const fail = (error: Error): never => assert.fail(error);
      const list = new LastReadings({
        collection: () => Promise.resolve({ nodos: counted, unique: true }),
        readings: () => Promise.resolve(datos),
        onWaiting: fail,
        onProblem: fail,
        onBehind: (isBehind) => Promise.resolve(void told.push(isBehind)),
        maxWaiting: 20,
        maxLeft: MAX_LEFT,
        chunk: CHUNK,
      });
      const { signal } = new AbortController();
      // Of readings that have expired meanwhile nothing is left to note.
      for (let i = 0; i < 30; i++) list.remember(toDocument(element(reading(`expired${i}`))));
      const of = (humedad: number, count = NODES) =>
        Array.from({ length: count }, (_, i) => toDocument(element(reading(`n${i}`, humedad))));
      const store = async (readings: ReadingDocument[]) => {
        await datos.insertMany(readings);
        await list.note(readings, signal);
      };
      // What is new is listed at once, and waits for nothing.
      await list.note(of(1), signal);
      await store(of(2));
      // Some may be on their way.
      assert.ok(updated >= NODES - MAX_LEFT - 20 - CHUNK, `only ${updated} were written`);
      await store(of(3, 50));
      assert.equal(told[0], true);
      await list.close(signal);
      const all = await nodos().find().toArray();
      assert.equal(all.length, NODES + 20, 'those for which there was room');
      for (const { nodo, valores } of all.filter(({ nodo }) => nodo.startsWith('n')))
        assert.equal(valores?.humedad, Number(nodo.slice(1)) < 50 ? 3 : 2, nodo);
      assert.equal(told.at(-1), false);
    });

    it('is made good at the next start, also where the marks say nothing of it any more', async () => {
      const [older, newer] = [now - 60_000, now - 30_000];
      await test.db
        .collection('nodos')
        .insertOne({ nodo: 'a', ts: new Date(older), valores: { humedad: 1 } });
      const late = { ...toDocument(element(reading('a', 2))), _id: ObjectId.createFromTime(newer / 1000) };
      await test.db.collection<ReadingDocument>('datos').insertOne({ ...late, ts: new Date(newer) });
      const coverage = test.db.collection<CoverageDocument>('datos_resumen');
      await coverage.insertOne({ _id: '|cobertura', completo: true, atrasado: new ObjectId() });
      start();
      await nodoIs('a', 2);
      await until('it to be settled', async () => !(await coverage.findOne())?.atrasado);
    });
  });

  describe('of a clock that is ahead', () => {
    let ahead: number;

    beforeEach(() => (ahead = Date.now() + 10 * 60_000));

    it('a reading is noted beside the last right one, and the next right one heals it', async () => {
      await send('a', 1, now);
      await send('a', 99, ahead);
      const noted = await until(
        'it to be noted',
        async () =>
          (await nodos().findOne({ nodo: 'a' }))?.adelantado as { ts: Date; visto: Date } | undefined,
      );
      assert.deepEqual(noted.ts, new Date(ahead));
      assert.ok(noted.visto.getTime() < ahead);
      const between = await nodos().findOne({ nodo: 'a' });
      assert.deepEqual([between?.ts, between?.valores?.humedad], [new Date(now), 1]);
      await send('a', 2, now + 1_000);
      await nodoIs('a', 2);
      const healed = await nodos().findOne({ nodo: 'a' });
      assert.deepEqual([healed?.ts, healed?.adelantado], [new Date(now + 1_000), undefined]);
      assert.equal(await test.db.collection('datos').countDocuments({ nodo: 'a' }), 3);
    });

    it('makes a node known that has sent no other', async () => {
      await send('new', 5, ahead);
      const [noted] = await nodos().find().toArray();
      assert.deepEqual([noted?.nodo, noted?.ts, noted?.valores], ['new', undefined, undefined]);
      assert.equal((noted?.adelantado as { valores: { humedad: number } }).valores.humedad, 5);
      await send('new', 6, now);
      await nodoIs('new', 6);
    });

    it('what stands there already is replaced by the next right reading', async () => {
      await nodos().insertOne({ nodo: 'a', ts: new Date('2099-01-01'), valores: { humedad: 99 } });
      await send('a', 3, now);
      await nodoIs('a', 3);
      assert.deepEqual((await nodos().findOne())?.ts, new Date(now));
    });

    it('what stands there already is made good at the start from the last right reading', async () => {
      await send('a', 4, now - 3_600_000);
      await send('a', 99, ahead);
      await sink?.close();
      sink = undefined;
      await nodos().updateOne({ nodo: 'a' }, { $set: { ts: new Date(ahead), valores: { humedad: 99 } } });
      start();
      await nodoIs('a', 4);
    });

    it('is no sign of life when it comes again', async () => {
      const message = record(reading('a', 99), offset++, readingIdAt(ahead));
      await send('a', 1, now);
      await sink!.store(message);
      await send('a', 2, now + 1_000);
      await nodoIs('a', 2);
      await sink!.store(message);
      await send('a', 3, now + 2_000);
      await sink!.store(message);
      await sink!.close();
      sink = undefined;
      const noted = await nodos().findOne({ nodo: 'a' });
      assert.deepEqual([noted?.valores?.humedad, noted?.adelantado], [3, undefined]);
    });
  });

  describe('after a crash', () => {
    it('is made good at the start where a stored reading was not noted', async () => {
      await send('a', 1, now);
      await send('b', 1, now);
      await sink?.close();
      // As if killed between the write of a reading and the next write of the list.
      const before = await nodos().findOne({ nodo: 'a' });
      sink = undefined;
      await send('a', 2, now + 10);
      await sink!.close();
      await nodos().replaceOne({ nodo: 'a' }, before!);
      start();
      await nodoIs('a', 2);
      await nodoIs('b', 1);
    });
  });

  describe('of an original database', () => {
    it('takes over the original’s nodes, keeping their _id', async () => {
      const { insertedId } = await nodos().insertOne({ nodo: 'comuna_15', fecha: '2021-11-20' });
      await send('comuna_15', 44, now);
      await nodoIs('comuna_15', 44);
      const all = await nodos().find().toArray();
      assert.deepEqual(
        all.map(({ _id, nodo, ts }) => [_id, nodo, ts] as unknown[]),
        [[insertedId, 'comuna_15', new Date(now)]],
      );
    });

    it('shows the last values of the original’s readings, which have no time but their _id', async () => {
      const day = Date.parse('2021-11-20T15:00:00Z');
      await nodos().insertOne({ nodo: 'comuna_15', fecha: '2021-11-20' });
      await test.db.collection('datos').insertMany(
        [1, 2, 3].map((i) => ({
          _id: ObjectId.createFromTime(Math.floor(day / 1000) + i),
          ...reading('comuna_15', i),
          fecha: '2021-11-20',
        })),
      );
      start();
      await nodoIs('comuna_15', 3);
      assert.deepEqual((await nodos().findOne())?.ts, new Date(day + 3000));
    });

    it('in which a node stands twice is reported, and its nodes are kept up to date all the same', async () => {
      await nodos().insertMany([{ nodo: 'twice' }, { nodo: 'twice' }, { nodo: 'once' }]);
      await send('twice', 5, now);
      await send('new', 6, now);
      await send('new', 3, now - 1000);
      await send('once', 7, now);
      assert.equal(sink!.troubles.length, 1);
      assert.match(sink!.troubles[0]!.message, /nodos-twice.*twice/);
      const all = await nodos().find().toArray();
      assert.deepEqual(all.map(({ nodo, valores }) => [nodo, valores?.humedad] as unknown[]).sort(), [
        ['new', 6],
        ['once', 7],
        ['twice', 5],
        ['twice', 5],
      ]);
    });

    it('in which a node stood twice keeps each from standing twice once the other has been removed', async () => {
      const isUnique = async () =>
        (await nodos().indexes()).find(({ key }) => 'nodo' in key)?.unique ?? false;
      await nodos().insertMany([{ nodo: 'twice' }, { nodo: 'twice' }]);
      await send('twice', 5, now);
      await sink?.close();
      await start().store(record(reading('twice', 6), offset++, readingIdAt(now + 1)));
      assert.match(sink!.troubles[0]!.message, /nodos-twice.*twice/, 'told at each start');
      assert.equal(await isUnique(), false);
      await sink?.close();

      await nodos().deleteOne({ nodo: 'twice' });
      await start().store(record(reading('twice', 7), offset++, readingIdAt(now + 2)));
      await nodoIs('twice', 7);
      assert.deepEqual(sink!.troubles, []);
      assert.equal(await isUnique(), true);
    });

    describe('whose plain index several sinks replace at once', () => {
      const list = () => test.db.collection<NodoDocument>('nodos');
      beforeEach(() => list().createIndex({ nodo: 1 }));

      /** The collection as a sink sees it that has to wait before one of its commands. */
      function slowed(
        command: 'indexes' | 'dropIndex',
        before: () => Promise<unknown>,
      ): Collection<NodoDocument> {
        return new Proxy(list(), {
          get(target, name) {
            const value = Reflect.get(target, name) as unknown;
            if (typeof value !== 'function') return value;
            const call = value.bind(target) as (...args: unknown[]) => unknown;
            return name === command ? (...args: unknown[]) => before().then(() => call(...args)) : call;
          },
        });
      }

      it('has a unique one for each, also where another has dropped the plain one first', async () => {
        let dropped = false;
        const first = async (): Promise<void> => {
          if (!dropped) await list().dropIndex('nodo_1');
          dropped = true;
        };
        assert.deepEqual(await ensureNodosIndex(test.db, slowed('dropIndex', first)), { unique: true });
        assert.equal(dropped, true);
      });

      it('keeps the unique one that another has just made', async () => {
        const drops: string[] = [];
        const other = (): Promise<unknown> => ensureNodosIndex(test.db, list());
        const late = slowed('indexes', other);
        late.dropIndex = (name) => {
          drops.push(name);
          return list().dropIndex(name);
        };
        assert.deepEqual(await ensureNodosIndex(test.db, late), { unique: true });
        assert.deepEqual(drops, []);
      });
    });
  });
});
