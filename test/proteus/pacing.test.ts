import assert from 'node:assert/strict';
import { PaceMeter } from '../../proteus/bench/pace-meter';
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

  it('makes up for a short stall slice by slice, and drops a long one', async () => {
    const stop = new AbortController();
    const begin = performance.now();
    let sum = 0;
    await inRealTime((seconds) => {
      if (sum === 0) while (performance.now() - begin < 600);
      sum += seconds;
      if (performance.now() - begin > 700) stop.abort();
    }, stop.signal);
    assert.ok(sum < 0.5, `of 0.7 s on the wall, 0.6 s of them a stall, the board ran ${sum} s`);
    assert.ok(sum > 0.2, `a quarter of a second is made up for, and not ${sum} s`);
  });

  it('runs as many times as fast as it is told', async () => {
    const stop = new AbortController();
    const begin = performance.now();
    let sum = 0;
    await inRealTime(
      (seconds) => {
        sum += seconds;
        if (sum > 2) stop.abort();
      },
      stop.signal,
      { speed: 10 },
    );
    const wall = (performance.now() - begin) / 1000;
    assert.ok(wall > 0.18 && wall < 1, `2 s took ${wall} s`);
  });

  it('ends at once when told to stop', async () => {
    let calls = 0;
    await inRealTime(() => calls++, AbortSignal.abort());
    assert.equal(calls, 0);
  });
});

describe('the pace of a board', () => {
  it('is told when the machine cannot keep up, and when it does again', () => {
    const told: string[] = [];
    const meter = new PaceMeter(1, (words) => told.push(words));
    for (let second = 0; second <= 5; second++) meter.passed(second, second === 0 ? 0 : 0.3);
    for (let second = 6; second <= 10; second++) meter.passed(second, 0.3);
    for (let second = 11; second <= 15; second++) meter.passed(second, 0);
    assert.deepEqual(told, [
      '0.70 of real time: the machine is busy, or the program never sleeps',
      'at real time again',
    ]);
  });
});
