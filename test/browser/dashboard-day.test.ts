import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import type { Browser } from 'playwright-core';
import { historyDatabase } from '../../nodes/mongo-sink/history/history-database';
import { summariseMark } from '../../nodes/mongo-sink/history/summarise';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../nodes/shared/durations';
import { hourOf } from '../../nodes/shared/summary-chunks';
import { KafkaFixture } from '../nodes/kafka-consumer/kafka-fixture';
import { launchBrowser } from '../support/browser';
import { database } from '../support/services';
import { until } from '../support/until';
import { DashboardHost, type PastReading } from './support/dashboard-host';
import { DashboardPage, type ShownSeries } from './support/dashboard-page';

const NODO = 'comuna_15';
const NAMES = { collection: 'datos', nodesCollection: 'nodos' };
const EACH_MS = 3_000;
const VARIABLES = ['humedad', 'temperatura'] as const;

type Variable = (typeof VARIABLES)[number];
/** From and to, in milliseconds since 1970. */
type Stretch = readonly [number, number];
interface Reading extends PastReading {
  values: Record<Variable, number | null>;
}

describe('24 hours of a board on the dashboard', function () {
  this.timeout(180_000);
  let now: number;
  let day: Reading[];
  let silence: Stretch;
  let broken: Stretch;
  let last: Reading;
  let browser: Browser;
  let fixture: KafkaFixture;
  let client: MongoClient;
  let host: DashboardHost;
  let page: DashboardPage;

  before(async () => {
    // Only now: the tests before this one take their time, and the page shows the last 24 hours.
    now = Date.now();
    ({ day, silence, broken } = dayUntil(now));
    last = { nodo: NODO, values: { humedad: 12.5, temperatura: 99.25 }, time: now };
    browser = await launchBrowser();
    fixture = await KafkaFixture.connect();
    const topic = await fixture.createTopic();
    const { uri } = await database();
    client = await MongoClient.connect(uri);
    host = await DashboardHost.start({ brokers: fixture.brokers, mongoUri: uri, topic, database: topic });
    await host.sendAll(day);
    page = await DashboardPage.open(browser, host.url);
    await page.row(NODO).waitFor();
    await page
      .row(NODO)
      .getByRole('link', { name: `Ver ${NODO}` })
      .click();
    await page.chooseRange('24 h');
    await seen(day.length);
  });

  after(async () => {
    await page?.close();
    await host?.stop();
    await client?.close();
    await fixture?.close();
    await browser?.close();
  });

  /** Waits until the page has this many readings. */
  async function seen(count: number): Promise<void> {
    await until(
      `${count} readings on the page`,
      async () => {
        const { readings } = await page.series('humedad');
        if (readings !== count) await page.page.reload();
        await page.value('Humedad relativa').waitFor();
        return readings === count;
      },
      90_000,
    );
  }

  async function assertRight(expected: readonly Reading[]): Promise<void> {
    for (const variable of VARIABLES) assertSeries(await page.series(variable), expected, variable);
  }

  it('has their number, and least, mean and greatest of the day and of each point', async () => {
    await assertRight(day);
    const text = await page.page.locator('skm-node .foot').innerText();
    assert.match(text, new RegExp(`^${day.length.toLocaleString('es-CO')} lecturas`));
    await page.screenshot('day');
  });

  it('draws the silence, and the hour without a value, as gaps', async () => {
    const { drawn, bucketMs } = await page.series('temperatura');
    for (const [from, to] of [silence, broken]) {
      const inside = drawn.times
        .map((time, index) => ({ time: time * 1_000, mean: drawn.mean[index] }))
        .filter(({ time }) => time >= from && time < to - bucketMs);
      assert.ok(inside.length > 0, 'the line runs on');
      assert.deepEqual(
        inside.filter(({ mean }) => mean !== null),
        [],
      );
    }
  });

  it('counts none twice when half of them are sent again, not even on a page that is open meanwhile', async () => {
    await host.sendAll([...day.slice(day.length / 2), last]);
    await until(
      'the reading behind those',
      async () => (await page.series('humedad')).readings > day.length,
      60_000,
    );
    const { readings } = await page.series('humedad');
    assert.equal(readings, day.length + 1);
    await assertRight([...day, last]);
  });

  it('is the same once the hours that are over have been summarised', async () => {
    const db = client.db(host.topicName);
    const history = historyDatabase(db, NAMES);
    const due = await history.marks
      .find({ nodo: NODO, hora: { $lt: new Date(hourOf(now) - HOUR_MS) } })
      .toArray();
    for (const { _id, v } of due) await summariseMark(history, _id, v);
    // So that the page can't have it from the readings: those of the early hours are gone.
    await db.collection('datos').deleteMany({ nodo: NODO, ts: { $lt: new Date(silence[0]) } });
    await page.page.reload();
    await page.value('Humedad relativa').waitFor();
    await assertRight([...day, last]);
  });
});

/** A reading each 3 s but for two hours of silence; for one hour a sensor does not answer. */
function dayUntil(now: number): { day: Reading[]; silence: Stretch; broken: Stretch } {
  const begin = now - DAY_MS + 10 * MINUTE_MS;
  const silence: Stretch = [begin + 5 * HOUR_MS, begin + 7 * HOUR_MS];
  const broken: Stretch = [begin + 12 * HOUR_MS, begin + 13 * HOUR_MS];
  const day: Reading[] = [];
  for (let time = begin, i = 0; time < now - MINUTE_MS; time += EACH_MS, i++) {
    if (time >= silence[0] && time < silence[1]) continue;
    const answers = time < broken[0] || time >= broken[1];
    const humedad = 60 + 20 * Math.sin(i / 900) + (i % 7);
    const temperatura = answers ? 20 + ((i * 37) % 101) / 8 : null;
    day.push({ nodo: NODO, values: { humedad, temperatura }, time });
  }
  return { day, silence, broken };
}

/** Compares what the page holds with what the readings say, folded here. */
function assertSeries(shown: ShownSeries, readings: readonly Reading[], variable: Variable): void {
  const { bucketMs, summary } = shown;
  assert.equal(shown.readings, readings.length);
  assert.ok(bucketMs > 0 && shown.times.length > 200, `${shown.times.length} points`);
  assertFold(
    summary,
    readings.map(({ values }) => values[variable]),
    variable,
  );
  const buckets = new Map<number, (number | null)[]>();
  for (const { time, values } of readings) {
    const bucket = Math.floor(time / bucketMs) * bucketMs;
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), values[variable]]);
  }
  assert.deepEqual(shown.times, [...buckets.keys()]);
  for (const [index, time] of shown.times.entries()) {
    const [n, min, mean, max] = [shown.n[index]!, shown.min[index]!, shown.mean[index]!, shown.max[index]!];
    assertFold({ n, min, mean, max }, buckets.get(time)!, `${variable} at ${new Date(time).toISOString()}`);
  }
}

function assertFold(found: ShownSeries['summary'], values: readonly (number | null)[], what: string): void {
  const numbers = values.filter((value) => value !== null);
  assert.equal(found.n, numbers.length, what);
  if (numbers.length === 0) {
    assert.equal(found.mean, null, what);
    return;
  }
  assert.equal(found.min, Math.min(...numbers), what);
  assert.equal(found.max, Math.max(...numbers), what);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  assert.ok(
    Math.abs((found.mean ?? NaN) - mean) < 1e-9 * Math.abs(mean),
    `${what}: ${found.mean}, not ${mean}`,
  );
}
