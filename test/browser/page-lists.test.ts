import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { PageAlone } from './support/page-alone';
import { answerOf, ROW } from './support/page-answers';

const PAGE = 50;

describe('the pages of the list of nodes', function () {
  this.timeout(60_000);
  let browser: Browser;
  let alone: PageAlone;
  let names: string[];
  let isLong: boolean;

  before(async () => {
    browser = await launchBrowser();
  });

  beforeEach(() => {
    names = Array.from({ length: 60 }, (_, n) => `n${String(n).padStart(2, '0')}`);
    isLong = false;
  });

  afterEach(async () => {
    await alone.close();
    assert.deepEqual(alone.alarms, []);
  });

  after(() => browser?.close());

  async function openSecond(): Promise<void> {
    alone = await PageAlone.open(browser, answer);
    await alone.page.getByRole('link', { name: 'n00', exact: true }).waitFor();
    await alone.page.getByRole('button', { name: 'Siguientes' }).click();
    await alone.page.getByRole('link', { name: 'n50', exact: true }).waitFor();
  }

  function answer(action: string, { after, offset = 0 }: Record<string, unknown>): object {
    const base = answerOf(action) as object;
    if (action !== 'nodes') return base;
    const begin = isLong && after !== undefined ? names.indexOf(after as string) + 1 : (offset as number);
    const shown = names.slice(begin, begin + PAGE);
    const nodes = shown.map((nodo) => ({ ...ROW, nodo }));
    const next = begin + PAGE < names.length ? shown.at(-1) : null;
    return { ...base, nodes, total: names.length, matching: names.length, ...(isLong ? { next } : {}) };
  }

  it('begin anew where the page that is shown is gone', async () => {
    await openSecond();
    names = names.slice(0, 40);
    await alone.page.getByRole('link', { name: 'n00', exact: true }).waitFor();
  });

  it('begin anew where a long list has become short, and go on from there', async () => {
    isLong = true;
    await openSecond();
    isLong = false;
    await alone.page.getByRole('link', { name: 'n00', exact: true }).waitFor();
    await alone.page.getByRole('button', { name: 'Siguientes' }).click();
    await alone.page.getByRole('link', { name: 'n50', exact: true }).waitFor();
  });
});
