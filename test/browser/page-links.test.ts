import assert from 'node:assert/strict';
import { errors, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { AloneInBrowser } from './support/alone-in-browser';
import { answerOf, READING } from './support/page-answers';

/** Every place of the page where a link stands. */
const LINKS: readonly (readonly [what: string, fragment: string, selector: string])[] = [
  ['a node in the list', '', 'td.nodo a'],
  ['"Ver" in the list', '', 'td.actions a'],
  ['a node in the events', '#?vista=sucesos', 'skm-events td a'],
  ['a node in the live readings', '#?vista=vivo', 'skm-live li a'],
  ['"Ver en vivo" in an open topic', '#?vista=topics&topic=t', 'skm-topics .row a'],
  ['the way back from a node', '#?nodo=n1', 'a.back'],
  ['a tab', '', 'nav a:nth-child(2)'],
  ['the name of the page', '#?vista=topics', 'a.brand'],
];

describe('links of the page', function () {
  this.timeout(120_000);
  const pages = AloneInBrowser.forTests();

  for (const [what, fragment, selector] of LINKS) {
    it(`${what} opens a tab with Ctrl and with the middle button, and changes the page with a plain click`, async () => {
      const alone = await pages.open(answerOf, fragment);
      const { page, context } = alone;
      if (fragment.includes('vivo'))
        await alone.tell({
          at: Date.now(),
          readings: [READING],
          skipped: 0,
          events: [],
        });
      const link = page.locator(selector).first();
      const before = page.url();
      await keepClicks(page);
      for (const click of [{ modifiers: ['Control' as const] }, { button: 'middle' as const }]) {
        await page.bringToFront();
        const opened = await tabOpenedBy(link, click, context);
        assert.notEqual(opened.url(), before);
        await opened.close();
        assert.equal(page.url(), before, `this page went away (${JSON.stringify(click)})`);
      }
      await link.click();
      assert.notEqual(page.url(), before);
      assert.equal(context.pages().length, 1);
    });
  }
});

type Click = Parameters<Locator['click']>[0];

/** So often is a tab asked for that Chromium does not bring. */
const ATTEMPTS = 3;
const TAB_MS = 10_000;

/**
 * On a full machine Chromium and Playwright lose a tab between them now and then: the click was seen on the link and nobody
 * prevented it, and no tab comes, or one that never loads. So each click has to have come that way, and one of a few has
 * to bring the tab.
 */
async function tabOpenedBy(link: Locator, click: Click, context: BrowserContext): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    const [opened] = await Promise.allSettled([
      context.waitForEvent('page', { timeout: TAB_MS }),
      link.click(click),
    ]);
    assert.deepEqual(await lastClick(link.page()), { onLink: true, prevented: false });
    try {
      if (opened.status === 'rejected') throw opened.reason;
      await opened.value.locator('serial-kafka-mongo-dashboard main').waitFor({ timeout: TAB_MS });
      return opened.value;
    } catch (error) {
      if (!(error instanceof errors.TimeoutError) || attempt === ATTEMPTS) throw error;
      if (opened.status === 'fulfilled') await opened.value.close();
    }
  }
}

/** What became of a click once all who listen to it have had it. */
interface SeenClick {
  onLink: boolean;
  prevented: boolean;
}

declare global {
  interface Window {
    lastClick?: SeenClick;
  }
}

/** Notes each click behind all listeners of the page. */
function keepClicks(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const type of ['click', 'auxclick']) {
      window.addEventListener(type, (event) => {
        const onLink = event.composedPath().some((at) => at instanceof HTMLAnchorElement && at.href !== '');
        window.lastClick = { onLink, prevented: event.defaultPrevented };
      });
    }
  });
}

async function lastClick(page: Page): Promise<SeenClick | undefined> {
  return page.evaluate(() => {
    const seen = window.lastClick;
    delete window.lastClick;
    return seen;
  });
}
