import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { KafkaFixture } from '../nodes/kafka-consumer/kafka-fixture';
import { launchBrowser } from '../support/browser';
import { database } from '../support/services';
import { until } from '../support/until';
import { DashboardHost } from './support/dashboard-host';
import { DashboardPage } from './support/dashboard-page';

const PAGE = 'dashboard/lecturas';

describe('the dashboard in Dashboard 2.0', function () {
  this.timeout(120_000);
  let browser: Browser;
  let fixture: KafkaFixture;
  let host: DashboardHost;
  const pages: DashboardPage[] = [];

  before(async () => {
    browser = await launchBrowser();
    fixture = await KafkaFixture.connect();
    const topic = await fixture.createTopic();
    const { uri } = await database();
    host = await DashboardHost.start({
      brokers: fixture.brokers,
      mongoUri: uri,
      topic,
      database: topic,
    });
  });

  after(async () => {
    await host?.stop();
    await fixture?.close();
    await browser?.close();
  });

  afterEach(async () => {
    const opened = pages.splice(0);
    await Promise.all(opened.map((page) => page.close()));
    assert.deepEqual(
      opened.flatMap(({ alarms }) => alarms),
      [],
    );
  });

  async function open(fragment = ''): Promise<DashboardPage> {
    const page = await DashboardPage.open(browser, host.url, PAGE + fragment);
    pages.push(page);
    return page;
  }

  it('opens a node with Ver and shows it live', async () => {
    await host.send('comuna_15', { humedad: 60, temperatura: 26, sensacion: 26.92732, radiacion: 1997.07 });
    const page = await open();
    await page.row('comuna_15').getByRole('link', { name: 'Ver comuna_15' }).click();
    await page.sees('Humedad relativa', '60');
    await host.send('comuna_15', { humedad: 61 });
    await page.sees('Humedad relativa', '61');
    await page.screenshot('dashboard-2-node');
  });

  it('shows two browsers two nodes, and keeps them in the address', async () => {
    await host.send('uno', { humedad: 1 });
    await host.send('dos', { humedad: 2 });
    const [one, two] = await Promise.all([open('#?nodo=uno'), open('#?nodo=dos')]);
    await Promise.all([one.sees('Humedad relativa', '1'), two.sees('Humedad relativa', '2')]);
    await Promise.all([host.send('uno', { humedad: 11 }), host.send('dos', { humedad: 22 })]);
    await Promise.all([one.sees('Humedad relativa', '11'), two.sees('Humedad relativa', '22')]);
    await one.chooseRange('1 h');
    assert.deepEqual(await one.points('Humedad relativa'), [1, 11]);
    assert.match(one.page.url(), /#\?nodo=uno&rango=1h$/);
    await one.page.goBack();
    await one.page.getByRole('radio', { name: 'Últimas 10', checked: true }).waitFor({ state: 'attached' });
    await one.page.reload();
    await one.sees('Humedad relativa', '11');
  });

  it('takes names and values as texts', async () => {
    for (const nodo of ['<img src=x onerror=alert(1)>', '{{7*7}}']) {
      await host.send(nodo, { humedad: 1, '<b>luz</b>': 2, '{{7*6}}': 3 });
      const page = await open();
      await page
        .row(nodo)
        .getByRole('link', { name: `Ver ${nodo}` })
        .click();
      await page.page.getByRole('heading', { name: nodo, exact: true }).waitFor();
      await page.sees('{{7*6}}', '3');
    }
  });

  it('goes on by itself after Node-RED was restarted', async () => {
    await host.send('comuna_15', { humedad: 70 });
    const page = await open('#?nodo=comuna_15');
    await page.sees('Humedad relativa', '70');
    await host.nodeRed.stop();
    await host.nodeRed.start();
    await host.send('comuna_15', { humedad: 71 });
    await until('the new reading', async () => (await page.points('Humedad relativa')).includes(71), 45_000);
  });
});
