import assert from 'node:assert/strict';
import type { Browser, CDPSession } from 'playwright-core';
import { KafkaFixture } from '../nodes/kafka-consumer/kafka-fixture';
import { launchBrowser } from '../support/browser';
import { database } from '../support/services';
import { until } from '../support/until';
import { DashboardHost } from './support/dashboard-host';
import { DashboardPage } from './support/dashboard-page';

/** Ten minutes show more than one: SOAK_MINUTES=10. */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 1);
const READINGS_PER_SECOND = 50;
const NODES = 10;
const MB = 2 ** 20;

describe('the dashboard kept open', function () {
  this.timeout((MINUTES + 3) * 60_000);
  let browser: Browser;
  let fixture: KafkaFixture;
  let host: DashboardHost;

  before(async () => {
    browser = await launchBrowser();
    fixture = await KafkaFixture.connect();
    const topic = await fixture.createTopic();
    const { uri } = await database();
    host = await DashboardHost.start({ brokers: fixture.brokers, mongoUri: uri, topic, database: topic });
  });

  after(async () => {
    await host?.stop();
    await fixture?.close();
    await browser?.close();
  });

  it(`stays as large as it is over ${MINUTES} min of ${READINGS_PER_SECOND} readings a second, and keeps up`, async () => {
    await host.send('nodo 0', { humedad: 0, temperatura: 0 });
    const pages = await Promise.all(
      ['#!/0?nodo=nodo%200', '#!/0', '#!/0?vista=vivo'].map((fragment) =>
        DashboardPage.open(browser, host.url, fragment),
      ),
    );
    const sessions = await Promise.all(pages.map(({ page }) => page.context().newCDPSession(page)));
    let sent = 0;
    let failed: unknown;
    const writing = setInterval(() => {
      const values = { humedad: sent % 100, temperatura: sent % 40, sensacion: sent % 30, radiacion: sent };
      host.send(`nodo ${sent++ % NODES}`, values).catch((error: unknown) => (failed = error));
    }, 1_000 / READINGS_PER_SECOND);
    try {
      const end = Date.now() + MINUTES * 60_000;
      // What fills up to its bound in the beginning (ten readings a chart, two hundred lines of the tail) is no growth.
      await until('a warm start', () => sent > 20 * READINGS_PER_SECOND, 60_000);
      const [heapsBefore, runtimeBefore] = [await heaps(sessions), await host.liveHeap()];
      await until('the end', () => Date.now() > end, MINUTES * 60_000 + 60_000);
      const [heapsAfter, runtimeAfter] = [await heaps(sessions), await host.liveHeap()];
      const grown = heapsAfter.map((heap, index) => heap - heapsBefore[index]!);
      console.log(
        `      ${sent} readings; pages ${heapsBefore.map(inMb).join(', ')} MB, grown by ${grown.map(inMb).join(', ')} MB;`,
        `runtime ${inMb(runtimeBefore)} MB, grown by ${inMb(runtimeAfter - runtimeBefore)} MB`,
      );
      for (const growth of grown) assert.ok(growth < 4 * MB, `a page has grown by ${inMb(growth)} MB`);
      assert.ok(
        runtimeAfter - runtimeBefore < 4 * MB,
        `the runtime has grown by ${inMb(runtimeAfter - runtimeBefore)} MB`,
      );
    } finally {
      clearInterval(writing);
    }
    assert.equal(failed, undefined);
    await host.send('nodo 0', { humedad: 1234, temperatura: 0 });
    await pages[0]!.sees('Humedad relativa', '1.234');
    for (const page of pages) {
      assert.deepEqual(page.alarms, []);
      await page.close();
    }
  });
});

/** What is alive in each page, in bytes. */
function heaps(sessions: CDPSession[]): Promise<number[]> {
  return Promise.all(
    sessions.map(async (session) => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    }),
  );
}

function inMb(bytes: number): string {
  return (bytes / MB).toFixed(1);
}
