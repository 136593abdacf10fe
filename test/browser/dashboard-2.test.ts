import assert from 'node:assert/strict';
import { until } from '../support/until';
import type { DashboardHost } from './support/dashboard-host';
import type { DashboardPage } from './support/dashboard-page';
import { HostedDashboards } from './support/hosted-dashboards';

const PAGE = 'dashboard/lecturas';

describe('the dashboard in Dashboard 2.0', function () {
  this.timeout(120_000);
  const hosted = HostedDashboards.forTests();
  let host: DashboardHost;

  before(() => void ({ host } = hosted));

  function open(fragment = ''): Promise<DashboardPage> {
    return hosted.open(PAGE + fragment);
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
