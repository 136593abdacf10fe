import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../stack/process/ports';
import { ensureServiceUsers } from '../../stack/service-users';
import { TcpProxy } from '../faults/support/proxy';
import { launchBrowser } from '../support/browser';
import { Gate } from '../support/gate';
import { plugIn, type TestDevice } from '../support/pty';
import { until } from '../support/until';
import { Product } from './product';

/** How long the link is cut, and then slow; a minute shows more, and takes a minute more. */
const CUT_MS = Number(process.env.LINK_CUT_SECONDS ?? 12) * 1_000;
const SLOW_MS = 6_000;
/** A modem's: enough for one reading at a time. */
const SLOW_BYTES_A_SECOND = 20_000;
const READING_EVERY_MS = 50;
const SCREENSHOTS = path.join(__dirname, '..', 'screenshots');

/** Without it, the server's Kafka asks for a password. */
const { TEST_OWN_NETWORK } = process.env;

/** As a person copies it from the server, made here before its first start. */
async function loginAt({ folder }: Product): Promise<Record<string, string>> {
  const { user, kafka } = await ensureServiceUsers(folder);
  return { KAFKA_USER: user, KAFKA_PASSWORD: kafka };
}

describe('edge and server, each with its npm start, and a link between them that can be cut', function () {
  this.timeout(CUT_MS + 240_000);
  let dir: string;
  let board: TestDevice;
  let slowLink: TcpProxy;
  let link: Gate;
  let server: Product;
  let edge: Product;
  let database: MongoClient;
  let browser: Browser;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'roles-'));
    board = await plugIn(path.join(dir, 'board'));
    // What the broker says its address is is the gate: the edge has no other way to it.
    const port = await freePort();
    slowLink = await TcpProxy.listen({ host: '127.0.0.1', port });
    link = new Gate(`127.0.0.1:${slowLink.port}`);
    const address = await link.open();
    server = await Product.create(['--role', 'server', TEST_OWN_NETWORK ? '--own-network' : '--secure'], {
      KAFKA_EDGE_ADDRESS: address,
      KAFKA_EDGE_PORT: String(port),
    });
    edge = await Product.create(['--role', 'edge'], {
      KAFKA_BROKERS: address,
      SERIAL_PATH: board.link,
      ...(TEST_OWN_NETWORK ? {} : await loginAt(server)),
    });
    // The edge first: it has to come up without the server.
    await edge.start();
    await server.start();
    database = await new MongoClient(server.mongoUri).connect();
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await database?.close();
    await Promise.all([edge?.dispose(), server?.dispose()]);
    await board?.unplug();
    await link?.close();
    await slowLink?.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('lose and double nothing, and the edge shows what waits', async () => {
    const [page, english] = await Promise.all(
      ['es-CO', 'en-US'].map((locale) => browser.newPage({ locale, viewport: { width: 1100, height: 800 } })),
    );
    assert.ok(page && english);
    await Promise.all([page.goto(edge.dashboard), english.goto(edge.dashboard)]);
    let sent = 0;
    const readings = setInterval(() => {
      board.write(`{"nodo":"comuna_15","humedad":50.5,"n":${sent++}}\r\n`);
    }, READING_EVERY_MS);
    try {
      await until(
        'readings of before the cut in the database',
        async () => (await stored()).length > 20,
        60_000,
      );
      await until('a page on which nothing waits', async () => (await waiting(page)) === 0);

      await link.close();
      const cutAt = Date.now();
      await until('readings that wait on the page', async () => (await waiting(page)) > 20, 30_000);
      assert.match(await page.locator('[data-value="since"]').innerText(), /^la más antigua desde las \d/);
      const first = await waiting(page);
      await until('when Kafka is tried again, in the language of the page', async () => {
        const details = await Promise.all(
          [page, english].map((one) => one.locator('[data-value="kafka-detail"]').innerText()),
        );
        return /^próximo intento a las \d/.test(details[0]!) && /^next try at \d/.test(details[1]!);
      });
      assert.deepEqual(await lastReading(page), ['Nodo: comuna_15', 'Humedad relativa: 50,5 %']);
      assert.deepEqual(await lastReading(english), ['Node: comuna_15', 'Relative humidity: 50.5 %']);
      await sleep(Math.max(0, cutAt + CUT_MS - Date.now()));
      assert.ok((await waiting(page)) > first, 'more and more wait');
      await page.screenshot({ path: path.join(SCREENSHOTS, 'edge-waiting.png') });
      await english.screenshot({ path: path.join(SCREENSHOTS, 'edge-waiting-english.png') });

      slowLink.limit(SLOW_BYTES_A_SECOND);
      await link.open();
      await sleep(SLOW_MS);
      slowLink.limit(Infinity);
    } finally {
      clearInterval(readings);
    }
    await until('all readings in the database', async () => (await stored()).length >= sent, 60_000);
    const numbers = (await stored()).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: sent }, (_, n) => n),
      'each reading once',
    );
    await until('a page on which nothing waits', async () => (await waiting(page)) === 0, 30_000);
    await until('all readings on the page', async () => {
      return (await numberIn(page, 'readings')) === sent;
    });
    assert.equal(await page.locator('[data-lamp="kafka"]').getAttribute('data-fill'), 'green');
    console.log(
      `      ${sent} readings, the link cut for ${CUT_MS / 1000} s and slow for ${SLOW_MS / 1000} s`,
    );
  });

  /** The numbers of all readings in the database. */
  async function stored(): Promise<number[]> {
    const documents = await database.db('datos').collection('datos').find().project({ n: 1 }).toArray();
    return documents.map(({ n }) => n as number);
  }

  async function waiting(page: Page): Promise<number> {
    return numberIn(page, 'waiting');
  }

  /** A count on the page, which has its thousands apart. */
  async function numberIn(page: Page, name: string): Promise<number> {
    return Number((await page.locator(`[data-value="${name}"]`).innerText()).replace(/\D/g, ''));
  }

  /** What the page says of the last reading, without the parts that differ with each of them. */
  async function lastReading(page: Page): Promise<string[]> {
    const texts = await page.locator('.last dl > div').allInnerTexts();
    return texts.map((text) => text.replace('\n', ': ')).filter((text) => /^(Nod|Hum|Rel)/.test(text));
  }
});
