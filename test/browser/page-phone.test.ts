import assert from 'node:assert/strict';
import { AloneInBrowser } from './support/alone-in-browser';
import { answerOfNodes, type ShownNode } from './support/page-series';

const END = Date.now();
const NODES: Record<string, ShownNode> = {
  norte: {
    values: {
      temperatura: [20, 21],
      presion_atmosferica_del_patio_norte: [1_013.25, 1_013.26],
      contador: [123_456_789_012.5, 123_456_789_013.5],
    },
    stepMs: 20_000,
    end: END,
  },
};

describe('a chart on a phone', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();

  for (const width of [320, 360, 390]) {
    it(`has its buttons beside or below its name and number, ${width} px wide`, async () => {
      const { page } = await pages.open(
        (action, payload) => answerOfNodes(NODES, action, payload),
        '#?nodo=norte',
        { viewport: { width, height: 740 }, isMobile: true, hasTouch: true },
      );
      await page.locator('skm-chart canvas').nth(2).waitFor();
      const covered = await page.locator('skm-chart-card').evaluateAll((cards) =>
        cards.flatMap((card) => {
          const buttons = card.shadowRoot!.querySelector('.buttons')!.getBoundingClientRect();
          const texts = document.createRange();
          return ['h2', '.value', 'dl'].filter((part) => {
            texts.selectNodeContents(card.shadowRoot!.querySelector(part)!);
            return Array.from(texts.getClientRects()).some(
              ({ left, right, top, bottom }) =>
                left < buttons.right && right > buttons.left && top < buttons.bottom && bottom > buttons.top,
            );
          });
        }),
      );
      assert.deepEqual(covered, []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
    });
  }
});
