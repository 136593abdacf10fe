import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { PageAlone } from './support/page-alone';
import { answerOf, ROW } from './support/page-answers';

const END = Date.now();
const TIMES = Array.from({ length: 10 }, (_, n) => END - (9 - n) * 20_000);
const NONE = { n: 0, min: null, mean: null, max: null };
const EMPTY = TIMES.map(() => null);

const COLUMNS = [
  { name: 'temperatura', mean: TIMES.map((_, n) => 20 + n / 10), summary: NONE },
  { name: 'puerta', mean: TIMES.map((_, n) => Number(n % 4 < 2)), summary: NONE, isBoolean: true },
  {
    name: 'estado',
    mean: EMPTY,
    summary: NONE,
    states: TIMES.map((_, n) => (n < 5 ? 'OK' : n < 7 ? 'FALLA' : 'OK')),
  },
  { name: 'sensor.temp', mean: TIMES.map((_, n) => 3 + n), summary: NONE },
  { name: 'humedad', mean: EMPTY, summary: NONE },
];
const VALUES = { temperatura: '20.90', puerta: false, estado: 'OK', 'sensor.temp': 12, humedad: null };

describe('values on the page that are no numbers', function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  function open(columns: object[], fragment = '#?nodo=n1', bucketMs = 0): Promise<PageAlone> {
    return PageAlone.open(
      browser,
      (action) => {
        const answer = answerOf(action) as object;
        if (action === 'nodes') return { ...answer, nodes: [{ ...ROW, ts: END, valores: VALUES }] };
        return action === 'series'
          ? { ...answer, readings: 10, times: TIMES, last: END, columns, bucketMs }
          : answer;
      },
      fragment,
    );
  }

  it('are drawn where they say one, are a strip of states where they are texts, and are said in the right words', async () => {
    const alone = await open(COLUMNS);
    const { page } = alone;
    const card = (name: string) =>
      page.locator('skm-chart-card').filter({ has: page.getByRole('heading', { name, exact: true }) });
    const said = async (name: string): Promise<string> =>
      (await card(name).locator('.value').innerText()).replace(/\s+/g, ' ').trim();
    await card('estado').waitFor();
    assert.equal(await said('Temperatura'), '20,9 °C');
    assert.equal(await said('puerta'), 'No');
    assert.equal(await said('estado'), 'OK');
    assert.equal(await said('sensor.temp'), '12');
    // Null alone is a sensor that does not answer.
    assert.equal(await said('Humedad relativa'), 'El sensor no responde');
    assert.equal(await page.getByText('El sensor no responde').count(), 1);
    const strip = card('estado').locator('.strip span');
    assert.deepEqual(await strip.allTextContents(), ['OK', 'FALLA', 'OK']);
    assert.equal(await card('estado').locator('skm-chart').count(), 0);
    assert.equal(await card('puerta').locator('skm-chart').count(), 1);
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT, fullPage: true });
    assert.deepEqual(alone.alarms, []);
    await alone.close();
  });

  it('say why there is no strip of a text in a long range', async () => {
    const alone = await open([{ name: 'estado', mean: EMPTY, summary: NONE }]);
    await alone.page.getByText('Los textos se ven en un intervalo corto').waitFor();
    await alone.close();
  });

  it('are not said to be a sensor that does not answer in a long range that is over', async () => {
    const between = '#?nodo=n1&desde=2026-01-01T00:00:00Z&hasta=2026-02-01T00:00:00Z';
    const alone = await open([{ name: 'estado', mean: EMPTY, summary: NONE }], between, 3_600_000);
    await alone.page.getByText('Los textos se ven en un intervalo corto').waitFor();
    assert.match(await alone.page.locator('skm-chart-card .value').innerText(), /sin dato/);
    await alone.close();
  });

  it('of two kinds show the one that was said last, in a range that is over', async () => {
    const mixed = {
      name: 'estado',
      mean: TIMES.map((_, n) => (n < 4 ? n : null)),
      states: TIMES.map((_, n) => (n < 4 ? null : n < 8 ? 'FALLA' : null)),
      summary: NONE,
    };
    const between = `#?nodo=n1&desde=${new Date(TIMES[0]!).toISOString()}&hasta=${new Date(END + 1).toISOString()}`;
    const alone = await open([mixed], between);
    await alone.page.locator('skm-state-strip').waitFor();
    assert.match(await alone.page.locator('skm-chart-card .value').innerText(), /^FALLA/);
    await alone.close();
  });

  it('are downloaded one by one, as they were sent', async () => {
    const alone = await PageAlone.open(
      browser,
      (action) => {
        const answer = answerOf(action) as object;
        if (action === 'readings') {
          const readings = TIMES.map((ts) => ({
            ts,
            fecha: null,
            hora: null,
            valores: { temperatura: '20.50' },
          }));
          return { at: END, nodo: 'n1', readings, next: null, width: 1_000 };
        }
        const columns = COLUMNS.slice(0, 1);
        return action === 'series' ? { ...answer, readings: 10, times: TIMES, last: END, columns } : answer;
      },
      '#?nodo=n1',
    );
    const [download] = await Promise.all([
      alone.page.waitForEvent('download'),
      alone.page.getByRole('button', { name: 'Cada lectura' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    assert.equal(lines.length, 11);
    assert.ok(lines[1]!.endsWith(`${new Date(TIMES[0]!).toISOString()};20.50;`), lines[1]);
    await alone.close();
  });

  it('beyond a limit are told among the events, and the limit stands on the chart', async () => {
    const event = { id: 1, at: END, kind: 'above', nodo: 'n1', topic: 't', variables: ['temperatura'] };
    const limits = [{ nodo: null, variable: 'temperatura', side: 'above', value: 20.75 }];
    const alone = await PageAlone.open(
      browser,
      (action) => {
        const answer = answerOf(action) as object;
        if (action === 'events') return { at: END, events: [{ ...event, limit: 20.75, value: 20.9 }] };
        const columns = COLUMNS.slice(0, 1);
        return action === 'series'
          ? { ...answer, readings: 10, times: TIMES, last: END, columns, limits }
          : answer;
      },
      '#?nodo=n1',
    );
    const { page } = alone;
    await page.locator('skm-chart canvas').waitFor();
    const drawn = await page.locator('skm-chart').evaluate((element) => {
      const { plot } = element as unknown as { plot: { ctx: CanvasRenderingContext2D; valToPos: ValToPos } };
      type ValToPos = (value: number, scale: string, canvas: boolean) => number;
      const y = Math.floor(plot.valToPos(20.75, 'y', true));
      const { data } = plot.ctx.getImageData(0, y - 1, plot.ctx.canvas.width, 3);
      const warn = getComputedStyle(element).getPropertyValue('--warn').trim();
      const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(warn.slice(at, at + 2), 16));
      let pixels = 0;
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === r && data[at + 1] === g && data[at + 2] === b) pixels++;
      return pixels;
    });
    assert.ok(drawn > 50, `${drawn} pixels of the limit`);
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
    await page.evaluate(() => (location.hash = '#?vista=sucesos'));
    await page.getByText('Por encima del límite').waitFor();
    await page.getByText('límite 20,75').waitFor();
    await alone.close();
  });
});
