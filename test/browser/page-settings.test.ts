import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { AxeResults, RunOptions } from 'axe-core';
import type { MongoClient } from 'mongodb';
import type { Locator } from 'playwright-core';
import type { SeriesModel } from '../../nodes/topic-catalog/page/series-model';
import { until } from '../support/until';
import type { DashboardHost } from './support/dashboard-host';
import type { DashboardPage } from './support/dashboard-page';
import { HostedDashboards } from './support/hosted-dashboards';

const AXE = require.resolve('axe-core/axe.min.js');
const NODE = '#!/0?nodo=comuna_15&rango=15m';
const MARKUP = '<img src=x onerror=alert(1)>';

describe('what is set on the page', function () {
  this.timeout(120_000);
  const hosted = HostedDashboards.forTests();
  let host: DashboardHost;
  let client: MongoClient;
  let topic: string;

  before(async () => {
    ({ host, client, topic } = hosted);
    await host.send('comuna_15', { luz: 12.345, humedad: 60 });
    await host.send('comuna_2', { luz: 7, humedad: 50 });
  });

  const open = (...place: Parameters<HostedDashboards['open']>): Promise<DashboardPage> =>
    hosted.open(...place);

  /** Opens the dialog of a variable, as it is called now. */
  async function dialogOf(page: DashboardPage, name: string): Promise<Locator> {
    await page.page.getByRole('button', { name: `Ajustes de ${name}`, exact: true }).click();
    const dialog = page.page.getByRole('dialog');
    await dialog.waitFor();
    return dialog;
  }

  async function save(dialog: Locator): Promise<void> {
    await dialog.getByRole('button', { name: 'Guardar' }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  function limits(page: DashboardPage, variable: string): Promise<number[]> {
    return page.page
      .locator('skm-chart-card')
      .first()
      .evaluate(
        (element, name) => (element as unknown as { model: SeriesModel }).model.limitsOf(name),
        variable,
      );
  }

  async function violations(page: DashboardPage): Promise<string[]> {
    await page.page.addScriptTag({ path: AXE });
    const results = await page.page.evaluate(() => {
      const { axe } = window as unknown as {
        axe: { run(context: string, options: RunOptions): Promise<AxeResults> };
      };
      return axe.run('serial-kafka-mongo-dashboard', { runOnly: ['wcag2a', 'wcag2aa', 'best-practice'] });
    });
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  /** How wide what stands in a dialog is beyond it. */
  function overflow(dialog: Locator): Promise<number> {
    return dialog.evaluate((element) =>
      Math.max(
        element.scrollWidth - element.clientWidth,
        element.getBoundingClientRect().right - window.innerWidth,
      ),
    );
  }

  it('is a name, unit, decimals, colour, place and limit, seen at once by everybody who looks, and after a reload', async () => {
    const other = await open();
    await other.row('comuna_15').waitFor();
    const page = await open(NODE);
    await page.card('luz').waitFor();
    const dialog = await dialogOf(page, 'luz');
    await dialog.getByLabel('Nombre').fill(`Luz ${MARKUP}`);
    await dialog.getByLabel('Unidad').fill('lx');
    await dialog.getByLabel('Decimales').fill('1');
    await dialog.getByLabel('Lugar').fill('1');
    await dialog.getByRole('radio', { name: 'Rojo' }).check({ force: true });
    await dialog.getByRole('button', { name: 'Agregar un límite' }).click();
    await dialog.getByLabel('Valor').fill('30');
    await dialog.getByLabel('Volver por (margen)').fill('1');
    await page.screenshot('settings-variable');
    await save(dialog);

    const name = `Luz ${MARKUP}`;
    await page.sees(name, '12,3 lx');
    assert.deepEqual(await page.page.locator('skm-chart-card h2').allInnerTexts(), [
      name,
      'Humedad relativa',
    ]);
    assert.match((await page.card(name).locator('section').getAttribute('style')) ?? '', /--series-2/);
    await until('the limit on the chart', async () => (await limits(page, 'luz'))[0] === 30);
    const shown = other.row('comuna_15').locator('.value').filter({ hasText: name });
    await until('the other browser to show it', async () => (await shown.innerText()).includes('12,3 lx'));

    await host.send('comuna_15', { luz: 31.27, humedad: 60 });
    await page.sees(name, '31,3 lx');
    await page.screenshot('settings-chart');
    await other.page.getByRole('link', { name: 'Sucesos' }).click();
    await other.page.getByText('Por encima del límite').waitFor();
    await other.page.getByText('31,3 lx').waitFor();
    await other.page.getByRole('link', { name: 'En vivo' }).click();
    await until('a live reading with it', async () => {
      await host.send('comuna_2', { luz: 8.04, humedad: 50 });
      return (await other.page.locator('pre').first().innerText()).includes(
        `${JSON.stringify(name)}: 8,0 lx`,
      );
    });

    await page.page.reload();
    await page.sees(name, '31,3 lx');
    assert.deepEqual(await limits(page, 'luz'), [30]);
  });

  it('may be another one for a single node, and is taken away again', async () => {
    const page = await open(NODE);
    const all = `Luz ${MARKUP}`;
    await page.card(all).waitFor();
    let dialog = await dialogOf(page, all);
    await dialog.getByLabel('Solo comuna_15').check();
    assert.equal(await dialog.getByLabel('Nombre').getAttribute('placeholder'), all);
    await dialog.getByLabel('Nombre').fill('Luz del patio');
    await dialog.getByLabel('Límites propios de este nodo').check();
    await save(dialog);
    await page.sees('Luz del patio', '31,3 lx');
    await until('no limit on the chart', async () => (await limits(page, 'luz')).length === 0);
    await page.page.goto(`${host.url}/#!/0?nodo=comuna_2&rango=15m`);
    await page.card(all).waitFor();
    await page.page.goto(`${host.url}/${NODE}`);
    await page.card('Luz del patio').waitFor();
    dialog = await dialogOf(page, 'Luz del patio');
    await dialog.getByRole('button', { name: 'Quitar estos ajustes' }).click();
    await page.card(all).waitFor();
  });

  it('says why it refuses a value, and changes nothing', async () => {
    const page = await open(NODE);
    await page.card('Humedad relativa').waitFor();
    const dialog = await dialogOf(page, 'Humedad relativa');
    await dialog.getByLabel('Nombre').fill('\u202Edadmuh');
    await dialog.getByRole('button', { name: 'Guardar' }).click();
    await until('the reason', async () => (await dialog.getByRole('alert').innerText()).includes('name'));
    await dialog.getByRole('button', { name: 'Cancelar' }).click();
    await page.card('Humedad relativa').waitFor();
  });

  it('has notes, written by a click on a chart, listed with the events, and deleted at the second press', async () => {
    const page = await open(NODE);
    await page.card('Humedad relativa').waitFor();
    const plot = page.card('Humedad relativa').locator('.u-over');
    const { width, height } = (await plot.boundingBox())!;
    await plot.click({ position: { x: width * 0.5, y: height * 0.5 } });
    const dialog = page.page.getByRole('dialog', { name: 'Nota en comuna_15' });
    await dialog.getByLabel('Texto').fill(`Lluvia ${MARKUP}`);
    await page.screenshot('settings-note');
    await save(dialog);
    await page.page.locator('skm-note-list li').waitFor();
    assert.match(await page.page.locator('skm-note-list li').innerText(), /Lluvia <img/);
    const stored = await client.db(topic).collection('ajustes').findOne({ kind: 'nota' });
    const middle = Date.now() - 7.5 * 60_000;
    assert.ok(Math.abs((stored!.from as number) - middle) < 60_000, 'the time that was clicked at');
    await page.screenshot('settings-notes');
    // A drag zooms, and writes nothing.
    const { x, y } = (await plot.boundingBox())!;
    await page.page.mouse.move(x + width * 0.3, y + 20);
    await page.page.mouse.down();
    await page.page.mouse.move(x + width * 0.9, y + 20, { steps: 5 });
    await page.page.mouse.up();
    await page.page.waitForURL(/desde=/);
    assert.equal(await page.page.getByRole('dialog').count(), 0);

    await page.page.getByRole('link', { name: 'Sucesos' }).click();
    const row = page.page.getByRole('row').filter({ hasText: 'Lluvia' });
    await row.waitFor();
    await page.screenshot('settings-events');
    await row.getByRole('button').click();
    await row.getByRole('button', { name: '¿Borrar? Sí' }).click();
    await row.waitFor({ state: 'detached' });
    assert.equal(await client.db(topic).collection('ajustes').countDocuments({ kind: 'nota' }), 0);
  });

  it('goes out into a file and comes in again; another file is refused with the reason', async () => {
    const page = await open(NODE);
    await page.card(`Luz ${MARKUP}`).waitFor();
    await page.page.getByRole('button', { name: 'Escribir una nota en Humedad relativa' }).click();
    const note = page.page.getByRole('dialog', { name: 'Nota en comuna_15' });
    await note.getByLabel('Texto').fill('calibrado');
    await save(note);
    await page.page.getByRole('button', { name: 'Ajustes de la página' }).click();
    const dialog = page.page.getByRole('dialog');
    const [file] = await Promise.all([
      page.page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Exportar' }).click(),
    ]);
    const text = await readFile(await file.path(), 'utf8');
    await dialog.getByText('Exportado (variables: 1, notas: 1).').waitFor();
    await page.screenshot('settings-all');
    await client.db(topic).collection('ajustes').deleteMany({ kind: 'nota' });
    await dialog.getByRole('button', { name: /Quitar los ajustes de luz/ }).click();
    await dialog.getByText('Todavía no se ha fijado nada.').waitFor();

    const choose = async (content: string): Promise<void> =>
      dialog
        .locator('input[type=file]')
        .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(content) });
    await choose('{"variables":[]}');
    await dialog.getByText('no es uno que esta página haya exportado').waitFor();
    const content = JSON.parse(text) as { variables: object[] };
    await choose(
      JSON.stringify({
        ...content,
        variables: [...content.variables, { nodo: null, variable: 'x', decimals: 99 }],
      }),
    );
    await until('the field that is wrong', async () =>
      (await dialog.getByRole('alert').innerText()).includes('decimals'),
    );
    assert.equal(await client.db(topic).collection('ajustes').countDocuments(), 0);
    // More than may be set: nothing of it comes in, though its beginning had room.
    const many = Array.from({ length: 501 }, (_, n) => ({ nodo: null, variable: `v${n}`, unit: 'm' }));
    await choose(JSON.stringify({ ...content, variables: many }));
    await until('the reason', async () => (await dialog.getByRole('alert').innerText()).includes('500'));
    assert.equal(await client.db(topic).collection('ajustes').countDocuments(), 0);
    await choose(text);
    await dialog.getByText('Importado (variables: 1, notas: 1).').waitFor();
    await dialog.getByRole('button', { name: 'Cerrar' }).click();
    await page.card(`Luz ${MARKUP}`).waitFor();
    await page.page.locator('skm-note-list li').filter({ hasText: 'calibrado' }).waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has dialogs that axe finds nothing wrong with, and that fit a phone, ${colorScheme}`, async () => {
      const page = await open(NODE, { colorScheme, viewport: { width: 360, height: 740 } });
      await page.card('Humedad relativa').waitFor();
      await page.page.locator('skm-note-list li').waitFor();
      assert.deepEqual(await violations(page), [], 'charts');
      assert.ok((await page.overflow()) <= 0);
      const heights = await page.page
        .locator('.brand, .tools')
        .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().top));
      assert.ok(Math.abs(heights[0]! - heights[1]!) < 20, 'brand and tools stand beside each other');
      await page.screenshot(`settings-phone-${colorScheme}`);
      const openers = {
        variable: 'Ajustes de Humedad relativa',
        note: 'Escribir una nota en Humedad relativa',
        all: 'Ajustes de la página',
      };
      for (const [name, button] of Object.entries(openers)) {
        // By the keyboard alone: the dialog takes the focus, and gives it back.
        await page.page.getByRole('button', { name: button, exact: true }).focus();
        await page.page.keyboard.press('Enter');
        const dialog = page.page.getByRole('dialog');
        await dialog.waitFor();
        if (name === 'variable') await dialog.getByRole('button', { name: 'Agregar un límite' }).click();
        assert.deepEqual(await violations(page), [], name);
        assert.ok((await overflow(dialog)) <= 0, name);
        await page.screenshot(`settings-phone-${name}-${colorScheme}`);
        await page.page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
        const focused = page.page.getByRole('button', { name: button, exact: true });
        await until('the focus to be back', () => focused.evaluate((element) => element.matches(':focus')));
      }
    });
  }
});
