import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions } from 'playwright-core';
import { until } from '../support/until';
import { axeFindings } from './support/axe';
import { ROW } from './support/page-answers';
import { AloneInBrowser } from './support/alone-in-browser';
import { Refusal, type PageAlone } from './support/page-alone';
import { answerOfNodes, type ShownNode } from './support/page-series';

const END = Math.floor(Date.now() / 1_000) * 1_000;
const wave = (middle: number, length = 10): number[] =>
  Array.from({ length }, (_, n) => middle + Math.round(100 * Math.sin(n)) / 100);
const NODES: Record<string, ShownNode> = {
  norte: {
    values: { temperatura: wave(20), humedad: wave(60), luz: wave(300) },
    states: { estado: wave(0).map(() => 'OK') },
    stepMs: 20_000,
    end: END,
  },
  // Between the other's times.
  sur: { values: { temperatura: wave(25), sensacion: wave(26) }, stepMs: 20_000, end: END - 7_000 },
  puertas: {
    values: { puerta: wave(0).map((value) => Number(value > 0)), llave: wave(0).map(() => 1), t: wave(20) },
    booleans: ['puerta', 'llave'],
    stepMs: 20_000,
    end: END,
  },
  'a:b%3A': { values: { temperatura: wave(10) }, stepMs: 20_000, end: END },
};
const serie = (...names: string[]): string => names.map((name) => `&serie=${name}`).join('');

interface ChartInside {
  lines: { nodo: string; variable: string; axis: number }[];
  axes: string[];
  plot: { data: (number | null | undefined)[][] };
}

describe('variables in one chart', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();
  let alone: PageAlone;
  let refusal: Refusal | undefined;

  afterEach(() => {
    refusal = undefined;
  });

  async function open(fragment: string, options: BrowserContextOptions = {}): Promise<PageAlone> {
    const answer = (action: string, payload: Record<string, unknown>): unknown =>
      refusal ?? answerOfNodes(NODES, action, payload);
    return (alone = await pages.open(answer, fragment, options));
  }

  async function inside(): Promise<ChartInside> {
    const chart = alone.page.locator('skm-compare-chart');
    await chart.locator('canvas').waitFor();
    return chart.evaluate((element) => {
      const { lines, axes, plot } = element as unknown as ChartInside;
      return {
        lines: lines.map(({ nodo, variable, axis }) => ({ nodo, variable, axis })),
        axes,
        plot: { data: plot.data.map((list) => Array.from(list)) },
      };
    });
  }

  it('are chosen from a chart and by a form, stay in the address, and are there again after a reload and with Back', async () => {
    const { page } = await open('#?nodo=norte&rango=1h');
    await page.getByRole('link', { name: 'Comparar Temperatura con otra variable u otro nodo' }).click();
    assert.equal(new URL(page.url()).hash, '#?vista=comparar&serie=norte:temperatura&rango=1h');
    await page.getByRole('combobox', { name: 'Nodo' }).fill('sur');
    await page.getByRole('combobox', { name: 'Variable' }).selectOption('temperatura');
    await page.getByRole('button', { name: 'Añadir' }).click();
    const both = '#?vista=comparar&serie=norte:temperatura&serie=sur:temperatura&rango=1h';
    assert.equal(new URL(page.url()).hash, both);
    await page.locator('.legend li').nth(1).waitFor();
    await pages.shot('compare');
    assert.deepEqual((await inside()).lines, [
      { nodo: 'norte', variable: 'temperatura', axis: 0 },
      { nodo: 'sur', variable: 'temperatura', axis: 0 },
    ]);
    await page.reload();
    assert.equal((await inside()).lines.length, 2);
    await page.getByRole('radio', { name: '24 h' }).check();
    assert.match(page.url(), /serie=sur:temperatura&rango=24h$/);
    await page.goBack();
    assert.equal(new URL(page.url()).hash, both);
    await page.getByRole('button', { name: 'Quitar norte · Temperatura' }).click();
    await until('one line', async () => (await inside()).lines.length === 1);
    assert.equal(new URL(page.url()).hash, '#?vista=comparar&serie=sur:temperatura&rango=1h');
  });

  it('may be chosen that the last reading of their node is not of', async () => {
    const row = { ...ROW, nodo: 'sur', valores: { a: 1 }, recent: [{ name: 'b', values: [2, null] }] };
    const answer = (action: string, payload: Record<string, unknown>): object => {
      const answered = answerOfNodes(NODES, action, payload) as object;
      return action === 'nodes' ? { ...answered, nodes: [row] } : answered;
    };
    const { page } = (alone = await pages.open(answer, '#?vista=comparar'));
    await page.getByRole('combobox', { name: 'Nodo' }).fill('sur');
    await page.getByRole('combobox', { name: 'Variable' }).selectOption('b');
    await page.getByRole('button', { name: 'Añadir' }).click();
    await page.waitForURL(/serie=sur:b$/);
  });

  it('are reached from the list of nodes', async () => {
    const { page } = await open('');
    await page.getByRole('link', { name: 'Comparar' }).click();
    await page.getByText('Nada que comparar todavía').waitFor();
    assert.equal(new URL(page.url()).hash, '#?vista=comparar');
  });

  it('say yes and no where they are booleans, which share an axis of their own', async () => {
    const { page } = await open(`#?vista=comparar${serie('puertas:puerta', 'puertas:llave', 'puertas:t')}`);
    assert.deepEqual((await inside()).axes, ['No / Sí', 't']);
    const chart = page.locator('skm-compare-chart');
    const labels = await chart.evaluate(
      (element) => (element as unknown as { plot: { axes: { _values: string[] }[] } }).plot.axes[1]!._values,
    );
    assert.deepEqual(labels, ['No', 'Sí']);
    const said = async (place: number): Promise<string> =>
      (await page.locator('.legend li').nth(place).locator('.value').innerText()).trim();
    assert.deepEqual([await said(0), await said(1)], ['Sí', 'Sí']);
    assert.match((await chart.getAttribute('aria-label'))!, /puertas · puerta: mín No, media 60 %, máx Sí;/);
    const { x, y, height } = (await chart.locator('.u-over').boundingBox())!;
    await page.mouse.move(x + 2, y + height / 2);
    await until('the first reading', async () => (await said(0)).startsWith('No '));
    assert.match(await said(1), /^Sí /);
    await pages.shot('compare-booleans');
  });

  it('keep a name with a colon and a percent sign in it', async () => {
    await open(`#?nodo=${encodeURIComponent('a:b%3A')}`);
    await alone.page.getByRole('link', { name: /^Comparar Temperatura/ }).click();
    await alone.page.reload();
    assert.deepEqual((await inside()).lines, [{ nodo: 'a:b%3A', variable: 'temperatura', axis: 0 }]);
  });

  it('have an axis for each of two units, and a third one is refused in words', async () => {
    await open(
      `#?vista=comparar${serie('norte:temperatura', 'norte:humedad', 'sur:sensacion', 'norte:luz')}`,
    );
    const { lines, axes } = await inside();
    assert.deepEqual(axes, ['°C', '%']);
    assert.deepEqual(
      lines.map(({ variable, axis }) => [variable, axis]),
      [
        ['temperatura', 0],
        ['humedad', 1],
        ['sensacion', 0],
      ],
    );
    const { page } = alone!;
    await page.getByText('«norte · luz» no tiene unidad, pediría un eje propio').waitFor();
    assert.equal(await page.locator('.legend li').count(), 4);
    await pages.shot('compare-third-unit');
  });

  it('say which of them is unknown, is text, or has nothing in the range', async () => {
    const { page } = await open(
      `#?vista=comparar${serie('nadie:x', 'norte:estado', 'norte:otra', 'sur:temperatura')}`,
    );
    await page.getByText('No hay ningún nodo «nadie».').waitFor();
    await page.getByText('«norte · estado» dice textos').waitFor();
    await page.getByText('«norte · otra» no tiene lecturas en este intervalo.').waitFor();
  });

  it('are six at most, and what is left out is named', async () => {
    const names = [
      'norte:temperatura',
      'sur:temperatura',
      'sur:sensacion',
      'norte:a',
      'norte:b',
      'norte:c',
      'norte:d',
    ];
    const { page } = await open(`#?vista=comparar${serie(...names)}`);
    await page.getByText('No se muestra: norte · d').waitFor();
    assert.equal(await page.locator('.legend li').count(), 6);
    assert.equal(await page.locator('skm-series-picker').count(), 0);
  });

  it('move on with each reading, and a line is drawn on over the times of another one', async () => {
    const { page } = await open(`#?vista=comparar${serie('norte:temperatura', 'sur:temperatura')}&rango=1h`);
    const before = await inside();
    assert.equal(before.plot.data[0]!.length, 20);
    // No point is no gap: a gap is null.
    assert.deepEqual(
      new Set(before.plot.data[2]!.filter((value) => typeof value !== 'number')),
      new Set([undefined]),
    );
    const reading = {
      id: 'b',
      nodo: 'sur',
      topic: 't',
      ts: END + 13_000,
      fecha: null,
      hora: null,
      valores: { temperatura: 31.5 },
    };
    await alone.tell({ at: Date.now(), readings: [reading], skipped: 0, events: [] });
    await page.locator('.legend li').nth(1).getByText('31,5').waitFor();
    await until('the new point', async () => (await inside()).plot.data[2]!.includes(31.5));
  });

  it('have their points marked only where these are few, also after another range was chosen', async () => {
    // Of the last hour, as it is now.
    const end = Math.floor(Date.now() / 1_000) * 1_000;
    const many: ShownNode = { values: { temperatura: wave(20, 400) }, stepMs: 9_000, end };
    alone = await pages.open(
      (action, payload) => answerOfNodes('last' in payload ? NODES : { norte: many }, action, payload),
      `#?vista=comparar${serie('norte:temperatura')}`,
    );
    const isMarked = (): Promise<boolean> =>
      alone.page.locator('skm-compare-chart').evaluate((element) => {
        const { plot } = element as unknown as {
          plot: { series: { points: { show(plot: unknown, series: number): boolean } }[] };
        };
        return plot.series[1]!.points.show(plot, 1);
      });
    assert.equal((await inside()).plot.data[0]!.length, 10);
    assert.equal(await isMarked(), true);
    await alone.page.getByRole('radio', { name: '1 h', exact: true }).check();
    await until('the longer range', async () => (await inside()).plot.data[0]!.length > 100);
    assert.equal(await isMarked(), false);
  });

  it('are all within the dates that are proposed', async () => {
    // Ten readings each: those of the first line begin and end later.
    const slow: ShownNode = { values: { temperatura: wave(20) }, stepMs: 60_000, end: END - 60_000 };
    const fast: ShownNode = { values: { temperatura: wave(20) }, stepMs: 1_000, end: END };
    const { page } = (alone = await pages.open(
      (action, payload) => answerOfNodes({ fast, slow }, action, payload),
      `#?vista=comparar${serie('fast:temperatura', 'slow:temperatura')}`,
    ));
    await until('both', async () => (await inside()).lines.length === 2);
    await page.getByRole('button', { name: 'Desde – hasta' }).click();
    const chosen = async (label: string): Promise<number> =>
      // As the clocks of Bogotá show it.
      Date.parse(`${await page.getByLabel(label, { exact: true }).inputValue()}-05:00`);
    assert.equal(await chosen('Desde'), END - 600_000);
    assert.equal(await chosen('Hasta'), END);
  });

  it('say of when a value is that the node no longer sends', async () => {
    const humedad = [...wave(60, 9), null];
    const norte: ShownNode = { values: { temperatura: wave(20), humedad }, stepMs: 20_000, end: END };
    const answer = (action: string, payload: Record<string, unknown>): object => {
      const answered = answerOfNodes({ norte }, action, payload) as object;
      if (action !== 'nodes') return answered;
      const row = { ...ROW, nodo: 'norte', ts: END, valores: { temperatura: 20 } };
      return { ...answered, nodes: [row] };
    };
    const fragment = `#?vista=comparar${serie('norte:temperatura', 'norte:humedad')}`;
    const { page } = (alone = await pages.open(answer, fragment));
    const value = page.locator('.legend li .value');
    await until('its time', async () => /^60,99 %\s.*\d\d:\d\d:\d\d$/.test(await value.nth(1).innerText()));
    assert.doesNotMatch(await value.nth(0).innerText(), /:/);
  });

  it('are said to be old while nobody answers', async () => {
    const { page } = await open(`#?vista=comparar${serie('norte:temperatura')}`);
    await page.locator('skm-compare-chart canvas').waitFor();
    refusal = new Refusal('internal');
    await page.getByText('Se reintenta solo').waitFor();
    refusal = undefined;
    await page.getByText('Se reintenta solo').waitFor({ state: 'detached' });
  });

  it('say at the crosshair what each was then', async () => {
    const { page } = await open(`#?vista=comparar${serie('norte:temperatura', 'sur:temperatura')}`);
    await page.locator('skm-compare-chart canvas').waitFor();
    const box = (await page.locator('skm-compare-chart .u-over').boundingBox())!;
    await page.mouse.move(box.x + 2, box.y + 50);
    const entry = page.locator('.legend li');
    await entry.nth(0).getByText('–').or(entry.nth(1).getByText('–')).first().waitFor();
    await page.mouse.move(box.x + box.width - 2, box.y + 50);
    await entry.nth(0).getByText('20,41').waitFor();
    await entry.nth(1).getByText('25,41').waitFor();
  });

  it('have their own values when others are shown under a crosshair that rests', async () => {
    const both = `#?vista=comparar${serie('norte:temperatura', 'sur:temperatura')}`;
    const { page } = await open(both);
    await page.locator('skm-compare-chart canvas').waitFor();
    const box = (await page.locator('skm-compare-chart .u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width - 2, box.y + 50);
    const entry = page.locator('.legend li');
    await entry.nth(0).getByText('20,41').waitFor();
    await page.evaluate((hash) => (location.hash = hash), `#?vista=comparar${serie('sur:temperatura')}`);
    await until('one line', async () => (await entry.count()) === 1);
    await entry.getByText('25,41').waitFor();
    assert.equal(await entry.getByText('20,41').count(), 0);
  });

  it('are handed out as one CSV and one picture', async () => {
    const { page } = await open(`#?vista=comparar${serie('norte:temperatura', 'sur:temperatura')}`);
    await page.locator('skm-compare-chart canvas').waitFor();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Descargar CSV' }).click(),
    ]);
    assert.equal(csv.suggestedFilename(), 'norte-temperatura_sur-temperatura.csv');
    const lines = (await readFile(await csv.path(), 'utf8')).trim().split('\r\n');
    assert.equal(lines[0], 'fecha;ts (UTC);norte temperatura;sur temperatura');
    assert.equal(lines.length, 21);
    assert.match(lines[1]!, /;;25$|;20;$/);
    const [picture] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Descargar imagen' }).click(),
    ]);
    assert.equal(picture.suggestedFilename(), 'norte-temperatura_sur-temperatura.png');
    const bytes = await readFile(await picture.path());
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    if (process.env.SHOT) await picture.saveAs(`${process.env.SHOT}/compare-picture.png`);
  });

  it('are called in the CSV as it is set on the page', async () => {
    const settings = '1';
    const variables = [
      { nodo: null, variable: 'temperatura', name: 'Aire', unit: 'K' },
      { nodo: 'sur', variable: 'temperatura', name: 'Patio' },
    ];
    const answer = (action: string, payload: Record<string, unknown>): object =>
      action === 'settings'
        ? { at: Date.now(), settings, variables, refused: null }
        : { ...(answerOfNodes(NODES, action, payload) as object), settings };
    const fragment = `#?vista=comparar${serie('norte:temperatura', 'sur:temperatura')}`;
    const { page } = (alone = await pages.open(answer, fragment));
    await page.locator('.legend li').getByText('Patio').waitFor();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Descargar CSV' }).click(),
    ]);
    const [heading] = (await readFile(await csv.path(), 'utf8')).split('\r\n');
    assert.equal(heading, '\uFEFFfecha;ts (UTC);norte Aire (K);sur Patio (K)');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`are for everybody, ${colorScheme}, on a phone as well`, async () => {
      const fragment = `#?vista=comparar${serie('norte:temperatura', 'norte:humedad', 'sur:temperatura', 'norte:luz')}`;
      const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
      const { page } = await open(fragment, { colorScheme, ...phone });
      await page.locator('skm-compare-chart canvas').waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
      assert.deepEqual(await axeFindings(page), []);
      await pages.shot(`compare-phone-${colorScheme}`);
    });
  }
});
