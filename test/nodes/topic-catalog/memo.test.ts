import assert from 'node:assert/strict';
import { Memo } from '../../../nodes/topic-catalog/memo';
import { shiftClock } from '../../support/clock/shift-clock.cjs';
import { until } from '../../support/until';

const HOUR_MS = 3_600_000;

describe('an answer that is remembered', () => {
  it('is shared by those who ask at the same time, and asked for anew once it is old', async () => {
    const memo = new Memo<number>(20, 0);
    let asked = 0;
    const ask = (): Promise<number> => memo.get('', () => Promise.resolve(++asked));
    assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
    await until('another answer', async () => (await ask()) === 2);
  });

  for (const [which, shift] of [
    ['back', -HOUR_MS],
    ['forward', HOUR_MS],
  ] as const) {
    it(`is as old as it is when the clock is set ${which}`, async () => {
      const memo = new Memo<number>(shift < 0 ? 50 : HOUR_MS / 2, 0);
      let asked = 0;
      const ask = (): Promise<number> => memo.get('', () => Promise.resolve(++asked));
      await ask();
      // Not in a hook: what counts a hook's time may go by this clock.
      const setRight = shiftClock(shift);
      try {
        if (shift < 0) await until('another answer', async () => (await ask()) === 2, 5_000);
        else assert.equal(await ask(), 1);
      } finally {
        setRight();
      }
    });
  }
});
