import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { until } from '../support/until';
import { AloneInBrowser } from './support/alone-in-browser';
import type { PageAlone } from './support/page-alone';
import { answerOfNodes, type ShownNode } from './support/page-series';

const END = Math.floor(Date.now() / 1_000) * 1_000;
const temperatura = [20, 21, 22, 21, 20, 21, 22, 21, 20, 21];
const NODES: Record<string, ShownNode> = {
  norte: { values: { temperatura }, stepMs: 60_000, end: END },
  sur: { values: { temperatura }, stepMs: 60_000, end: END },
};
const WRITE = 'Escribir una nota en Temperatura';

describe('a note', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();
  let alone: PageAlone;
  let isEmpty: boolean;

  beforeEach(() => {
    isEmpty = false;
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const answer = (action: string, payload: Record<string, unknown>): object => {
      const settings = isEmpty ? '2' : '1';
      if (action === 'settings') return { at: Date.now(), settings, variables: [], refused: null };
      const none = isEmpty && action === 'series' ? { times: [], columns: [], readings: 0 } : {};
      return { ...(answerOfNodes(NODES, action, payload) as object), settings, ...none };
    };
    alone = await pages.open(answer, '#?nodo=norte', options);
    await alone.page.locator('skm-chart canvas').waitFor();
    return alone.page;
  }

  it('stays when the points are gone that it is written beside', async () => {
    const page = await open();
    await page.getByRole('button', { name: WRITE }).click();
    const text = page.getByRole('dialog').getByLabel('Texto');
    await text.fill('lluvia');
    isEmpty = true;
    await alone.tell({ at: Date.now(), settings: '2', readings: [], skipped: 0, events: [] });
    await page.getByText('No hay lecturas en este intervalo').waitFor({ state: 'attached' });
    assert.equal(await text.inputValue(), 'lluvia');
  });

  it('begins where a finger was, but not in the range before', async () => {
    const page = await open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    const proposed = async (): Promise<number> => {
      await page.getByRole('button', { name: WRITE }).click();
      const field = page.getByRole('dialog').getByLabel('Desde');
      // As the clocks of Bogotá show it.
      const time = Date.parse(`${await field.inputValue()}-05:00`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      return time;
    };
    const plot = page.locator('skm-chart .u-over');
    await plot.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await plot.boundingBox())!;
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    const touched = await until('the time that was touched', async () => {
      const time = await proposed();
      return time < END && time;
    });
    assert.ok(Math.abs(touched - (END - 4.5 * 60_000)) < 30_000, new Date(touched).toISOString());
    await page.getByRole('radio', { name: '1 h', exact: true }).check();
    await page.waitForURL(/rango=1h$/);
    assert.equal(await proposed(), END);
  });
});
