import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { KafkaFixture } from '../nodes/kafka-consumer/kafka-fixture';
import { launchBrowser } from '../support/browser';
import { database } from '../support/services';
import { until } from '../support/until';
import { axeFindings } from './support/axe';
import { DashboardHost } from './support/dashboard-host';
import { DashboardPage } from './support/dashboard-page';

const VIEWS = {
  nodes: '',
  grouped: '',
  node: '#!/0?nodo=comuna_15',
  range: '#!/0?nodo=comuna_15&rango=24h',
  compare: '#!/0?vista=comparar&serie=comuna_15:humedad&serie=comuna_2:temperatura',
  wall: '#!/0?vista=pared&serie=comuna_15:humedad&serie=comuna_2:temperatura',
  topics: '#!/0?vista=topics',
  live: '#!/0?vista=vivo',
  kafka: '#!/0?vista=kafka',
  events: '#!/0?vista=sucesos',
};

/** In the page, and in what stands in its elements' own trees: nothing is busy, and nothing is fading. */
function isAtRest(): boolean {
  const roots: (Document | ShadowRoot)[] = [document];
  for (const root of roots) {
    if (root.querySelector('[aria-busy="true"]') || root.getAnimations().length > 0) return false;
    for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) roots.push(shadowRoot);
  }
  return true;
}

describe('the dashboard for everybody', function () {
  this.timeout(120_000);
  let browser: Browser;
  let fixture: KafkaFixture;
  let host: DashboardHost;

  before(async () => {
    browser = await launchBrowser();
    fixture = await KafkaFixture.connect();
    const topic = await fixture.createTopic();
    const { uri } = await database();
    host = await DashboardHost.start({ brokers: fixture.brokers, mongoUri: uri, topic, database: topic });
    await host.send('comuna_15', { humedad: 60, temperatura: null });
    await host.send('comuna_2', { humedad: 60, temperatura: 20 });
  });

  after(async () => {
    await host?.stop();
    await fixture?.close();
    await browser?.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has labels, roles and contrast that axe finds nothing wrong with, ${colorScheme}`, async () => {
      const page = await DashboardPage.open(browser, host.url, '', { colorScheme });
      for (const [name, fragment] of Object.entries(VIEWS)) {
        await page.page.goto(`${host.url}/${fragment}`);
        await page.page.reload();
        await page.page.locator('.pulse.live').waitFor();
        await host.send('comuna_15', { humedad: 60, temperatura: null });
        if (name === 'topics') await page.page.locator(`tr[data-topic="${host.topicName}"]`).click();
        await page.page.locator('main .card').first().waitFor();
        if (name === 'grouped') {
          await page.page.getByRole('checkbox').check();
          await page.page.locator('tr.group').waitFor();
        }
        if (name === 'live') await page.page.locator('ol li').first().waitFor();
        // What is being asked for again is paler for so long.
        await until('the view to be at rest', () => page.page.evaluate(isAtRest));
        await page.screenshot(`${colorScheme}-${name}`);
        assert.deepEqual(await axeFindings(page.page), [], name);
      }
      await page.close();
    });
  }

  it('is used without a mouse: tabs, a node and its range by keyboard alone', async () => {
    const page = await DashboardPage.open(browser, host.url);
    await page.row('comuna_15').waitFor();
    const { keyboard } = page.page;
    const focused = () =>
      page.page.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
      });
    for (let n = 0; n < 30 && (await focused()) !== 'Ver comuna_15'; n++) await keyboard.press('Tab');
    assert.equal(await focused(), 'Ver comuna_15');
    await keyboard.press('Enter');
    await page.value('Humedad relativa').waitFor();
    await page.page.getByRole('radio', { name: 'Últimas 10' }).focus();
    await keyboard.press('ArrowRight');
    await page.page.getByRole('radio', { name: '15 min', checked: true }).waitFor({ state: 'attached' });
    assert.match(page.page.url(), /rango=15m/);
    await page.close();
  });
});
