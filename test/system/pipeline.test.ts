import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient, type Document, type ObjectId } from 'mongodb';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { until } from '../support/until';
import { Product } from './product';

const SCREENSHOTS = path.join(__dirname, '..', 'screenshots');
const NODO = 'comuna_15';
/** TEST_KAFKA=zookeeper and TEST_BROKERS=3 run the same on a Kafka of another shape, TEST_SECURE=1 with passwords. */
const { TEST_KAFKA, TEST_BROKERS, TEST_SECURE } = process.env;
const KAFKA_OPTIONS = [
  ...(TEST_KAFKA ? ['--kafka', TEST_KAFKA] : []),
  ...(TEST_BROKERS ? ['--brokers', TEST_BROKERS] : []),
  ...(TEST_SECURE ? ['--secure'] : []),
];
/** What the page of topics says of it. */
const SHAPE = new RegExp(
  `(^|· )${TEST_KAFKA === 'zookeeper' ? 'ZooKeeper' : 'KRaft'} · ${TEST_BROKERS ?? 1} brokers? · `,
);
/** Of the shape that people start; the others are more processes, and come up one after the other. */
const SECOND_START_MS = KAFKA_OPTIONS.length === 0 ? 20_000 : 40_000;
/** The board sends every 3.06 s. */
const NEXT_READING_MS = 20_000;

describe('npm start', function () {
  this.timeout(240_000);
  let product: Product;
  let database: MongoClient;
  let browser: Browser;

  before(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
    product = await Product.create(KAFKA_OPTIONS);
    await product.start();
    database = await new MongoClient(product.mongoUri).connect();
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await database?.close();
    await product?.dispose();
  });

  it('carries what the board measures into the topic, the database and the list of nodes', async () => {
    await product.measure('humedad=88 temperatura=28 a1=0.593');
    const stored = await until(
      'a reading with the humidity that was set',
      () => lastReading({ humedad: 88 }),
      NEXT_READING_MS,
    );

    assert.equal(stored.temperatura, 28);
    assert.equal(stored.sensacion, 33.5536, 'the heat index for 88 % and 28 °C');
    assert.equal(stored.radiacion, 590.8203, 'A1 counts 121 at 0.593 V');
    assert.match(String(stored.fecha), /^\d{4}-\d{2}-\d{2}$/);
    assert.match(String(stored.hora), /^\d{2}:\d{2}:\d{2}$/);

    const record = await until('the same reading in the topic', () => recordWithId(String(stored.readingId)));
    assert.equal(record.key, NODO);
    assert.deepEqual(
      JSON.parse(record.value),
      pick(stored, ['nodo', 'humedad', 'temperatura', 'sensacion', 'radiacion', 'fecha', 'hora']),
    );
    const node = await until('the node with its last values', () =>
      database.db('datos').collection('nodos').findOne({ nodo: NODO, 'valores.humedad': 88 }),
    );
    assert.ok(node.ts instanceof Date);
  });

  it('shows them on the page that Ver opens, within a second of the line, without a reload', async () => {
    const page = await openDashboard();
    await page.locator(`tr[data-nodo="${NODO}"] a.button`).click();
    const humidity = valueOf(page, 'Relative humidity');
    await humidity.waitFor();
    const loads = await page.evaluate(() => performance.getEntriesByType('navigation').length);

    const delays: number[] = [];
    for (const humedad of [41, 42, 43]) {
      await product.measure(`humedad=${humedad} temperatura=26 a1=2.0`);
      const seenAt = await humidity.evaluate(
        (element, wanted) =>
          new Promise<number>((resolve) => {
            const timer = setInterval(() => {
              if (!element.textContent?.trim().startsWith(wanted)) return;
              clearInterval(timer);
              resolve(Date.now());
            }, 5);
          }),
        `${humedad}`,
      );
      const stored = await until('the reading in the database', () => lastReading({ humedad }));
      delays.push(seenAt - (stored.ts as Date).getTime());
    }

    await page.screenshot({ path: path.join(SCREENSHOTS, 'system-node.png') });
    console.log(`      from the line to the page: ${delays.join(', ')} ms`);
    assert.ok(Math.min(...delays) < 1_000, `from the line to the page it took ${delays.join(', ')} ms`);
    assert.equal(
      await page.evaluate(() => performance.getEntriesByType('navigation').length),
      loads,
      'the page was loaded anew',
    );
    await page.close();
  });

  it('shows a record fall into its partition, and the group that goes on', async () => {
    const page = await openDashboard();
    await page.getByRole('link', { name: 'Kafka', exact: true }).click();
    const topic = page.locator('[data-topic="Prueba"]');
    const record = topic.locator('.records li').filter({ hasText: NODO });
    await record.first().waitFor();
    assert.equal(await topic.locator('.partition').count(), 3);
    const rows = topic.locator('.partition').filter({ has: page.locator('.records li', { hasText: NODO }) });
    assert.equal(await rows.count(), 1, 'a key, a partition');
    await page
      .locator('.group')
      .filter({ hasText: /committed \d+,\s+lag \d+/ })
      .first()
      .waitFor();
    await page.screenshot({ path: path.join(SCREENSHOTS, 'system-inside.png') });
    await page.close();
  });

  it('stops within 10 s of Ctrl-C, and shows the old readings after the next start', async () => {
    const before = await until('a reading', () => lastReading({ humedad: 43 }));
    const stopped = await product.stop();
    assert.ok(stopped < 10_000, `it took ${stopped} ms to stop`);

    const started = await product.start();
    assert.ok(started < SECOND_START_MS, `the second start took ${started} ms`);
    await until('the old reading in the database', () =>
      database
        .db('datos')
        .collection('datos')
        .findOne({ _id: before._id as ObjectId }),
    );
    const page = await openDashboard();
    await page.locator(`tr[data-nodo="${NODO}"]`).waitFor();
    await page.getByRole('link', { name: 'Topics', exact: true }).click();
    await page.getByText(SHAPE).waitFor();
    await page.close();
  });

  async function openDashboard(): Promise<Page> {
    const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1280, height: 860 } });
    await page.goto(product.dashboard);
    return page;
  }

  function valueOf(page: Page, variable: string): ReturnType<Page['locator']> {
    return page.locator('skm-chart-card').filter({ hasText: variable }).locator('.value');
  }

  async function lastReading(values: Document): Promise<Document | null> {
    return database
      .db('datos')
      .collection('datos')
      .findOne({ nodo: NODO, ...values }, { sort: { _id: -1 } });
  }

  async function recordWithId(id: string): Promise<{ key: string; value: string } | undefined> {
    const kafka = new Kafka({
      brokers: [product.brokers],
      ...product.kafkaLogin,
      logLevel: logLevel.NOTHING,
    });
    const consumer = kafka.consumer({ groupId: `test-${Date.now()}` });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic: 'Prueba', fromBeginning: true });
      let found: { key: string; value: string } | undefined;
      await consumer.run({
        eachMessage: ({ message }) => {
          if (String(message.headers?.['reading-id']) === id)
            found = { key: String(message.key), value: String(message.value) };
          return Promise.resolve();
        },
      });
      return await until('the record with the reading id', () => found);
    } finally {
      await consumer.disconnect();
    }
  }
});

function pick(document: Document, fields: string[]): Document {
  return Object.fromEntries(fields.map((field) => [field, document[field]]));
}
