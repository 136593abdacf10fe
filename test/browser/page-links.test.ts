import assert from 'node:assert/strict';
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
  this.timeout(60_000);
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
      for (const click of [{ modifiers: ['Control' as const] }, { button: 'middle' as const }]) {
        await page.bringToFront();
        const [opened] = await Promise.all([context.waitForEvent('page'), link.click(click)]);
        await opened.locator('serial-kafka-mongo-dashboard main').waitFor();
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
