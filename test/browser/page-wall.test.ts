import assert from 'node:assert/strict';
import type { BrowserContextOptions } from 'playwright-core';
import type { SeriesModel } from '../../nodes/topic-catalog/page/series-model';
import { until } from '../support/until';
import { axeFindings } from './support/axe';
import { AloneInBrowser } from './support/alone-in-browser';
import { Refusal, type PageAlone } from './support/page-alone';
import { answerOfNodes, type ShownNode } from './support/page-series';

const wave = (middle: number): number[] =>
  Array.from({ length: 30 }, (_, n) => middle + Math.round(100 * Math.sin(n / 3)) / 100);
const MANY = Array.from({ length: 13 }, (_, n) => `v${String(n + 1).padStart(2, '0')}`);
const nodesUntil = (end: number): Record<string, ShownNode> => ({
  norte: {
    values: { temperatura: wave(20), humedad: wave(60) },
    states: { estado: wave(0).map((value) => (value > 0 ? 'OK' : 'FALLA')) },
    stepMs: 20_000,
    end,
  },
  sur: { values: { temperatura: wave(25) }, stepMs: 20_000, end },
  muchas: { values: Object.fromEntries(MANY.map((name) => [name, wave(5)])), stepMs: 20_000, end },
});
const SERIES =
  'serie=norte:temperatura&serie=norte:humedad&serie=sur:temperatura&serie=norte:estado&rango=1h';

/** A window that says that it is hidden until it is told otherwise, and that notes what it is asked to keep on. */
const HIDDEN = `Object.assign(globalThis, { isHidden: true, requested: [] });
Object.defineProperty(Document.prototype, 'hidden', { get() { return globalThis.isHidden; } });
Object.defineProperty(navigator, 'wakeLock', {
  value: { request(kind) { globalThis.requested.push(kind); return Promise.resolve(); } },
});`;

describe('a wall of charts', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();
  let alone: PageAlone;
  let refusal: Refusal | undefined;
  /** the time of the last reading of each node */
  let end: number;
  /** as an answer says it that has them all */
  let newestId: string | null = null;

  beforeEach(() => {
    end = Date.now();
  });

  afterEach(() => {
    refusal = undefined;
    newestId = null;
  });

  async function open(
    fragment: string,
    options: BrowserContextOptions = {},
    change: (answer: object) => object = (answer) => answer,
  ): Promise<PageAlone> {
    const answer = (action: string, payload: Record<string, unknown>): unknown =>
      refusal ??
      change({
        ...(answerOfNodes(nodesUntil(end), action, payload) as object),
        ...(action === 'series' ? { newestId } : {}),
      });
    return (alone = await pages.open(answer, fragment, options));
  }

  it('comes together from the charts of several nodes, and is a link without controls', async () => {
    const { page, context } = await open('#?nodo=norte&rango=1h');
    await page.getByRole('link', { name: 'Llevar Temperatura a la pared' }).click();
    assert.equal(new URL(page.url()).hash, '#?vista=pared&serie=norte:temperatura&rango=1h');
    await page.goto(`${new URL(page.url()).origin}/#?nodo=sur&rango=1h`);
    await page.getByRole('link', { name: 'Llevar Temperatura a la pared' }).click();
    const both = '&serie=norte:temperatura&serie=sur:temperatura&rango=1h';
    assert.equal(new URL(page.url()).hash, `#?vista=pared${both}`);
    await page.getByRole('button', { name: 'Mover sur · Temperatura hacia delante' }).click();
    await page.getByRole('combobox', { name: 'Apariencia' }).selectOption('dark');
    const turned = '&serie=sur:temperatura&serie=norte:temperatura&rango=1h&tema=oscuro';
    assert.equal(new URL(page.url()).hash, `#?vista=pared${turned}`);
    await pages.shot('wall-prepare');
    assert.deepEqual(await axeFindings(page), []);
    const link = await page.getByLabel('Enlace para colgar en una pantalla').inputValue();
    assert.equal(new URL(link).hash, `#?vista=pantalla${turned}&idioma=es`);
    await page.getByRole('link', { name: 'Mostrar en esta pantalla' }).click();
    await page.locator('skm-wall-tile canvas').nth(1).waitFor();
    assert.equal(page.url(), link);
    for (const control of ['button', 'link', 'combobox', 'radio', 'textbox'] as const)
      assert.equal(await page.getByRole(control).count(), 0, control);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Pared' }).waitFor();
    assert.equal(context.pages().length, 1);
  });

  it('is put in order by the keyboard: the focus stays with the chart that is moved', async () => {
    const names = ['norte:temperatura', 'norte:humedad', 'sur:temperatura'];
    const { page } = await open(`#?vista=pared${names.map((name) => `&serie=${name}`).join('')}`);
    await page.getByRole('button', { name: 'Mover sur · Temperatura hacia delante' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/serie=norte:temperatura&serie=sur:temperatura&serie=norte:humedad$/);
    const moving = page.getByRole('button', { name: 'Mover sur · Temperatura hacia delante' });
    await until('the focus to go with it', () => moving.evaluate((element) => element.matches(':focus')));
    await page.keyboard.press('Enter');
    await page.waitForURL(/serie=sur:temperatura&serie=norte:temperatura&serie=norte:humedad$/);
  });

  it('keeps its range and its look when a chart comes to it from elsewhere', async () => {
    const wall = '#?vista=pared&serie=norte:temperatura';
    const { page } = await open(`${wall}&rango=24h&tema=oscuro`);
    await page.getByRole('listitem').filter({ hasText: 'norte · Temperatura' }).waitFor();
    await page.goto(`${new URL(page.url()).origin}/#?nodo=sur&rango=15m`);
    await page.getByRole('link', { name: 'Llevar Temperatura a la pared' }).click();
    assert.equal(new URL(page.url()).hash, `${wall}&serie=sur:temperatura&rango=24h&tema=oscuro`);
    await page.getByRole('link', { name: 'Todos los nodos' }).click();
    await page.getByRole('link', { name: 'Pared' }).click();
    assert.equal(new URL(page.url()).hash, `${wall}&serie=sur:temperatura&rango=24h&tema=oscuro`);
  });

  it('is one for all tabs of a browser: what comes to it in one is there in the other, and nothing gets lost', async () => {
    const { page, context } = await open('#?vista=pared&serie=norte:temperatura');
    const entries = page.locator('ol.card li');
    await entries.waitFor();
    const second = await context.newPage();
    await second.goto(`${new URL(page.url()).origin}/#?nodo=sur`);
    await second.getByRole('link', { name: 'Llevar Temperatura a la pared' }).click();
    await second.locator('ol.card li').nth(1).waitFor();
    await entries.nth(1).waitFor();
    await page.getByRole('combobox', { name: 'Nodo' }).fill('norte');
    await page.getByRole('combobox', { name: 'Variable' }).selectOption('humedad');
    await page.getByRole('button', { name: 'Añadir' }).click();
    await second.locator('ol.card li').nth(2).waitFor();
    await second.getByRole('button', { name: 'Quitar norte · Temperatura' }).click();
    await until('it to be gone here too', async () => (await entries.count()) === 2);
    assert.equal(new URL(page.url()).hash, '#?vista=pared&serie=sur:temperatura&serie=norte:humedad');
    // A chart in a tab that was opened before all that.
    await page.goto(`${new URL(page.url()).origin}/#?nodo=norte`);
    const take = page.getByRole('link', { name: 'Llevar Temperatura a la pared' });
    await take.waitFor();
    await second.getByRole('button', { name: 'Quitar sur · Temperatura' }).click();
    await second.waitForURL(/pared&serie=norte:humedad$/);
    await until('the link to know', async () => !(await take.getAttribute('href'))!.includes('sur'));
    await take.click();
    assert.equal(new URL(page.url()).hash, '#?vista=pared&serie=norte:humedad&serie=norte:temperatura');
  });

  it("stays as it is when somebody's link shows another one, which says so and may take its place", async () => {
    const { page } = await open('#?vista=pared&serie=norte:temperatura&serie=norte:humedad');
    await page.locator('ol.card li').nth(1).waitFor();
    const other = `${new URL(page.url()).origin}/#?vista=pared&serie=sur:temperatura`;
    const said = page.getByText('Esta no es la pared que guarda este navegador, que tiene 2 gráficos');
    await page.goto(other);
    await said.waitFor();
    await pages.shot('wall-other');
    assert.deepEqual(await axeFindings(page), []);
    await page.getByRole('link', { name: 'Ver la de este navegador' }).click();
    await page.locator('ol.card li').nth(1).waitFor();
    assert.equal(await said.count(), 0);
    await page.goBack();
    await said.waitFor();
    await page.getByRole('button', { name: 'Guardar esta en su lugar' }).click();
    await said.waitFor({ state: 'detached' });
    await page.reload();
    await page.locator('ol.card li').waitFor();
    assert.equal(await said.count(), 0);
    await page.goto(`${new URL(page.url()).origin}/#`);
    await page.getByRole('link', { name: 'Pared' }).click();
    assert.equal(page.url(), other);
  });

  it('says which chart there is no room for, and takes it as soon as there is', async () => {
    const names = MANY.slice(0, 12).map((name) => `&serie=muchas:${name}`);
    const { page } = await open(`#?vista=pared${names.join('')}`);
    await page.locator('ol.card li').nth(11).waitFor();
    await page.goto(`${new URL(page.url()).origin}/#?nodo=muchas`);
    await page.getByRole('link', { name: 'Llevar v13 a la pared' }).click();
    await page.getByText('No cabe: muchas · v13. Una pared lleva 12 gráficos como máximo').waitFor();
    assert.equal(await page.locator('ol.card li').count(), 12);
    await pages.shot('wall-full');
    await page.getByRole('link', { name: 'Mostrar en esta pantalla' }).click();
    await page.getByText('1 gráfico más no cabe: una pared lleva 12 como máximo.').waitFor();
    await page.locator('skm-wall-tile').nth(11).waitFor();
    assert.equal(await page.locator('skm-wall-tile').count(), 12);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Quitar muchas · v01' }).click();
    await page.locator('ol.card li').filter({ hasText: 'muchas · v13' }).waitFor();
    assert.equal(await page.getByText('No cabe').count(), 0);
    assert.equal(await page.locator('ol.card li').count(), 12);
  });

  it('says what notes say, at their flags and to a screen reader', async () => {
    const note = (text: string, ago: number, until: number | null = null): object => ({
      id: text,
      nodo: 'norte',
      from: end - ago,
      to: until === null ? null : end - until,
      text,
      written: end,
    });
    const texts = ['Limpieza del sensor', 'Lluvia fuerte en todo el valle, con granizo y viento del norte'];
    const notes = [note(texts[0]!, 60_000), note(texts[1]!, 400_000, 200_000)];
    const { page } = await open(
      `#?vista=pantalla&serie=norte:temperatura&serie=norte:humedad&rango=15m`,
      { viewport: { width: 1920, height: 1080 } },
      (answer) => ('columns' in answer ? { ...answer, notes } : answer),
    );
    const chart = page.getByRole('img', { name: `norte Temperatura. ${texts.join('. ')}` });
    await chart.locator('canvas').waitFor();
    await pages.shot('wall-notes');
  });

  for (const theme of ['claro', 'oscuro'] as const) {
    it(`fills the window whatever is around the page, looks as its address says (${theme}), and is for everybody`, async () => {
      const { page } = await open(`#?vista=pantalla&${SERIES}&tema=${theme}&idioma=en`, {
        viewport: { width: 1920, height: 1080 },
        colorScheme: theme === 'claro' ? 'dark' : 'light',
      });
      // As a host does that moves its pages about.
      await page.evaluate(() => {
        document.body.style.cssText = 'margin: 100px; transform: scale(0.5); overflow: hidden; height: 200px';
      });
      await page.locator('skm-wall-tile canvas').nth(2).waitFor();
      const box = await page.locator('skm-screen').boundingBox();
      assert.deepEqual(box, { x: 0, y: 0, width: 1920, height: 1080 });
      const tiles = page.locator('skm-wall-tile');
      assert.equal(await tiles.count(), 4);
      await tiles.nth(0).getByText('norte Temperature').waitFor();
      await tiles.nth(0).getByText('19.76 °C').waitFor();
      await tiles.nth(3).locator('.value').getByText('FALLA').waitFor();
      const size = await tiles
        .nth(0)
        .locator('.value')
        .evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
      assert.ok(size > 80, `the number is ${size} px large`);
      assert.deepEqual(await axeFindings(page), []);
      await pages.shot(`wall-${theme}`);
    });
  }

  it('goes on by itself after an outage, and says meanwhile what does not answer and of when it all is', async () => {
    const { page } = await open(`#?vista=pantalla&${SERIES}`);
    await page.locator('skm-wall-tile canvas').first().waitFor();
    const since = Date.now();
    refusal = new Refusal('database', 'no', [{ part: 'database', since }]);
    await page.getByText('La base de datos no responde desde').waitFor();
    await page.getByText('Se reintenta solo').waitFor();
    await pages.shot('wall-outage');
    refusal = undefined;
    await page
      .getByText('La base de datos no responde')
      .first()
      .waitFor({ state: 'detached', timeout: 30_000 });
    assert.equal(await page.locator('.notice').count(), 0);
  });

  it('begins by itself when there is no answer yet', async () => {
    refusal = new Refusal('kafka', 'no', [{ part: 'kafka', since: Date.now() }]);
    const { page } = await open(`#?vista=pantalla&${SERIES}`);
    await page.getByText('Se reintenta solo').waitFor();
    refusal = undefined;
    await page.locator('skm-wall-tile canvas').first().waitFor();
  });

  it('says how old a value is whose node is silent, and takes it back with its next reading', async () => {
    const { page } = await open(`#?vista=pantalla&${SERIES}`, {}, (answer) =>
      'nodes' in answer
        ? {
            ...answer,
            nodes: (answer.nodes as { nodo: string }[]).map((row) =>
              row.nodo === 'sur'
                ? { ...row, state: 'silent', ts: Date.now() - 725_000 }
                : { ...row, ts: Date.now() },
            ),
          }
        : answer,
    );
    const old = page.locator('skm-wall-tile').filter({ has: page.locator('section.old') });
    await old.getByText(/^En silencio · de hace 12 min$/).waitFor();
    assert.equal(await old.count(), 1);
    await pages.shot('wall-old');
    await alone.tell({
      at: Date.now(),
      readings: [
        {
          id: 'z',
          nodo: 'sur',
          topic: 't',
          ts: Date.now(),
          fecha: null,
          hora: null,
          valores: { temperatura: 31.5 },
        },
      ],
      skipped: 0,
      events: [],
    });
    await page.getByText('31,5').waitFor();
    await until('nothing old', async () => (await old.count()) === 0);
  });

  it('says how old a value is that its node no longer sends, though it sends others', async () => {
    const { page } = await open(`#?vista=pantalla&${SERIES}`, {}, (answer) => {
      if ('nodes' in answer)
        return {
          ...answer,
          nodes: (answer.nodes as object[]).map((row) => ({
            ...row,
            ts: Date.now(),
            valores: { temperatura: 20, estado: 'OK' },
          })),
        };
      if (!('columns' in answer)) return answer;
      const columns = answer.columns as { name: string; mean: (number | null)[] }[];
      // For half of its readings, of which there is one each 20 s.
      const mean = (name: string, values: (number | null)[]): (number | null)[] =>
        name === 'humedad' ? values.map((value, index) => (index < 15 ? value : null)) : values;
      return { ...answer, columns: columns.map((one) => ({ ...one, mean: mean(one.name, one.mean) })) };
    });
    const old = page.locator('skm-wall-tile').filter({ has: page.locator('section.old') });
    await old.getByText(/^de hace [5-9] min$/).waitFor();
    await old.getByText('norte Humedad relativa').waitFor();
    assert.equal(await old.count(), 1);
  });

  it('is on top of all at a click that makes it full-screen', async () => {
    const { page } = await open(`#?vista=pantalla&${SERIES}`);
    await page.locator('skm-wall-tile canvas').first().waitFor();
    await page.mouse.click(400, 300);
    const onTop = (): Promise<string | undefined> =>
      page.evaluate(
        () =>
          document
            .querySelector('serial-kafka-mongo-dashboard')!
            .shadowRoot!.elementFromPoint(innerWidth / 2, innerHeight / 2)?.localName,
      );
    await until('the full screen', () => page.evaluate(() => document.fullscreenElement !== null));
    // The window is laid out anew a moment after that.
    await until('the wall on top', async () => (await onTop()) === 'skm-screen');
  });

  it('stays as it is at a click where the browser knows no full screen', async () => {
    const { page } = await open(`#?vista=pantalla&${SERIES}`);
    const tile = page.locator('skm-wall-tile canvas').first();
    await tile.waitFor();
    await page.evaluate(() => {
      Object.defineProperty(Element.prototype, 'requestFullscreen', { value: undefined });
    });
    await page.mouse.click(400, 300);
    await tile.waitFor();
  });

  it('has its points put together when there are many, however long it hangs', async () => {
    let asked = 0;
    const { page } = await open('#?vista=pantalla&serie=sur:temperatura&rango=todo', {}, (answer) => {
      if ('columns' in answer) asked++;
      return answer;
    });
    await page.locator('skm-wall-tile canvas').waitFor();
    const points = (): Promise<number> =>
      page
        .locator('skm-chart')
        .evaluate((element) => (element as unknown as { model: SeriesModel }).model.times.length);
    assert.equal(await points(), 30);
    // They go on from the last one; what topic-catalog answers has them all in 30 points.
    const readings = Array.from({ length: 1_300 }, (_, n) => ({
      id: `f${String(n).padStart(5, '0')}`,
      nodo: 'sur',
      topic: 't',
      ts: end + n + 1,
      fecha: null,
      hora: null,
      valores: { temperatura: 25 },
    }));
    const newest = readings.at(-1)!.id;
    await alone.tell({ at: Date.now(), readings: readings.slice(0, 1_000), skipped: 0, events: [] });
    await until('the new ones', async () => (await points()) === 1_030);
    assert.equal(asked, 1);
    newestId = newest;
    await alone.tell({ at: Date.now(), readings: readings.slice(1_000), skipped: 0, events: [] });
    await until('those put together', async () => (await points()) === 30);
    assert.equal(asked, 2);
  });

  it('asks on while its window seems hidden, and keeps the screen on', async () => {
    let asked = 0;
    const { context } = await open('', {}, (answer) => {
      if ('nodes' in answer && (answer.nodes as object[]).length === 1) asked++;
      return answer;
    });
    await context.addInitScript({ content: HIDDEN });
    const hidden = await context.newPage();
    await hidden.goto(`${new URL(alone.page.url()).origin}/#?vista=pantalla&${SERIES}`);
    await hidden.locator('skm-wall-tile canvas').first().waitFor();
    const before = asked;
    await until('more questions', () => asked > before, 10_000);
    assert.deepEqual(await hidden.evaluate('requested'), []);
    await hidden.evaluate('isHidden = false; document.dispatchEvent(new Event("visibilitychange"))');
    assert.deepEqual(await hidden.evaluate('requested'), ['screen']);
  });
});
