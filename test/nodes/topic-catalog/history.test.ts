import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MongoClient, ObjectId, type Db } from 'mongodb';
import { backfill } from '../../../nodes/mongo-sink/history/backfill';
import { ensureMarksIndexes, historyDatabase } from '../../../nodes/mongo-sink/history/history-database';
import { DirtyHours } from '../../../nodes/mongo-sink/history/dirty-hours';
import { summariseMark } from '../../../nodes/mongo-sink/history/summarise';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../nodes/shared/durations';
import { COVERAGE_ID, hourOf } from '../../../nodes/shared/summary-chunks';
import type { SeriesAnswer } from '../../../nodes/topic-catalog/contract';
import { Buckets } from '../../../nodes/topic-catalog/buckets';
import { NodeList } from '../../../nodes/topic-catalog/node-list';
import { NodeIndex } from '../../../nodes/topic-catalog/nodes';
import { Readings } from '../../../nodes/topic-catalog/readings';
import { leastIdAt } from '../../../nodes/shared/stored-reading';
import { readRequest, type SeriesRequest } from '../../../nodes/topic-catalog/requests';
import { Series } from '../../../nodes/topic-catalog/series';
import { Summaries } from '../../../nodes/topic-catalog/summaries';
import { Zone } from '../../../nodes/shared/zone';
import { database } from '../../support/services';

const NAMES = { collection: 'datos', nodesCollection: 'nodos' };
const NODO = 'comuna_15|d|2026';

interface Stored {
  _id: ObjectId;
  nodo: string;
  ts: Date;
  [variable: string]: unknown;
}

describe('topic-catalog: long ranges out of summaries', function () {
  this.timeout(120_000);
  const never = new AbortController().signal;
  let client: MongoClient;
  let db: Db;
  let series: Series;
  let everything: Stored[];
  /** the names of the commands that went to the readings themselves */
  let rawReads: { from: number; to: number }[];

  before(async () => {
    client = new MongoClient((await database()).uri);
    await client.connect();
  });

  after(() => client.close());

  async function freshDatabase(): Promise<void> {
    db = client.db(`history-${randomUUID()}`);
    everything = [];
    rawReads = [];
    await db.collection('datos').createIndex({ nodo: 1, _id: -1 });
    await ensureMarksIndexes(db, historyDatabase(db, NAMES));
    await db.collection('nodos').insertOne({ nodo: NODO, ts: new Date(), valores: {} });
    newSeries();
  }

  /** A catalog that has answered nothing yet. */
  function newSeries(): void {
    const source = { description: 'test', ...NAMES, db: () => Promise.resolve(db) };
    const readings = new Readings(source);
    const forEach = readings.forEach.bind(readings);
    readings.forEach = (nodo, from, to, each) => {
      rawReads.push({ from, to });
      return forEach(nodo, from, to, each);
    };
    series = new Series(readings, new NodeIndex(readings, new NodeList(source), 5), new Summaries(source));
  }

  async function store(times: readonly number[], values: (i: number) => object): Promise<Stored[]> {
    const documents = times.map((time, i): Stored => {
      const second = Math.floor(time / 1000)
        .toString(16)
        .padStart(8, '0');
      const _id = new ObjectId(second + new ObjectId().toHexString().slice(8));
      return { _id, nodo: NODO, ...values(i), fecha: '2026-11-24', hora: '10:00:00', ts: new Date(time) };
    });
    await db.collection<Stored>('datos').insertMany(documents);
    everything.push(...documents);
    return documents;
  }

  async function mark(documents: readonly Stored[]): Promise<void> {
    const marks = new DirtyHours({
      collection: () => Promise.resolve(historyDatabase(db, NAMES).marks),
      onWaiting: (error) => assert.fail(error),
    });
    await marks.mark(documents, never);
  }

  async function summarise(documents: readonly Stored[]): Promise<void> {
    const history = historyDatabase(db, NAMES);
    await mark(documents);
    for (const { _id } of await history.marks.find().toArray()) await summariseMark(history, _id);
    await complete();
  }

  async function complete(completo = true): Promise<void> {
    const { coverage } = historyDatabase(db, NAMES);
    await coverage.updateOne({ _id: COVERAGE_ID }, { $set: { completo } }, { upsert: true });
  }

  async function ask(range: object, points?: number): Promise<SeriesAnswer> {
    rawReads = [];
    const payload = { nodo: NODO, ...range, ...(points === undefined ? {} : { points }) };
    return series.answer(readRequest('series', payload) as SeriesRequest);
  }

  /** What the readings of [from, to) come to, folded one by one. */
  function expected(answer: SeriesAnswer, from: number, to: number): Pick<SeriesAnswer, 'times' | 'columns'> {
    const zone = answer.zone === undefined ? undefined : Zone.named(answer.zone);
    const buckets = new Buckets(100_000, answer.bucketMs, zone);
    for (const { ts, humedad, temperatura } of everything) {
      const time = ts.getTime();
      if (time >= from && time < to) {
        buckets.add(time, { humedad, temperatura } as Record<string, number | null>);
      }
    }
    return buckets.result();
  }

  function assertSame(answer: SeriesAnswer, from: number, to: number): void {
    const { times, columns } = expected(answer, from, to);
    assert.deepEqual(answer.times, times);
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    assert.deepEqual(answer.columns.toSorted(byName), columns.toSorted(byName));
  }

  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const whole = (i: number): object => ({ humedad: i % 100, temperatura: i % 7 === 0 ? null : i % 40 });
  /** A reading each six hours for 200 days, and each 30 s on one of them. */
  const sparse = Array.from({ length: 200 * 4 }, (_, i) => today - 200 * DAY_MS + i * 6 * HOUR_MS);
  const dense = Array.from({ length: 24 * 120 }, (_, i) => today - 2 * DAY_MS + 5_000 + i * 30_000);

  describe('of half a year', () => {
    before(async () => {
      await freshDatabase();
      await store(sparse, whole);
      assert.equal(await backfill(historyDatabase(db, NAMES), () => undefined, never), true);
      await summarise(await store(dense, whole));
    });

    beforeEach(newSeries);
    after(() => db.dropDatabase());

    it('says the same as the readings themselves, by minute, by hour and by day', async () => {
      const ranges = [
        { from: today - 2 * DAY_MS, to: today - DAY_MS, bucketMs: 5 * MINUTE_MS },
        { from: today - 60 * DAY_MS, to: today, bucketMs: 3 * HOUR_MS },
        { from: today - 190 * DAY_MS, to: today, bucketMs: DAY_MS },
      ];
      for (const { from, to, bucketMs } of ranges) {
        const answer = await ask({ from, to });
        assert.equal(answer.bucketMs, bucketMs);
        assertSame(answer, from, to);
        assert.deepEqual(rawReads, [], 'no reading is looked at');
      }
    });

    it('says up to which reading it counts, though the summaries know none: no live one counts twice', async () => {
      const { newestId } = await ask({ from: today - 190 * DAY_MS, to: Date.now() + HOUR_MS });
      assert.ok(newestId !== null && newestId > String(everything.at(-1)?._id));
      assert.ok(newestId <= String(leastIdAt(hourOf(Date.now()))), 'what comes in this hour is new');
    });

    it('takes the ends of a long range to whole days', async () => {
      const answer = await ask({ from: today - 150 * DAY_MS + HOUR_MS, to: today - 7 * HOUR_MS });
      assertSame(answer, today - 150 * DAY_MS, today);
    });

    it('shows all there is, from the day on which it began', async () => {
      const answer = await ask({ all: true });
      assert.equal(answer.readings, sparse.length + dense.length);
      assert.equal(answer.bucketMs, DAY_MS);
      assert.equal(answer.from, today - 200 * DAY_MS);
      assertSame(answer, 0, today);
      assert.deepEqual(rawReads, []);
    });

    it('reads marked hours and the open one from their readings, and counts none twice', async () => {
      const late = today - 30 * DAY_MS + 3 * HOUR_MS;
      const open = await store([late, Date.now() - 2_000, Date.now() - 1_000], () => ({ humedad: 1_000 }));
      await mark(open);
      for (const range of [
        { from: today - 60 * DAY_MS, to: Date.now() },
        { from: today - 190 * DAY_MS, to: Date.now() },
      ]) {
        const answer = await ask(range);
        const [from] = [range.from];
        assertSame(answer, from, Date.now() + DAY_MS);
        assert.ok(rawReads.length > 0);
        assert.equal(answer.newestId, String(open.at(-1)?._id));
        for (const { from, to } of rawReads) assert.ok(to - from <= 2 * HOUR_MS);
        assert.equal(answer.columns.find(({ name }) => name === 'humedad')?.summary.max, 1_000);
      }
    });

    it('shows what has expired, by summaries alone', async () => {
      await summarise([]);
      await db.collection('datos').deleteMany({});
      const year = await ask({ from: today - 190 * DAY_MS, to: today });
      assertSame(year, today - 190 * DAY_MS, today);
      const hour = await ask({ from: today - 2 * DAY_MS, to: today - 2 * DAY_MS + HOUR_MS });
      assert.equal(hour.bucketMs, MINUTE_MS);
      assertSame(hour, today - 2 * DAY_MS, today - 2 * DAY_MS + HOUR_MS);
    });
  });

  describe('by the clocks of a time zone', () => {
    const zones = [
      ['America/Bogota', '2026-02-01', '2026-06-01'],
      ['Asia/Kolkata', '2026-02-01', '2026-06-01'],
      ['Asia/Kathmandu', '2026-02-01', '2026-06-01'],
      ['Europe/Madrid', '2025-10-01', '2026-04-15'],
      ['Australia/Lord_Howe', '2025-09-20', '2026-04-15'],
    ] as const;
    const [begin, end] = [Date.parse('2025-09-15T00:07Z'), Date.parse('2026-06-03')];
    const some = Array.from(
      { length: (end - begin) / (25 * MINUTE_MS) },
      (_, i) => begin + i * 25 * MINUTE_MS,
    );

    before(async () => {
      await freshDatabase();
      const documents = await store(some, whole);
      const history = historyDatabase(db, NAMES);
      // By the hour, so that there are minutes: those of the hours in which a day of some zone begins are enough.
      const isNeeded = ({ ts }: Stored): boolean => [13, 14, 18].includes(ts.getUTCHours());
      assert.equal(await backfill(history, () => undefined, never), true);
      await summarise(documents.filter(isNeeded));
    });

    beforeEach(newSeries);
    after(() => db.dropDatabase());

    for (const [name, from, to] of zones) {
      const zone = Zone.named(name)!;
      const days = { from: zone.timeOf(Date.parse(from)), to: zone.timeOf(Date.parse(to)), zone: name };

      it(`are whole local days in ${name}, out of summaries alone`, async () => {
        const answer = await ask(days, 220);
        assert.equal(answer.bucketMs, DAY_MS);
        assertSame(answer, days.from, days.to);
        for (const time of answer.times)
          assert.equal(zone.wallOf(time) % DAY_MS, 0, new Date(time).toISOString());
        assert.equal(answer.times[0], days.from);
        assert.deepEqual(rawReads, [], 'no reading is looked at');
      });

      it(`are parts of local days in ${name}, also of all there is`, async () => {
        const from = hourOf(days.to - 60 * DAY_MS);
        const month = await ask({ ...days, from }, 300);
        assert.equal(month.bucketMs, 6 * HOUR_MS);
        assertSame(month, from, days.to);
        const all = await ask({ all: true, zone: name }, 300);
        assert.deepEqual([all.bucketMs, all.readings], [DAY_MS, everything.length]);
        assertSame(all, 0, Date.now());
      });
    }

    it('of an hour in which a day begins, and of which there are no minutes, are taken from the readings', async () => {
      const history = historyDatabase(db, NAMES);
      await history.chunks.deleteMany({ _id: { $regex: '\\|m\\|' } });
      const zone = Zone.named('Asia/Kolkata')!;
      const [from, to] = [zone.timeOf(Date.parse('2026-02-01')), zone.timeOf(Date.parse('2026-03-01'))];
      const answer = await ask({ from, to, zone: zone.name }, 30);
      assert.equal(answer.bucketMs, DAY_MS);
      assertSame(answer, from, to);
      assert.ok(rawReads.length > 0);
      for (const { from: first, to: last } of rawReads) assert.ok(last - first <= HOUR_MS);
    });
  });

  describe('of a few readings', () => {
    beforeEach(freshDatabase);
    afterEach(() => db.dropDatabase());

    it('gives each reading as a point where they are few, however long the range', async () => {
      await summarise(await store(sparse.slice(-4), whole));
      const answer = await ask({ from: today - 190 * DAY_MS, to: today });
      assert.equal(answer.bucketMs, 0);
      assert.equal(answer.readings, 4);
      assert.equal(answer.times.length, 4);
    });

    it('shows the minutes of what was summarised by the month from its readings, and its hours once these are gone', async () => {
      await store(dense, whole);
      const history = historyDatabase(db, NAMES);
      assert.equal(await backfill(history, () => undefined, never), true);
      const [from, to] = [today - 2 * DAY_MS, today - DAY_MS];
      assertSame(await ask({ from, to }), from, to);
      await db.collection('datos').deleteMany({});
      newSeries();
      const answer = await ask({ from, to });
      assert.equal(answer.readings, dense.length);
      assert.equal(answer.times.length, 24);
    });

    it('reads the readings themselves while the summaries do not hold everything', async () => {
      await summarise(await store(sparse.slice(-12), whole));
      await complete(false);
      const unmarked = await store([today - 3 * DAY_MS], () => ({ humedad: 5_000 }));
      assert.equal(unmarked.length, 1);
      const answer = await ask({ from: today - 190 * DAY_MS, to: today }, 10);
      assert.equal(answer.columns.find(({ name }) => name === 'humedad')?.summary.max, 5_000);
    });

    it('finds nothing of a node that has no readings', async () => {
      await complete();
      assert.deepEqual((await ask({ all: true })).times, []);
      assert.equal((await ask({ from: 0, to: hourOf(Date.now()) })).readings, 0);
    });
  });
});
