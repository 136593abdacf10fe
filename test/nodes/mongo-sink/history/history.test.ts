import assert from 'node:assert/strict';
import { ObjectId } from 'mongodb';
import { backfill, type BackfillProgress } from '../../../../nodes/mongo-sink/history/backfill';
import { History } from '../../../../nodes/mongo-sink/history/history';
import {
  ensureMarksIndexes,
  historyDatabase,
  type HistoryDatabase,
} from '../../../../nodes/mongo-sink/history/history-database';
import { GRACE_MS, DirtyHours, type MarksOptions } from '../../../../nodes/mongo-sink/history/dirty-hours';
import type { SinkResult } from '../../../../nodes/mongo-sink/storing/items';
import { summariseMark } from '../../../../nodes/mongo-sink/history/summarise';
import { HOUR_MS } from '../../../../nodes/shared/durations';
import { COVERAGE_ID, chunkId, hourOf, markId, type Level } from '../../../../nodes/shared/summary-chunks';
import { newReadingId } from '../../../../nodes/shared/reading-id';
import type { UserError } from '../../../../nodes/shared/user-error';
import { database } from '../../../support/services';
import { until } from '../../../support/until';
import { Crash, crashing, plain, randomNumbers, stored, truth, type TrueReading } from './history-support';
import { openDatabase, reading, record, SETTINGS, TestSink, type TestDatabase } from '../support';

const LEVELS: readonly Level[] = ['minute', 'hour', 'day'];
const SEED = Number(process.env.HISTORY_SEED ?? 20261124);

describe('mongo-sink: the history summarised', function () {
  this.timeout(300_000);
  let test: TestDatabase;
  let history: HistoryDatabase;
  const never = new AbortController().signal;

  before(async () => {
    test = await openDatabase((await database()).uri);
    history = historyDatabase(test.db, SETTINGS);
  });

  beforeEach(async () => {
    await test.db.dropDatabase();
    await ensureMarksIndexes(test.db, history);
    await history.readings.createIndex({ nodo: 1, _id: -1 });
  });

  after(() => test.drop());

  /** Marks that are made each time, however lately they were: here they are taken away at any time. */
  function newMarks(
    collection = history.marks,
    options: Partial<MarksOptions> = { reliedMs: 0 },
  ): DirtyHours {
    return new DirtyHours({
      ...options,
      collection: () => Promise.resolve(collection),
      onWaiting: (error) => {
        // A test's crash is the end of the program, not something to try again after.
        throw error.cause instanceof Crash ? error.cause : error;
      },
    });
  }

  async function insert(readings: readonly TrueReading[]): Promise<void> {
    const documents = readings.map(({ _id, nodo, time, values }) => ({
      _id,
      nodo,
      ...values,
      fecha: '2026-11-24',
      hora: '10:00:00',
      topic: 'Prueba',
      ts: new Date(time),
    }));
    await history.readings.insertMany(documents, { ordered: false }).catch((error: unknown) => {
      if ((error as { code?: number }).code !== 11_000) throw error;
    });
  }

  function trueReading(nodo: string, time: number, values: TrueReading['values']): TrueReading {
    const second = Math.floor(time / 1000)
      .toString(16)
      .padStart(8, '0');
    return { _id: new ObjectId(second + new ObjectId().toHexString().slice(8)), nodo, time, values };
  }

  async function marked(): Promise<string[]> {
    return (await history.marks.find().toArray()).map(({ _id }) => _id).sort();
  }

  async function assertSummaries(readings: Iterable<TrueReading>, levels = LEVELS): Promise<void> {
    const all = Array.from(readings);
    for (const level of levels)
      assert.deepEqual(plain(await stored(history, level)), plain(truth(all, level)), level);
  }

  it(`is right after crashes, redeliveries, late readings and two instances at once (seed ${SEED})`, async () => {
    const random = randomNumbers(SEED);
    const below = (n: number): number => Math.floor(random() * n);
    const end = hourOf(Date.now() - 5 * 60_000);
    const start = end - 4 * HOUR_MS;
    const nodos = ['comuna_15', 'a|h|2026-11', '$where'];
    const readings: TrueReading[] = [];
    for (let time = start; time < end; time += 40_000) {
      for (const nodo of nodos) {
        const values: TrueReading['values'] = {
          humedad: below(100),
          temperatura: random() < 0.1 ? null : below(40),
        };
        if (random() < 0.2) values['$set.a'] = below(9);
        if (time > start + 3 * HOUR_MS) values.nueva = 1;
        readings.push(trueReading(nodo, time + below(1000), values));
      }
    }
    // What Kafka delivers: in order but for some that are late, and some twice.
    const log = readings
      .map((each, i) => ({ each, at: i + (random() < 0.02 ? below(readings.length) : 0) }))
      .sort((a, b) => a.at - b.at)
      .flatMap(({ each }) => (random() < 0.02 ? [each, each] : [each]));
    const fragile = crashing(history, () => random() < 0.04);

    let crashes = 0;
    const mayCrash = async (work: () => Promise<unknown>): Promise<boolean> => {
      try {
        await work();
        return true;
      } catch (error) {
        if (!isCrash(error)) throw error;
        crashes++;
        return false;
      }
    };
    /** A consumer: what is not confirmed comes again, in batches with other borders. */
    const consumer = async (): Promise<void> => {
      let marks = newMarks(fragile.marks);
      for (let offset = 0; offset < log.length;) {
        const batch = log.slice(offset, offset + 1 + below(60));
        await insert(batch);
        const confirmed = await mayCrash(async () => {
          if (random() < 0.15) throw new Crash();
          await marks.mark(batch, never);
          if (random() < 0.1) throw new Crash();
        });
        if (confirmed) offset += batch.length;
        else marks = newMarks(fragile.marks);
      }
    };
    let storing = true;
    const summariser = async (): Promise<void> => {
      while (storing || (await marked()).length > 0) {
        const ids = await marked();
        const id = ids[below(ids.length)];
        if (id !== undefined) await mayCrash(() => summariseMark(fragile, id));
      }
    };
    await Promise.all([consumer().finally(() => (storing = false)), summariser(), summariser()]);
    assert.ok(crashes > 20, `${crashes} crashes`);
    assert.equal(await history.readings.countDocuments(), readings.length);
    await assertSummaries(readings);
  });

  it('leaves the mark when a reading comes in while its hour is being summarised', async () => {
    const hour = hourOf(Date.now()) - HOUR_MS;
    const early = trueReading('a', hour + 1_000, { x: 1 });
    const late = trueReading('a', hour + 2_000, { x: 2 });
    await insert([early]);
    await newMarks().mark([early], never);
    const interrupted = { ...history, chunks: history.chunks };
    const written = crashing(history, () => false);
    let once = true;
    interrupted.chunks = new Proxy(written.chunks, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (property !== 'insertOne' || typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (once) {
            once = false;
            await insert([late]);
            await newMarks().mark([late], never);
          }
          return value.apply(target, args) as unknown;
        };
      },
    });
    await summariseMark(interrupted, markId('a', hour));
    assert.deepEqual(await marked(), [markId('a', hour)]);
    await summariseMark(history, markId('a', hour));
    assert.deepEqual(await marked(), []);
    await assertSummaries([early, late]);
  });

  it('does not write over what another instance has summarised from more readings', async () => {
    const hour = hourOf(Date.now()) - HOUR_MS;
    const [first, second] = [1, 2].map((x) => trueReading('a', hour + x * 1_000, { x }));
    assert.ok(first && second);
    await insert([first]);
    await newMarks().mark([first], never);
    // The slow one has read the hour; before it writes, the other has it all, and takes the mark away.
    let once = true;
    const slow = {
      ...history,
      chunks: new Proxy(history.chunks, {
        get(target, property) {
          const value: unknown = Reflect.get(target, property, target);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]): unknown => {
            if (property !== 'insertOne' || !once) return value.apply(target, args) as unknown;
            once = false;
            return (async () => {
              await insert([second]);
              await newMarks().mark([second], never);
              await summariseMark(history, markId('a', hour));
              return value.apply(target, args) as unknown;
            })();
          };
        },
      }),
    };
    await summariseMark(slow, markId('a', hour));
    await assertSummaries([first, second]);
  });

  it('relies on a mark until its hour is over, and on one of an hour that is over for half the time it stands', async () => {
    let time = hourOf(Date.now()) + 1_000;
    const now = trueReading('a', time, { x: 1 });
    const old = trueReading('a', time - 5 * HOUR_MS, { x: 1 });
    const marks = newMarks(history.marks, { now: () => time });
    const versions = async (): Promise<string[]> => {
      await marks.mark([now, old], never);
      const byId = new Map((await history.marks.find().toArray()).map(({ _id, v }) => [_id, String(v)]));
      return [now, old].map((each) => byId.get(markId('a', hourOf(each.time))) ?? '');
    };
    const [current, past] = await versions();
    time += GRACE_MS / 2 - 1;
    assert.deepEqual(await versions(), [current, past], 'relied on');
    time += 1;
    const [, again] = await versions();
    assert.notEqual(again, past, 'the hour that is over is marked again');
    time = hourOf(now.time) + HOUR_MS + GRACE_MS;
    assert.notEqual((await versions())[0], current, 'so is the one that has ended meanwhile');
  });

  it('leaves a mark alone that was made anew since it was found', async () => {
    const old = trueReading('a', Date.now() - 5 * HOUR_MS, { x: 1 });
    const id = markId('a', hourOf(old.time));
    await insert([old]);
    await newMarks().mark([old], never);
    const found = await history.marks.findOne({ _id: id });
    await newMarks().mark([old], never);
    await summariseMark(history, id, found?.v);
    assert.deepEqual(await marked(), [id]);
  });

  it('leaves a mark alone that was made a moment ago', async () => {
    const old = trueReading('a', Date.now() - 5 * HOUR_MS, { x: 1 });
    await insert([old]);
    await newMarks().mark([old], never);
    let looks = 0;
    const db = (): Promise<typeof test.db> => Promise.resolve((looks++, test.db));
    const keep = (graceMs?: number): History =>
      new History({
        ...SETTINGS,
        db,
        intervalMs: 20,
        ...(graceMs === undefined ? {} : { graceMs }),
        onBackfill: () => undefined,
        onProblem: (error) => assert.fail(error),
      });
    const patient = keep();
    await until('several looks', () => looks > 5);
    await patient.close();
    assert.deepEqual(await marked(), [markId('a', hourOf(old.time))]);
    const hasty = keep(0);
    await until('the mark to be gone', async () => (await marked()).length === 0);
    await hasty.close();
    await assertSummaries([old]);
  });

  it('shares what is due between two instances, each mark once, and in one go however many there are', async () => {
    const hour = hourOf(Date.now()) - 3 * HOUR_MS;
    const old = Array.from({ length: 240 }, (_, i) => trueReading(`n${i}`, hour + i, { x: i }));
    await insert(old);
    await newMarks().mark(old, never);
    const done: string[] = [];
    const keep = (): History =>
      new History({
        ...SETTINGS,
        db: () => Promise.resolve(test.db),
        intervalMs: 60_000,
        graceMs: -2_000,
        onBackfill: () => undefined,
        onProblem: (error) => assert.fail(error),
        findUnlisted: (nodos) => {
          done.push(...nodos);
          return Promise.resolve(new Set());
        },
      });
    const two = [keep(), keep()];
    await until('all to be done', async () => (await marked()).length === 0, 30_000);
    await Promise.all(two.map((each) => each.close()));
    assert.deepEqual(done.sort(), old.map(({ nodo }) => nodo).sort());
    await assertSummaries(old);
  });

  it('leaves the marks of a node that is not listed yet, free for whoever comes next', async () => {
    const old = ['a', 'b'].map((nodo) => trueReading(nodo, Date.now() - 5 * HOUR_MS, { x: 1 }));
    await insert(old);
    await newMarks().mark(old, never);
    const keeper = new History({
      ...SETTINGS,
      db: () => Promise.resolve(test.db),
      intervalMs: 60_000,
      graceMs: -2_000,
      onBackfill: () => undefined,
      onProblem: (error) => assert.fail(error),
      findUnlisted: () => Promise.resolve(new Set(['a'])),
    });
    await until('b to be done', async () => (await marked()).length === 1);
    await keeper.close();
    const [left] = await history.marks.find().toArray();
    assert.deepEqual([left?.nodo, left?.tomado], ['a', undefined]);
  });

  it('marks the hour of a reading before it counts as stored, also when it was there already', async () => {
    const old = record(reading('a'), 1, undefined, Date.now() - 3 * HOUR_MS);
    const store = async (): Promise<SinkResult> => {
      const sink = new TestSink(test);
      try {
        return await sink.store(old);
      } finally {
        await sink.close();
      }
    };
    assert.deepEqual([(await store()).inserted, (await marked()).length], [1, 1]);
    // As if the first one had been killed before marking.
    await history.marks.deleteMany({});
    assert.deepEqual([(await store()).alreadyThere, (await marked()).length], [1, 1]);
  });

  it('keeps the summary of an hour whose readings have begun to expire', async () => {
    const hour = hourOf(Date.now()) - 3 * HOUR_MS;
    const readings = [1, 2, 3].map((x) => trueReading('a', hour + x * 60_000, { x }));
    await insert(readings);
    await newMarks().mark(readings, never);
    await summariseMark(history, markId('a', hour));
    await history.readings.deleteMany({ _id: { $in: readings.slice(0, 2).map(({ _id }) => _id) } });
    await newMarks().mark(readings.slice(2), never);
    await summariseMark(history, markId('a', hour));
    await assertSummaries(readings);
  });

  it('summarises an hour by itself once it is over, and leaves the one that is not', async () => {
    const sink = new TestSink(test);
    const keeper = new History({
      ...SETTINGS,
      db: () => Promise.resolve(test.db),
      intervalMs: 50,
      graceMs: 0,
      onBackfill: () => undefined,
      onProblem: (error) => assert.fail(error),
    });
    try {
      const old = Date.now() - 3 * HOUR_MS;
      await sink.store(record(reading('comuna_15'), 1, undefined, old));
      await sink.store(record(reading('comuna_15'), 2, newReadingId()));
      await until('the summary', () =>
        history.chunks.findOne({
          _id: chunkId('hour', 'comuna_15', old),
          celdas: { $elemMatch: { $ne: null } },
        }),
      );
      await until('its mark to be gone', async () => (await marked()).length === 1);
      assert.deepEqual(await marked(), [markId('comuna_15', hourOf(Date.now()))]);
      const [cell] = Array.from((await stored(history, 'day')).values());
      assert.equal(cell?.readings, 1);
      assert.deepEqual(Array.from(cell.variables.keys()).sort(), [
        'humedad',
        'radiacion',
        'sensacion',
        'temperatura',
      ]);
    } finally {
      await keeper.close();
      await sink.close();
    }
  });

  it('says once that the summaries can’t be kept, and stores readings all the same', async () => {
    await test.db.createCollection('datos_resumen', { validator: { never: { $exists: true } } });
    const problems: Error[] = [];
    let looks = 0;
    const keeper = new History({
      ...SETTINGS,
      db: () => {
        looks++;
        return Promise.resolve(test.db);
      },
      intervalMs: 20,
      graceMs: 0,
      onBackfill: () => undefined,
      onProblem: (error) => problems.push(error),
    });
    const sink = new TestSink(test);
    try {
      const result = await sink.store(record(reading('a'), 1, undefined, Date.now() - 3 * HOUR_MS));
      assert.equal(result.inserted, 1);
      await until('several attempts', () => looks > 20 && problems.length > 0);
      // Once about what is due, once about what was there before.
      assert.ok(problems.length <= 2, `${problems.length} reports`);
      for (const problem of problems) assert.equal((problem as UserError).key, 'mongo-sink.errors.summaries');
      assert.equal((await marked()).length, 1);
    } finally {
      await keeper.close();
      await sink.close();
    }
  });

  describe('of readings that were there before', () => {
    const in2021 = Date.parse('2021-11-24T15:00:00Z');

    async function original(
      nodo: string,
      count: number,
      from = in2021,
      step = 3_600_000,
    ): Promise<TrueReading[]> {
      const readings = Array.from({ length: count }, (_, i) =>
        trueReading(nodo, from + i * step, { humedad: i % 100 }),
      );
      await history.readings.insertMany(
        readings.map(({ _id, values }) => ({ _id, nodo, ...values, fecha: '2021-11-24', hora: '10:00:00' })),
      );
      await history.nodos.insertOne({ _id: new ObjectId(), nodo, fecha: '2021-11-24' });
      return readings;
    }

    it('the original’s, without times, are summarised once, month by month, and the progress is told', async () => {
      const readings = [
        ...(await original('comuna_15', 400)),
        ...(await original('comuna_2', 30, Date.UTC(1970, 0, 1, 5))),
      ];
      const sink = new TestSink(test);
      try {
        await until(
          'the summaries to be complete',
          async () => (await history.coverage.findOne({ _id: COVERAGE_ID }))?.completo,
          60_000,
        );
        await until('the progress', () => sink.backfills.at(-1)?.done === 2);
      } finally {
        await sink.close();
      }
      assert.deepEqual(sink.backfills.at(-1), { done: 2, total: 2, readings: 430 });
      assert.deepEqual(sink.backfills[0], { done: 0, total: 2, readings: 0 });
      await assertSummaries(readings, ['hour', 'day']);
      assert.deepEqual(sink.troubles, []);
    });

    it('goes on after a kill with the node where it stopped', async () => {
      const readings = [...(await original('a', 5)), ...(await original('b', 5))];
      const random = randomNumbers(SEED);
      const progress: BackfillProgress[] = [];
      const restart = async (): Promise<boolean> => {
        await history.coverage.updateOne({ _id: COVERAGE_ID }, { $set: { latido: new Date(0) } });
        const fragile = crashing(history, () => random() < 0.0015);
        return backfill(fragile, (each) => progress.push(each), never).catch((error: unknown) => {
          if (error instanceof Crash) return false;
          throw error;
        });
      };
      let starts = 1;
      while (!(await restart())) starts++;
      assert.ok(starts > 1, 'it was killed at least once');
      await assertSummaries(readings, ['hour', 'day']);
    });

    it('is left to the instance that is at it, until that falls silent', async () => {
      await original('a', 1);
      await history.coverage.insertOne({ _id: COVERAGE_ID, completo: false, latido: new Date() });
      assert.equal(await backfill(history, () => undefined, never), false);
      await history.coverage.updateOne(
        { _id: COVERAGE_ID },
        { $set: { latido: new Date(Date.now() - 120_000) } },
      );
      assert.equal(await backfill(history, () => undefined, never), true);
    });

    it('begins anew after a time without summaries', async () => {
      let sink = new TestSink(test);
      const complete = async (): Promise<boolean> =>
        (await history.coverage.findOne({ _id: COVERAGE_ID }))?.completo === true;
      await until('complete summaries', complete);
      await sink.close();

      sink = new TestSink(test, { summaries: false });
      await until('summaries that are not complete', async () => !(await complete()));
      const old = Date.now() - 40 * 24 * HOUR_MS;
      await sink.store(record(reading('a'), 1, undefined, old));
      assert.deepEqual(await marked(), []);
      await sink.close();

      sink = new TestSink(test);
      await until('complete summaries', complete, 60_000);
      await sink.close();
      assert.equal(Array.from((await stored(history, 'day')).values())[0]?.readings, 1);
    });
  });
});

/** Whether that is where it began; what is told of an insertion has it as its cause. */
function isCrash(error: unknown): boolean {
  return error instanceof Crash || (error instanceof Error && isCrash(error.cause));
}
