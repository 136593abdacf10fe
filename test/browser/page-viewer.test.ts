import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { Note, VariableSetting } from '../../nodes/topic-catalog/contract';
import { launchBrowser } from '../support/browser';
import { until } from '../support/until';
import { PageAlone, Refusal } from './support/page-alone';
import { ROW, answerOf } from './support/page-answers';

const NOTE: Note = { id: 'n', nodo: 'n1', from: Date.now() - 1_000, to: null, text: 'lluvia', written: 0 };

describe('the page of somebody who may only look', function () {
  this.timeout(60_000);
  let browser: Browser;
  let asked: string[];
  let alone: PageAlone;
  let revision: string;
  let variables: VariableSetting[];

  before(async () => {
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    asked = [];
    revision = '1';
    variables = [{ nodo: null, variable: 'humedad', name: 'Aire' }];
    alone = await PageAlone.open(browser, answer, '#!/0?nodo=n1');
  });

  afterEach(async () => {
    await alone.close();
    assert.deepEqual(alone.alarms, []);
  });

  function answer(action: string): unknown {
    asked.push(action);
    const at = Date.now();
    if (action === 'settings') return { at, settings: revision, variables, refused: 'viewer' };
    if (action === 'notes') return new Refusal('request', 'no');
    const known = answerOf(action) as object;
    if (action !== 'series') return { ...known, settings: revision };
    const column = { name: 'humedad', mean: [60], summary: { n: 1, min: 60, mean: 60, max: 60 } };
    return { ...known, settings: revision, readings: 1, times: [ROW.ts], columns: [column], notes: [NOTE] };
  }

  it('shows what is set and the notes, says why nothing can be changed, and asks for no change', async () => {
    const { page } = alone;
    await page.getByRole('heading', { name: 'Aire' }).waitFor();
    await page.getByText('lluvia').waitFor();
    assert.equal(await page.getByRole('button', { name: /Borrar/ }).count(), 0);
    for (const button of ['Ajustes de Aire', 'Escribir una nota en Aire', 'Ajustes de la página']) {
      await page.getByRole('button', { name: button, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Usted entró solo a mirar').waitFor();
      for (const name of ['Guardar', 'Importar', 'Quitar estos ajustes']) {
        const change = dialog.getByRole('button', { name, exact: true });
        if ((await change.count()) > 0) assert.ok(await change.isDisabled(), `${button}: ${name}`);
      }
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    assert.deepEqual(
      asked.filter((action) => /set-variable|add-note|delete-note|import/.test(action)),
      [],
    );
  });

  it('opens nothing at a click on a chart, and does not say that this would write', async () => {
    const { page } = alone;
    await page.getByRole('heading', { name: 'Aire' }).waitFor();
    await page.locator('skm-chart .u-over').click();
    // By the time that this one is open, the other one would be.
    await page.getByRole('button', { name: 'Ajustes de la página', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 1);
    assert.equal(await page.locator('skm-note-dialog').count(), 0);
    assert.equal(await page.getByText('escribe una nota').count(), 0);
  });

  it('asks for what is set when it hears of another revision, and only then', async () => {
    const { page } = alone;
    await page.getByRole('heading', { name: 'Aire' }).waitFor();
    const count = (): number => asked.filter((action) => action === 'settings').length;
    assert.equal(count(), 1);
    revision = '2';
    variables = [{ nodo: 'n1', variable: 'humedad', name: 'Patio', unit: 'g/m³' }];
    await alone.tell({ at: Date.now(), settings: revision, readings: [], skipped: 0, events: [] });
    await page.getByRole('heading', { name: 'Patio' }).waitFor();
    await page.getByText('g/m³').first().waitFor();
    await alone.tell({ at: Date.now(), settings: revision, readings: [], skipped: 0, events: [] });
    await until(
      'the series to be asked for again',
      () => asked.filter((action) => action === 'series').length >= 2,
    );
    assert.equal(count(), 2);
  });
});
