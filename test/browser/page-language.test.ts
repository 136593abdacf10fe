import assert from 'node:assert/strict';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROOT } from '../../stack/paths';
import { launchBrowser } from '../support/browser';

const SCRIPT = path.join(ROOT, 'dist/nodes/topic-catalog/page.js');

describe("the page's language", function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
  });

  it('is English where the browser names what is no language tag, as Chromium does on a system without one', async () => {
    const page = await browser.newPage();
    const alarms: string[] = [];
    page.on('pageerror', (error) => alarms.push(error.message));
    await page.addInitScript(`
      for (const [name, value] of [['language', 'en-US@posix'], ['languages', ['en-US@posix']]])
        Object.defineProperty(navigator, name, { value, configurable: true });`);
    await page.goto('data:text/html,<serial-kafka-mongo-dashboard></serial-kafka-mongo-dashboard>');
    await page.addScriptTag({ path: SCRIPT });
    await page.getByText('Nodes', { exact: true }).first().waitFor();
    assert.deepEqual(alarms, []);
  });
});
