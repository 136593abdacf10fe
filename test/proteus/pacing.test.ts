import assert from 'node:assert/strict';
import { inRealTime } from '../../proteus/bench/pacing';

describe('real time', () => {
  it('hands out as many seconds as pass on the wall, in small slices', async () => {
    const stop = new AbortController();
    const slices: number[] = [];
    const begin = performance.now();
    await inRealTime((seconds) => {
      slices.push(seconds);
      if (slices.length === 20) stop.abort();
    }, stop.signal);
    const wall = (performance.now() - begin) / 1000;
    const sum = slices.reduce((total, slice) => total + slice, 0);
    assert.ok(Math.abs(sum - wall) < 0.02, `${sum} s in ${wall} s`);
  });

  it('drops a long stall instead of making up for it', async () => {
    const stop = new AbortController();
    const slices: number[] = [];
    await inRealTime((seconds) => {
      slices.push(seconds);
      if (slices.length === 3) return stop.abort();
      for (const end = performance.now() + 400; performance.now() < end;);
    }, stop.signal);
    assert.ok(
      slices.every((slice) => slice <= 0.25),
      slices.join(' '),
    );
  });

  it('ends at once when told to stop', async () => {
    let calls = 0;
    await inRealTime(() => calls++, AbortSignal.abort());
    assert.equal(calls, 0);
  });
});
