import assert from 'node:assert/strict';
import { MongoWriteConcernError } from 'mongodb';
import { DAY_MS } from '../../../../nodes/shared/durations';
import type { UserError } from '../../../../nodes/shared/user-error';
import { RETENTION_INDEX, ensureRetention } from '../../../../nodes/mongo-sink/history/retention';
import { database } from '../../../support/services';
import { until } from '../../../support/until';
import { openDatabase, reading, record, TestSink, type TestDatabase } from '../support';

describe('mongo-sink: readings that are kept for a time', function () {
  this.timeout(120_000);
  let test: TestDatabase;

  before(async () => {
    test = await openDatabase((await database()).uri);
  });

  beforeEach(() => test.db.dropDatabase());
  after(() => test.drop());

  async function withSink<T>(retention: number, use: (sink: TestSink) => Promise<T>): Promise<T> {
    const sink = new TestSink(test, { retention });
    try {
      return await use(sink);
    } finally {
      await sink.close();
    }
  }

  async function expiry(): Promise<number | undefined> {
    const there = await test.db.listCollections({ name: 'datos' }).toArray();
    if (there.length === 0) return undefined;
    const indexes = await test.db.collection('datos').indexes();
    return indexes.find(({ name }) => name === RETENTION_INDEX)?.expireAfterSeconds;
  }

  it('makes the index by which they expire with the collection, a day later than they are refused', async () => {
    await withSink(30, (sink) => sink.store(record(reading('a'), 1, undefined, Date.now())));
    assert.equal(await expiry(), 31 * 86_400);
  });

  it('makes that index too where the majority is late to acknowledge the new collection', async () => {
    let late = true;
    const db = new Proxy(test.db, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (name !== 'createCollection' || !late) return call;
        return async (...args: unknown[]) => {
          late = false;
          await call(...args);
          throw new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'timed out' } });
        };
      },
    });
    assert.equal(await ensureRetention(db, 'datos', 30), undefined);
    assert.equal(late, false);
    assert.equal(await expiry(), 31 * 86_400);
  });

  it('follows the setting when it changes, and lets nothing expire any more when it is taken back', async () => {
    await withSink(30, (sink) => sink.store(record(reading('a'), 1, undefined, Date.now())));
    await withSink(7, (sink) => sink.store(record(reading('a'), 2, undefined, Date.now())));
    assert.equal(await expiry(), 8 * 86_400);
    await withSink(0, (sink) => sink.store(record(reading('a'), 3, undefined, Date.now())));
    assert.equal(await expiry(), undefined);
  });

  it('makes no index of readings that were there before, but says how to', async () => {
    await test.db.collection('datos').insertOne({ nodo: 'a' });
    await withSink(30, async (sink) => {
      const problem = await until('the report', () => sink.troubles[0] as UserError | undefined);
      assert.equal(problem.key, 'mongo-sink.errors.retention-index');
      assert.equal(problem.params.seconds, 31 * 86_400);
      const { inserted } = await sink.store(record(reading('a'), 1, undefined, Date.now()));
      assert.equal(inserted, 1);
    });
    assert.equal(await expiry(), undefined);
  });

  it('refuses a reading that is older, keeps it among the rejected and counts it', async () => {
    await withSink(30, async (sink) => {
      const old = await sink.store(record(reading('a'), 1, undefined, Date.now() - 30 * DAY_MS - 1_000));
      const young = await sink.store(record(reading('a'), 2, undefined, Date.now() - 30 * DAY_MS + 60_000));
      assert.deepEqual([old.inserted, young.inserted], [0, 1]);
      const error = old.rejected[0]?.error;
      assert.equal(error?.key, 'mongo-sink.errors.too-old');
      assert.equal(error.params.days, 30);
      assert.equal((await test.db.collection('rechazados').findOne())?.error, 'too-old');
      const state = sink.states.at(-1);
      assert.ok(state?.state === 'ready' && state.rejected === 1 && state.inserted === 1);
    });
  });

  it('takes a reading of any age when they are kept for ever', async () => {
    await withSink(0, async (sink) => {
      const { inserted } = await sink.store(record(reading('a'), 1, undefined, 0));
      assert.equal(inserted, 1);
    });
  });
});
