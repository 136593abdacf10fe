import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { DAY_MS } from '../../nodes/shared/durations';
import { Zone } from '../../nodes/shared/zone';
import { launchBrowser } from '../support/browser';
import { PageAlone } from './support/page-alone';
import { answerOf } from './support/page-answers';

const NONE = { n: 0, min: null, mean: null, max: null };

describe('days on the page', function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  for (const timezoneId of ['America/Bogota', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Europe/Madrid']) {
    it(`begin at the midnights of the browser: ${timezoneId}`, async () => {
      const zone = Zone.named(timezoneId)!;
      // Over the nights in which Madrid and Lord Howe change their clocks.
      const times = Array.from({ length: 38 }, (_, day) => zone.timeOf(Date.UTC(2026, 8, 20 + day)));
      const asked: unknown[] = [];
      const alone = await PageAlone.open(
        browser,
        (action, payload) => {
          const answer = answerOf(action) as object;
          if (action !== 'series') return answer;
          asked.push(payload.zone);
          const mean = times.map((_, day) => day);
          const columns = [
            { name: 'humedad', mean, min: mean, max: mean, n: mean.map(() => 9), summary: NONE },
          ];
          return { ...answer, readings: 900, bucketMs: DAY_MS, zone: payload.zone, times, columns };
        },
        '#?nodo=n1&rango=todo',
        { timezoneId },
      );
      await alone.page.locator('skm-chart canvas').waitFor();
      // A browser may know it by an earlier name.
      const [name, ...others] = new Set(asked.map((asked) => String(asked).replace('Katmandu', 'Kathmandu')));
      assert.deepEqual([name, others], [timezoneId, []]);
      const labels = await alone.page.locator('skm-chart').evaluate((element) => {
        const { plot } = element as unknown as { plot: { axes: { _splits: number[]; _values: string[] }[] } };
        const { _splits, _values } = plot.axes[0]!;
        return _splits.map((split, index) => ({ time: split * 1_000, text: _values[index]! }));
      });
      assert.ok(labels.length > 3, `${labels.length} labels`);
      for (const { time, text } of labels) {
        assert.equal(zone.wallOf(time) % DAY_MS, 0, `${text}: ${new Date(time).toISOString()}`);
        assert.ok(text.startsWith(String(new Date(zone.wallOf(time)).getUTCDate())), text);
      }
      if (process.env.SHOT)
        await alone.page.screenshot({ path: `${process.env.SHOT}/${timezoneId.slice(-5)}.png` });
      assert.deepEqual(alone.alarms, []);
      await alone.close();
    });
  }
});
