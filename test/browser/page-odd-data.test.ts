import assert from 'node:assert/strict';
import { AloneInBrowser } from './support/alone-in-browser';
import { answerOfNodes, type ShownNode } from './support/page-series';

const END = Math.floor(Date.now() / 1_000) * 1_000;
const LONG = 'estacion_meteorologica_'.repeat(9).slice(0, 200);
const wave = (middle: number): number[] =>
  Array.from({ length: 40 }, (_, n) => middle * (1 + Math.sin(n / 3) / 20));
const NODES: Record<string, ShownNode> = {
  [LONG]: {
    values: { [`variable_${'x'.repeat(191)}`]: wave(5), temperatura: wave(20), enorme: wave(1.7e300) },
    states: {
      estado: wave(1).map(() => 'funcionando con normalidad y sin ningún aviso pendiente de revisar'),
    },
    stepMs: 20_000,
    end: END,
  },
  dos: { values: { humedad: [61.5, 62] }, stepMs: 1_000, end: END - 400 },
};
const SERIES = `serie=${LONG}:temperatura&serie=${LONG}:enorme&serie=${LONG}:estado`;
const PLACES = {
  'the list': '',
  'a node': `#?nodo=${LONG}`,
  'a comparison': `#?vista=comparar&${SERIES}`,
  'the wall': `#?vista=pared&${SERIES}`,
};

describe('names of 200 characters, long texts and numbers without end', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();

  for (const [what, viewport] of Object.entries({
    desk: { width: 1280, height: 900 },
    phone: { width: 360, height: 740 },
  })) {
    for (const [place, fragment] of Object.entries(PLACES)) {
      it(`stay inside of ${place} on a ${what}`, async () => {
        const { page } = await pages.open((...asked) => answerOfNodes(NODES, ...asked), fragment, {
          viewport,
        });
        await page.getByText(LONG).filter({ visible: true }).first().waitFor();
        if (fragment.includes('nodo=')) await page.locator('skm-chart canvas').nth(2).waitFor();
        await pages.shot(`odd-${what}-${place.replace(' ', '-')}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(wide <= 0, `${wide} px too wide`);
      });
    }
  }

  it('leave the name of the variable on the wall', async () => {
    const { page } = await pages.open(
      (...asked) => answerOfNodes(NODES, ...asked),
      `#?vista=pantalla&${SERIES}`,
      { viewport: { width: 1280, height: 720 } },
    );
    const tile = page.locator('skm-wall-tile').first();
    await tile.locator('canvas').waitFor();
    const [inside, around] = await Promise.all([tile.locator('h2 b').boundingBox(), tile.boundingBox()]);
    assert.ok(inside!.x + inside!.width <= around!.x + around!.width, 'the name is cut off');
    await pages.shot('odd-wall');
  });

  it('have labels beside their charts, and two readings of two seconds whole ones below', async () => {
    const labels = async (name: string, axis: number): Promise<string[]> =>
      page
        .locator('skm-chart-card')
        .filter({ has: page.getByRole('heading', { name, exact: true }) })
        .locator('skm-chart')
        .evaluate(
          (element, axis) =>
            (element as unknown as { plot: { axes: { _values: string[] }[] } }).plot.axes[axis]!._values,
          axis,
        );
    const { page } = await pages.open((...asked) => answerOfNodes(NODES, ...asked), `#?nodo=${LONG}`);
    await page.locator('skm-chart canvas').nth(2).waitFor();
    const values = await labels('enorme', 1);
    assert.ok(values.length > 1, values.join());
    for (const value of values) assert.match(value, /^1,\d+E300$/);
    await page.goto(`${new URL(page.url()).origin}/#?nodo=dos`);
    await page.getByRole('heading', { name: 'dos' }).waitFor();
    await page.locator('skm-chart canvas').waitFor();
    const times = await labels('Humedad relativa', 0);
    assert.equal(times.length, 3, times.join());
    for (const time of times) assert.match(time, /^\d\d:\d\d:\d\d$/);
  });
});
