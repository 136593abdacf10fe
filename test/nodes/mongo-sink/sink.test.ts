import assert from 'node:assert/strict';
import { MongoClient, MongoServerError, ObjectId } from 'mongodb';
import type { DatabaseState, MongoDatabase } from '../../../nodes/mongo-database/types';
import { elementsOf } from '../../../nodes/mongo-sink/storing/identity';
import { MongoSink } from '../../../nodes/mongo-sink/sink';
import { newReadingId, objectIdOfReading, readingTime } from '../../../nodes/shared/reading-id';
import { database } from '../../support/services';
import { workUntilTurnIsOver } from '../../support/turns';
import { until } from '../../support/until';
import { SETTINGS, openDatabase, reading, record, TestSink, type TestDatabase } from './support';

describe('mongo-sink: storing readings', () => {
  let test: TestDatabase;
  let sink: TestSink;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
  });

  beforeEach(async () => {
    await test.db.dropDatabase();
    sink = new TestSink(test);
  });

  afterEach(() => sink.close());
  after(() => test.drop());

  it('stores a reading as it was sent, with its time, topic and id', async () => {
    const id = newReadingId();
    const result = await sink.store(record(reading('comuna_15'), 7, id));
    assert.deepEqual(result, { inserted: 1, alreadyThere: 0, rejected: [] });
    assert.deepEqual(await test.db.collection('datos').find().toArray(), [
      {
        _id: ObjectId.createFromHexString(objectIdOfReading(id)),
        ...reading('comuna_15'),
        ts: new Date(readingTime(id)),
        topic: 'Prueba',
        readingId: id,
      },
    ]);
  });

  it('stores a reading that is delivered again only once, and says so', async () => {
    const messages = Array.from({ length: 50 }, (_, i) => record(reading('a', i), i, newReadingId()));
    await Promise.all(messages.map((message) => sink.store(message)));
    const again = await Promise.all(messages.map((message) => sink.store(message)));
    assert.ok(again.every(({ inserted, alreadyThere }) => inserted === 0 && alreadyThere === 1));
    assert.equal(await test.db.collection('datos').countDocuments(), 50);
  });

  it('finds a large batch that is delivered again in about the time that storing it took', async function () {
    this.timeout(60_000);
    const large = new TestSink(test, { maxBatch: 2_000 });
    const messages = Array.from({ length: 2_000 }, (_, i) => record(reading('a', i), i, newReadingId()));
    const store = async (): Promise<number> => {
      const begun = Date.now();
      await Promise.all(messages.map((message) => large.store(message)));
      return Date.now() - begun;
    };
    const first = await store();
    const again = await store();
    await large.close();
    assert.ok(again < 4 * first, `${first} ms, and ${again} ms again`);
    assert.equal(await test.db.collection('datos').countDocuments(), 2_000);
  });

  it('stores a record without a reading id only once, told by its place in Kafka', async () => {
    const messages = Array.from({ length: 20 }, (_, i) => record(reading('a', i), i));
    await Promise.all([...messages, ...messages].map((message) => sink.store(message)));
    const stored = await test.db.collection('datos').find().sort({ _id: 1 }).toArray();
    assert.deepEqual(
      stored.map(({ humedad }) => humedad as number),
      messages.map((_, i) => i),
    );
    assert.deepEqual(stored[3]?.kafka, { partition: 0, offset: 3 });
  });

  it('understands the times of records that were written in microseconds or nanoseconds', async () => {
    const milliseconds = 1_795_500_000_123;
    const times = [milliseconds, milliseconds * 1e3, milliseconds * 1e6, -1];
    const messages = times.map((time, i) => record(reading('a', i), i, undefined, time));
    await Promise.all([...messages, ...messages].map((message) => sink.store(message)));
    const stored = await test.db.collection('datos').find().sort({ humedad: 1 }).toArray();
    assert.deepEqual(
      stored.map(({ ts }) => Number(ts)),
      [milliseconds, milliseconds, milliseconds, 0],
    );
    for (const { _id, ts } of stored)
      assert.equal(_id.getTimestamp().getTime(), Math.floor(Number(ts) / 1000) * 1000);
  });

  it('stores a record of a clock that is centuries ahead as one that is ahead, and not as one of long ago', async () => {
    const kept = new TestSink(test, { collection: 'guardados', retention: 30 });
    try {
      const times = [Date.UTC(2200, 0), Date.UTC(9999, 11, 31)];
      for (const [i, time] of times.entries()) {
        const result = await kept.store(record(reading('a', i), i, undefined, time));
        assert.deepEqual([result.inserted, result.rejected], [1, []]);
      }
      const stored = await test.db.collection('guardados').find().toArray();
      for (const { _id, ts } of stored) {
        assert.equal((ts as Date).getUTCFullYear(), 2106);
        assert.equal(_id.getTimestamp().getUTCFullYear(), 2106);
      }
      assert.equal(stored.length, 2);
    } finally {
      await kept.close();
    }
  });

  it('rejects a reading whose _id belongs to another document, instead of taking it for stored', async () => {
    const id = newReadingId();
    const foreign = { _id: ObjectId.createFromHexString(objectIdOfReading(id)), nodo: 'other' };
    await test.db.collection('datos').insertOne(foreign);
    const [bad, good] = await Promise.all([
      sink.store(record(reading('a'), 1, id)),
      sink.store(record(reading('a'), 2, newReadingId())),
    ]);
    assert.equal(bad.inserted + bad.alreadyThere, 0);
    assert.equal(bad.rejected[0]?.error.key, 'mongo-sink.errors.id-taken');
    assert.equal(good.inserted, 1);
    const kept = await test.db.collection('rechazados').findOne({ readingId: id });
    assert.equal(kept?.error, 'id-taken');
    assert.equal(kept?.value, JSON.stringify(reading('a')));
    assert.deepEqual([kept?.topic, kept?.partition, kept?.offset], ['Prueba', 0, 1]);
  });

  it('rejects each other reading that a flow gave the same id, keeps it, and again only once', async () => {
    const id = newReadingId();
    const { nodo, humedad, temperatura } = reading('a');
    // A flow that splits a reading by its variables, and one that sends what it makes of it to another topic.
    const messages = [
      record({ nodo, humedad }, 1, id),
      record({ nodo, temperatura }, 2, id),
      { ...record({ nodo: 'b', humedad }, 1, id), topic: 'otro' },
    ];
    for (const inserted of [1, 0]) {
      const [first, ...others] = await Promise.all(messages.map((message) => sink.store(message)));
      assert.deepEqual(first, { inserted, alreadyThere: 1 - inserted, rejected: [] });
      for (const { rejected } of others) assert.equal(rejected[0]?.error.key, 'mongo-sink.errors.id-taken');
    }
    const later = await sink.store(record({ nodo, humedad: null }, 3, id));
    assert.equal(later.rejected.length, 1);
    assert.equal(await test.db.collection('datos').countDocuments(), 1);
    const kept = await test.db.collection('rechazados').find().toArray();
    assert.deepEqual(
      kept.map(({ value, error, readingId }) => [value, error, readingId] as unknown[]).sort(),
      [
        { nodo, humedad: null },
        { nodo, temperatura },
        { nodo: 'b', humedad },
      ].map((value) => [JSON.stringify(value), 'id-taken', id]),
    );
  });

  it('takes a reading for the same however it comes again: by another topic, in another form, later', async () => {
    const id = newReadingId();
    const first = {
      ...reading('a'),
      x: 2,
      lista: [1, { b: null, a: 'é' }],
      topic: 'mine',
      cuenta: 2 ** 53,
    };
    const text = JSON.stringify(first).replace('9007199254740992', '9007199254740993');
    await sink.store(record(text, 1, id));
    const { kafka } = record(text, 8, id);
    const again = [
      record(text, 9, id),
      record(Buffer.from(text), 9, id),
      record(first, 9, id),
      record({ ...first, fecha: '2026-11-25', hora: '00:00:00' }, 9, id),
      {
        payload: first,
        readingId: id,
        topic: 'Prueba.dlq',
        kafka: { ...kafka!, topic: 'Prueba.dlq', headers: { a: 'b' } },
      },
      { payload: first, readingId: id },
    ];
    for (const message of again) {
      assert.deepEqual(await sink.store(message), { inserted: 0, alreadyThere: 1, rejected: [] });
    }
    assert.equal(await test.db.collection('rechazados').countDocuments(), 0);
  });

  it('does not take a record for stored because another place has the same _id', async () => {
    const stored = record(reading('a'), 5);
    await sink.store(stored);
    await test.db.collection('datos').updateOne({}, { $set: { 'kafka.partition': 9 } });
    const result = await sink.store(stored);
    assert.equal(result.rejected[0]?.error.key, 'mongo-sink.errors.id-taken');
  });

  it('rejects a reading that another unique index refuses, and stores those around it', async () => {
    await test.db.createCollection('datos');
    await test.db.collection('datos').createIndex({ serie: 1 }, { unique: true, sparse: true });
    const results = await Promise.all(
      [1, 2, 2, 3].map((serie, i) => sink.store(record({ ...reading('a'), serie }, i, newReadingId()))),
    );
    assert.deepEqual(
      results.map(({ inserted }) => inserted),
      [1, 1, 0, 1],
    );
    assert.equal(results[2]?.rejected[0]?.error.key, 'mongo-sink.errors.refused');
  });

  it('keeps what is no reading in the rejected collection, with its reason, and goes on', async () => {
    const payloads = [null, 5, [], 'Error', {}, { nodo: '' }, { nodo: 7 }, Buffer.from([0xff, 0x7b])];
    const bad = payloads.map((payload, i) => ({ ...record(payload, i), payload }));
    const results = await Promise.all(
      [...bad, record(reading('a'), 100)].map((message) => sink.store(message)),
    );
    assert.equal(results.at(-1)?.inserted, 1);
    const kept = await test.db.collection('rechazados').find().sort({ offset: 1 }).toArray();
    assert.deepEqual(
      kept.map(({ offset, error }) => [offset, error] as unknown[]),
      [
        [0, 'not-an-object'],
        [1, 'not-an-object'],
        [2, 'not-an-object'],
        [3, 'not-json'],
        [4, 'no-nodo'],
        [5, 'no-nodo'],
        [6, 'no-nodo'],
        [7, 'not-utf8'],
      ],
    );
    assert.deepEqual((kept.at(-1)?.value as { buffer: Buffer }).buffer, Buffer.from([0xff, 0x7b]));
  });

  it('keeps a rejected record once, however often it is delivered', async () => {
    await sink.store(record({}, 1));
    await sink.store(record({}, 1));
    assert.equal(await test.db.collection('rechazados').countDocuments(), 1);
  });

  it('stores the good readings of a batch and rejects the others with their own offsets', async () => {
    const payload = [reading('a', 1), { humedad: 2 }, reading('b', 3)];
    const records = payload.map((_, i) => ({
      key: null,
      offset: String(40 + i),
      timestamp: 1_795_500_000_000 + i,
      headers: {},
    }));
    const result = await sink.store({
      payload,
      kafka: { topic: 'Prueba', partition: 2, firstOffset: '40', lastOffset: '42', records },
    });
    assert.equal(result.inserted, 2);
    assert.equal(result.rejected[0]?.element.record?.offset, '41');
    const kept = await test.db.collection('rechazados').findOne();
    assert.deepEqual([kept?.partition, kept?.offset], [2, 41]);
  });

  it('settles messages in the order in which they came, also when it writes in many batches', async () => {
    await sink.close();
    sink = new TestSink(test, { maxBatch: 7 });
    const order: number[] = [];
    const all = Array.from({ length: 100 }, (_, i) =>
      sink.store(record(i % 9 === 4 ? {} : reading('a', i), i)).then(() => order.push(i)),
    );
    await Promise.all(all);
    assert.deepEqual(
      order,
      order.map((_, i) => i),
    );
    assert.equal(await test.db.collection('datos').countDocuments(), 89);
  });

  it('makes its indexes', async () => {
    await sink.store(record(reading('a'), 1));
    await until('the index on readings', async () => {
      const keys = (await test.db.collection('datos').indexes()).map(({ key }) => JSON.stringify(key));
      return keys.includes(JSON.stringify({ nodo: 1, _id: -1 }));
    });
    const nodos = await test.db.collection('nodos').indexes();
    assert.ok(nodos.some(({ key, unique }) => key.nodo === 1 && unique));
  });

  it('reads from the primary, whatever the URI says: a secondary may not have yet what decides on a write', async () => {
    // Not that of the sink which each test has: what stands there would depend on which of the two is quicker.
    const own = await openDatabase(test.uri);
    const client = new MongoClient(test.uri, { readPreference: 'secondaryPreferred', monitorCommands: true });
    const reads: string[] = [];
    const elsewhere: string[] = [];
    client.on('commandStarted', ({ commandName, command }) => {
      const { $readPreference: preference } = command as { $readPreference?: { mode: string } };
      if (preference && preference.mode !== 'primary') elsewhere.push(commandName);
      else reads.push(commandName);
    });
    await client.connect();
    const lease = { db: () => Promise.resolve(client.db(own.name)), release: () => undefined };
    const mongo: MongoDatabase = { description: '', state: { state: 'connected' }, acquire: () => lease };
    await own.db.createCollection('datos');
    await own.db.collection('nodos').insertMany([{ nodo: 'twice' }, { nodo: 'twice' }]);
    const ignore = (): void => undefined;
    const other = new MongoSink(
      mongo,
      { ...SETTINGS, retention: 3 },
      { onState: ignore, onProblem: ignore, onBackfill: ignore, textOf: (error) => error.message },
    );
    try {
      const messages = [1, 2].map(() => record(reading('new'), 1, newReadingId()));
      for (const message of [...messages, ...messages]) {
        await new Promise((resolve) => other.add(elementsOf(message), resolve));
      }
      const ours = ['listCollections', 'listIndexes', 'aggregate', 'find'];
      await until('what is read', () => ours.every((name) => reads.includes(name) || elsewhere.length > 0));
      assert.deepEqual(elsewhere, []);
    } finally {
      await other.close();
      await client.close();
      await own.drop();
    }
  });

  it('says that it is ready again when what it prepares has failed for a moment and no reading comes', async () => {
    let late = true;
    const db = new Proxy(test.db, {
      get(target, name) {
        if (name === 'listCollections' && late) {
          late = false;
          throw new MongoServerError({ message: 'waiting for replication timed out', code: 64 });
        }
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const lease = { db: () => Promise.resolve(db), release: () => undefined };
    const mongo: MongoDatabase = { description: '', state: { state: 'connected' }, acquire: () => lease };
    const states: string[] = [];
    const ignore = (): void => undefined;
    const other = new MongoSink(
      mongo,
      { ...SETTINGS, summaries: false },
      {
        onState: ({ state }) => states.push(state),
        onProblem: ignore,
        onBackfill: ignore,
        textOf: (error) => error.message,
      },
    );
    try {
      await until('its being ready', () => states.at(-1) === 'ready');
      assert.deepEqual(states, ['waiting', 'ready']);
    } finally {
      await other.close();
    }
  });

  it('settles what is stored before it has closed, though the connection was lost in the middle of it', async () => {
    const lease = { db: () => Promise.resolve(test.db), release: () => undefined };
    let state: DatabaseState = { state: 'connected' };
    const mongo: MongoDatabase = {
      description: '',
      get state() {
        return state;
      },
      acquire: () => lease,
    };
    const ignore = (): void => undefined;
    const other = new MongoSink(
      mongo,
      { ...SETTINGS, summaries: false },
      { onState: ignore, onProblem: ignore, onBackfill: ignore, textOf: (error) => error.message },
    );
    const settled: number[] = [];
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    const closed = new Promise<void>((resolve, reject) => {
      for (const number of numbers) {
        other.add(elementsOf(record(reading('a'), number, newReadingId())), () => {
          settled.push(number);
          if (number > 0) return;
          workUntilTurnIsOver();
          state = { state: 'retrying', nextAttempt: 0, error: new Error('lost') };
          // As Node-RED does it: when something else has its turn.
          setImmediate(() => void other.close().then(resolve, reject));
        });
      }
    });
    await closed;
    assert.deepEqual(settled, numbers);
  });

  it('gives a reading that never was in Kafka an id of its own', async () => {
    await sink.store({ payload: reading('a') });
    await sink.store({ payload: reading('a') });
    const stored = await test.db.collection('datos').find().toArray();
    assert.equal(stored.length, 2);
    assert.equal(stored[0]?.topic, undefined);
  });

  it('reads JSON that comes as text or bytes', async () => {
    await sink.store(record(JSON.stringify(reading('a', 1)), 1));
    await sink.store(record(Buffer.from(JSON.stringify(reading('ñandú', 2))), 2));
    const stored = await test.db.collection('datos').find().sort({ _id: 1 }).toArray();
    assert.deepEqual(
      stored.map(({ nodo }) => nodo as string),
      ['a', 'ñandú'],
    );
  });
});
