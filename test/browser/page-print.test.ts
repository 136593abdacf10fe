import assert from 'node:assert/strict';
import { until } from '../support/until';
import { AloneInBrowser } from './support/alone-in-browser';
import { answerOfNodes, type ShownNode } from './support/page-series';

const END = Date.now();
const wave = (middle: number): number[] =>
  Array.from({ length: 60 }, (_, n) => middle + Math.round(100 * Math.sin(n / 5)) / 100);
const NODES: Record<string, ShownNode> = {
  norte: {
    values: { temperatura: wave(20), humedad: wave(60), luz: wave(300) },
    stepMs: 20_000,
    end: END,
  },
};

describe('the page on paper', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();

  for (const [what, fragment, chart, charts] of [
    ['a node', '#?nodo=norte&rango=1h', 'skm-chart', 3],
    [
      'a comparison',
      '#?vista=comparar&serie=norte:temperatura&serie=norte:humedad&rango=1h',
      'skm-compare-chart',
      1,
    ],
  ] as const) {
    it(`has ${what} in black on white, as wide as the paper, with node, range, time and source, also from a dark page in a host that scrolls`, async () => {
      const { page } = await pages.open(
        (action, payload) => answerOfNodes(NODES, action, payload),
        fragment,
        {
          colorScheme: 'dark',
        },
      );
      await page.evaluate(() => {
        const host = document.createElement('div');
        host.style.cssText = 'height: 300px; overflow: auto; background: #333';
        const page = document.querySelector('serial-kafka-mongo-dashboard')!;
        const menu = document.createElement('nav');
        menu.textContent = 'menu of the host';
        page.before(menu, host);
        host.append(page);
      });
      await page
        .locator(`${chart} canvas`)
        .nth(charts - 1)
        .waitFor();
      await page.setViewportSize({ width: 688, height: 1000 });
      await page.emulateMedia({ media: 'print' });
      const drawn = page.locator(`${chart} canvas`).first();
      const darkness = (): Promise<{ colours: string[]; background: string }> =>
        drawn.evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          const colours = new Set<string>();
          for (let at = 0; at < data.length; at += 4)
            if (data[at + 3] === 255) colours.add([data[at], data[at + 1], data[at + 2]].join());
          const section = (canvas.getRootNode() as ShadowRoot).host.closest('section')!;
          return { colours: [...colours], background: getComputedStyle(section).backgroundColor };
        });
      await until('ink on paper', async () => (await darkness()).colours.includes('0,0,0'));
      if (chart === 'skm-compare-chart') {
        const dashes = await page
          .locator('.legend line')
          .evaluateAll((lines) => lines.map((line) => line.getAttribute('stroke-dasharray')));
        assert.deepEqual(dashes, ['', '8 4'], 'which line is which');
      }
      const { colours, background } = await darkness();
      assert.equal(background, 'rgb(255, 255, 255)');
      const isGrey = (colour: string): boolean => new Set(colour.split(',')).size === 1;
      assert.deepEqual(
        colours.filter((colour) => !isGrey(colour)),
        [],
      );
      const box = (await drawn.boundingBox())!;
      assert.ok(box.width > 600 && box.x + box.width <= 688, JSON.stringify(box));
      assert.equal(await page.getByText('menu of the host').isVisible(), false);
      assert.equal(await page.getByRole('button').count(), 0);
      await page.getByText('norte').first().waitFor();
      await page.getByText(/^Intervalo: 1 h: .*\(America\/Bogota\)$/).waitFor();
      await page.getByText(/Impreso: .* · Fuente: Serial Kafka Mongo,\s+http:/).waitFor();
      if (process.env.SHOT)
        await page.screenshot({ path: `${process.env.SHOT}/print-${chart}.png`, fullPage: true });
      await page.emulateMedia({ media: null });
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
      const sheets = pdf.match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
      assert.ok(sheets === 1, `${sheets} sheets`);
      // Back on the screen it is as before.
      await until('a dark page', async () => !(await darkness()).colours.includes('0,0,0'));
    });
  }
});
