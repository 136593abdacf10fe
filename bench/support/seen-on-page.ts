import path from 'node:path';
import { DashboardPage } from '../../test/browser/support/dashboard-page';
import { launchBrowser } from '../../test/support/browser';
import { plugIn } from '../../test/support/pty';
import { until } from '../../test/support/until';
import { Product } from '../../test/system/product';
import { firstLine, writeLines, type Rate, type WrittenLine } from './lines';

/** A number that was seen, and when (milliseconds since 1970). */
interface Sight {
  n: number;
  at: number;
}

interface WithSights {
  sights: Sight[];
}

const SEEN_MS = 60_000;
/** How often the page's text is looked at: more often than it is drawn. */
const LOOK_MS = 5;
const WARM_UP: Rate = { name: '', perSecond: 100, lines: 300 };

/**
 * Runs the whole product, as `npm start` does, on a serial device of its own, with a page open on the first sensor node.
 * @param dir where the device's link is put
 * @returns for each rate the milliseconds from that node's lines to the page that shows them or newer ones
 */
export async function latenciesToPage(
  dir: string,
  nodes: readonly string[],
  rates: readonly Rate[],
): Promise<number[][]> {
  const [watched = ''] = nodes;
  const device = await plugIn(path.join(dir, 'board-of-the-product'));
  const product = await Product.create([], { SERIAL_PATH: device.link });
  const browser = await launchBrowser();
  try {
    await product.start();
    const page = await DashboardPage.open(browser, new URL(product.dashboard).origin, `#!/0?nodo=${watched}`);
    let first = await firstLine(device, nodes, () => page.card('n').isVisible());
    await watch(page);
    const latencies: number[][] = [];
    for (const rate of [WARM_UP, ...rates]) {
      const lines = await writeLines(device, nodes, rate, first);
      first += lines.length;
      const own = lines.filter(({ nodo }) => nodo === watched);
      const last = own.at(-1)?.n ?? 0;
      await until(`reading ${last} on the page`, async () => (await newest(page)) >= last, SEEN_MS);
      latencies.push(latenciesOf(own, await taken(page)));
    }
    return latencies.slice(1);
  } finally {
    await browser.close();
    await product.dispose();
    await device.unplug();
  }
}

/** From now on the page notes what it shows, and since when. */
async function watch(page: DashboardPage): Promise<void> {
  await page.card('n').evaluate((card, everyMs) => {
    const sights: Sight[] = [];
    Object.assign(window, { sights });
    setInterval(() => {
      const n = Number(card.shadowRoot?.querySelector('.value')?.textContent?.replace(/\D/g, ''));
      if (n !== sights.at(-1)?.n) sights.push({ n, at: Date.now() });
    }, everyMs);
  }, LOOK_MS);
}

async function newest(page: DashboardPage): Promise<number> {
  return page.page.evaluate(() => (window as unknown as WithSights).sights.at(-1)?.n ?? 0);
}

async function taken(page: DashboardPage): Promise<Sight[]> {
  return page.page.evaluate(() => (window as unknown as WithSights).sights.slice());
}

/** A reading that was passed over for a newer one has been seen with that one. */
function latenciesOf(lines: readonly WrittenLine[], sights: readonly Sight[]): number[] {
  let place = 0;
  return lines.map(({ n, at }) => {
    while ((sights[place]?.n ?? Infinity) < n) place++;
    return (sights[place]?.at ?? NaN) - at;
  });
}
