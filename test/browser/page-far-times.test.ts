import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { AloneInBrowser } from './support/alone-in-browser';
import { answerOfNodes, type ShownNode } from './support/page-series';

const NODES: Record<string, ShownNode> = {
  norte: {
    values: { temperatura: [20, 21, 22] },
    stepMs: 60_000,
    end: Math.floor(Date.now() / 1_000) * 1_000,
  },
};
const LAST_DATE = encodeURIComponent('+275760-09-13T00:00:00.000Z');

describe('times that no reading has', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();

  /** Types what a browser lets be typed, and presses the form's button. */
  async function submit(page: Page, form: string, field: string, value: string): Promise<boolean> {
    return page.locator(form).evaluate(
      (element, [name, value]) => {
        const typed = element as HTMLFormElement;
        const input = typed.elements.namedItem(name!) as HTMLInputElement;
        input.value = value!;
        typed.requestSubmit();
        return typed.checkValidity();
      },
      [field, value],
    );
  }

  for (const timezoneId of ['Asia/Kolkata', 'America/Bogota']) {
    it(`in the address leave the page whole: ${timezoneId}`, async () => {
      const alone = await pages.open(
        (...asked) => answerOfNodes(NODES, ...asked),
        `#?nodo=norte&desde=2026-01-01T00:00:00Z&hasta=${LAST_DATE}`,
        { timezoneId },
      );
      await alone.page.locator('skm-chart canvas').waitFor();
      await alone.page.getByRole('button', { name: 'Desde – hasta' }).click();
      await alone.page.locator('skm-range-bar form').waitFor();
      assert.deepEqual(alone.alarms, []);
    });
  }

  it('of a clock that is ahead are said to be in the future, where nothing else is there', async () => {
    const alone = await pages.open((action, payload) => {
      const answer = answerOfNodes(NODES, action, payload) as object;
      return action === 'series'
        ? { ...answer, ahead: 366 * 86_400_000, readings: 0, times: [], columns: [] }
        : answer;
    }, '#?nodo=norte&rango=todo');
    await alone.page.getByText('va adelantado 366 días, y sus lecturas llevan esa hora').waitFor();
  });

  it('are not taken where a year has six digits, and the browser says so', async () => {
    const alone = await pages.open((...asked) => answerOfNodes(NODES, ...asked), '#?nodo=norte');
    const { page } = alone;
    await page.locator('skm-chart canvas').waitFor();
    await page.getByRole('button', { name: 'Desde – hasta' }).click();
    assert.equal(await submit(page, 'skm-range-bar form', 'from', '202611-01-01T00:00:00'), false);
    assert.equal(await submit(page, 'skm-range-bar form', 'from', '2026-01-01T00:00:00'), true);
    await page.getByRole('button', { name: 'Escribir una nota en Temperatura' }).click();
    const form = 'skm-note-dialog form';
    await page.locator(form).getByLabel('Texto').fill('lluvia');
    assert.equal(await submit(page, form, 'from', '202611-01-01T00:00:00'), false);
    assert.deepEqual(alone.alarms, []);
  });
});
