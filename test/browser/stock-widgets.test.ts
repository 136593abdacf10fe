import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { FlowNode } from '../../stack/node-red/flows';
import { EDITOR_PATH } from '../../stack/node-red/node-red';
import { KafkaFixture } from '../nodes/kafka-consumer/kafka-fixture';
import { AdminApi } from '../support/admin-api';
import { launchBrowser } from '../support/browser';
import { nodeOf, readFlow, withSettings } from '../support/flow-settings';
import { database } from '../support/services';
import { until } from '../support/until';
import { DashboardHost } from './support/dashboard-host';
import { DashboardPage } from './support/dashboard-page';

const EXAMPLE = 'examples/07 stock widgets.json';
const HOSTILE = '<img src=x onerror=alert(1)> {{7*7}}';

describe('the example with the stock widgets, imported beside the shipped flows', function () {
  this.timeout(120_000);
  let browser: Browser;
  let fixture: KafkaFixture;
  let host: DashboardHost;
  let api: AdminApi;
  let opened: DashboardPage;
  let page: Page;

  before(async () => {
    browser = await launchBrowser();
    fixture = await KafkaFixture.connect();
    const { brokers } = fixture;
    const topic = await fixture.createTopic();
    const { uri } = await database();
    host = await DashboardHost.start({ brokers, mongoUri: uri, topic, database: topic });
    api = await AdminApi.connect(host.url + EDITOR_PATH);
    const settings = { brokers, uri, topic, groupId: `${topic}-widgets`, database: topic, serialPath: '' };
    const example = withSettings(readFlow(EXAMPLE), settings);
    await api.deploy([...(await api.get<FlowNode[]>('/flows')), ...example]);
    await api.status(
      'the consumer of the example to read',
      nodeOf(example, 'kafka-consumer'),
      ({ fill }) => fill === 'green',
    );
    opened = await DashboardPage.open(browser, host.url);
    page = opened.page;
  });

  after(async () => {
    await opened?.close();
    api?.close();
    await host?.stop();
    await fixture?.close();
    await browser?.close();
  });

  afterEach(() => assert.deepEqual(opened.alarms, []));

  /** Picks a node out of the dropdown. */
  async function choose(nodo: string): Promise<void> {
    await page.locator('md-select').click();
    await page.locator('md-option').filter({ hasText: nodo }).click();
  }

  /** What stands in a column of the table, top to bottom. */
  function column(field: string): Promise<string[]> {
    return page.locator(`.tabulator-row .tabulator-cell[tabulator-field="${field}"]`).allInnerTexts();
  }

  it('fills table and charts with the readings of the node that is chosen, newest on top', async () => {
    for (let n = 1; n <= 12; n++) {
      await host.send('uno', { temperatura: n, sensacion: n + 0.5, humedad: n === 11 ? null : 40 + n });
      await host.send('dos', { temperatura: 100 + n });
    }
    await opened.row('uno').waitFor();
    await page.goto(`${host.url}/#!/1`);
    await choose('uno');
    const expected = ['12', '11', '10', '9', '8', '7', '6', '5', '4', '3'];
    await until('the table', async () => (await column('temperatura')).join() === expected.join());
    assert.deepEqual(
      (await column('humedad')).slice(0, 3).map((text) => text.trim()),
      ['52', '', '50'],
    );
    assert.match((await column('fecha'))[0] ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    await until('the charts', async () => (await charts(page)).length === 3);
    const [temperature, humidity] = await charts(page);
    assert.deepEqual(temperature, [
      { name: 'temperatura', values: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
      { name: 'sensacion', values: [3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5] },
    ]);
    assert.deepEqual(humidity, [{ name: 'humedad', values: [43, 44, 45, 46, 47, 48, 49, 50, null, 52] }]);
  });

  it('shows what that node sends next, and nothing of the others', async () => {
    await host.send('dos', { temperatura: 200 });
    await host.send('uno', { temperatura: 13, humedad: 60 });
    await until('the new reading', async () => (await column('temperatura'))[0] === '13');
    assert.deepEqual((await column('temperatura')).slice(0, 3), ['13', '12', '11']);
    const newest = async (): Promise<unknown> => (await charts(page))[1]?.[0]?.values.at(-1);
    await until('the new point', async () => (await newest()) === 60);
    await opened.screenshot('stock-widgets');
  });

  it('takes another node, one that came later, and its name as a text', async () => {
    await host.send(HOSTILE, { temperatura: 7 });
    await until('the name in the list', async () => {
      const names = await page.locator('md-option').evaluateAll((all) => all.map((one) => one.textContent));
      return names.some((name) => name?.trim() === HOSTILE);
    });
    await choose(HOSTILE);
    await until('the table', async () => (await column('temperatura')).join() === '7');
  });
});

interface Line {
  name: string;
  values: (number | null)[];
}

/** A chart of the dashboard's chart library. */
interface Drawn {
  chart: { canvas: HTMLCanvasElement };
  config: { data: { datasets: { label: string; data: { y: number | null }[] }[] } };
}

/** The lines of each chart, in the order in which they stand on the page. */
async function charts(page: Page): Promise<Line[][]> {
  const found = await page.evaluate(() => {
    const { instances } = (window as unknown as { Chart: { instances: Record<string, Drawn> } }).Chart;
    return Object.values(instances).map(({ chart, config }) => ({
      top: chart.canvas.getBoundingClientRect().top,
      lines: config.data.datasets.map(({ label, data }) => ({ name: label, values: data.map(({ y }) => y) })),
    }));
  });
  return found.sort((a, b) => a.top - b.top).map(({ lines }) => lines);
}
