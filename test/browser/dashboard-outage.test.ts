import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { KafkaCluster, ensureTopics } from '../../stack/kafka/cluster';
import { launchBrowser } from '../support/browser';
import { Gate } from '../support/gate';
import { database } from '../support/services';
import { DashboardHost } from './support/dashboard-host';
import { DashboardPage } from './support/dashboard-page';

const TOPIC = 'Prueba';
/** Longer than the page waits for an answer, and than it rests between two tries. */
const PATIENCE = { timeout: 45_000 };

describe('the dashboard while a part is away', function () {
  this.timeout(240_000);
  let browser: Browser;
  let dir: string;
  let kafka: KafkaCluster;
  let gate: Gate;
  let host: DashboardHost;
  let page: DashboardPage;

  before(async () => {
    browser = await launchBrowser();
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-outage-'));
    kafka = await KafkaCluster.prepare({ dir, report: () => undefined });
    await kafka.start();
    await ensureTopics(kafka.bootstrap, [{ topic: TOPIC }]);
    gate = new Gate(new URL((await database()).uri).host);
    const address = await gate.open();
    host = await DashboardHost.start({
      brokers: kafka.bootstrap,
      mongoUri: `mongodb://${address}/?directConnection=true`,
      topic: TOPIC,
      database: `outage-${Date.now()}`,
    });
  });

  after(async () => {
    await host?.stop();
    await gate?.close();
    await kafka?.stop();
    await browser?.close();
    await rm(dir, { recursive: true, force: true });
  });

  afterEach(async () => {
    await page.close();
    assert.deepEqual(page.alarms, []);
  });

  it('says that the database is away, keeps what it shows, and goes on by itself', async () => {
    await host.send('comuna_15', { humedad: 1 });
    page = await DashboardPage.open(browser, host.url, '#!/0?nodo=comuna_15');
    await page.sees('Humedad relativa', '1');
    await gate.close();
    await page.page.getByText('La base de datos no responde.').waitFor(PATIENCE);
    await page.page.getByText('Se reintenta solo.').waitFor();
    await page.sees('Humedad relativa', '1');
    await page.screenshot('outage-database');
    await host.send('comuna_15', { humedad: 2 });
    const late = await DashboardPage.open(browser, host.url, '#!/0?nodo=comuna_15');
    await late.page.getByText('esta página seguirá en cuanto vuelva a haber respuesta').waitFor(PATIENCE);
    await late.screenshot('outage-database-from-the-start');
    await gate.open();
    await page.sees('Humedad relativa', '2', PATIENCE.timeout);
    await page.page.getByText('La base de datos no responde.').waitFor({ ...PATIENCE, state: 'detached' });
    await late.sees('Humedad relativa', '2', PATIENCE.timeout);
    await late.close();
  });

  it('says that Kafka is away, shows nodes and charts all the same, and goes on by itself', async () => {
    page = await DashboardPage.open(browser, host.url, '#!/0?vista=topics');
    await page.page.locator(`tr[data-topic="${TOPIC}"]`).waitFor();
    await kafka.stop();
    await page.page.getByText('Kafka no responde.').waitFor(PATIENCE);
    assert.equal(await page.page.locator(`tr[data-topic="${TOPIC}"]`).count(), 1);
    await page.screenshot('outage-kafka');
    await page.page.getByRole('link', { name: 'Nodos', exact: true }).click();
    await page.row('comuna_15').getByRole('link', { name: 'Ver comuna_15' }).click();
    await page.sees('Humedad relativa', '2');
    await kafka.start();
    await host.send('comuna_15', { humedad: 3 });
    await page.sees('Humedad relativa', '3', PATIENCE.timeout);
    await page.page.getByRole('link', { name: 'Topics', exact: true }).click();
    await page.page.locator(`tr[data-topic="${TOPIC}"]`).waitFor(PATIENCE);
    await page.page.getByText('Kafka no responde.').waitFor({ ...PATIENCE, state: 'detached' });
  });

  it('says that Node-RED is away, and catches up by itself with what was stored meanwhile', async () => {
    page = await DashboardPage.open(browser, host.url, '#!/0?nodo=comuna_15');
    await page.sees('Humedad relativa', '3');
    await host.nodeRed.stop();
    await page.page.getByText('Node-RED no responde.').waitFor(PATIENCE);
    await page.page.locator('.pulse', { hasText: 'Sin conexión' }).waitFor();
    await page.screenshot('outage-node-red');
    await host.send('comuna_15', { humedad: 4 });
    await host.nodeRed.start();
    await page.sees('Humedad relativa', '4', 60_000);
    await page.page.locator('.pulse', { hasText: 'Conectado' }).waitFor(PATIENCE);
    await host.send('comuna_15', { humedad: 5 });
    await page.sees('Humedad relativa', '5');
  });
});
