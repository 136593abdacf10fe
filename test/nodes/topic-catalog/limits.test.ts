import assert from 'node:assert/strict';
import { LimitWatch, Limits, readLimits } from '../../../nodes/topic-catalog/limits';

const watchFor = (limits: ReturnType<typeof readLimits>): LimitWatch => new LimitWatch(new Limits(limits));

const HOT = 'temperatura > 30 | 60 | 2';
const MINUTE = 60_000;

/** Hands a node's values to a watch, one a minute. */
function told(watch: LimitWatch, values: (number | string | null)[], nodo = 'a'): unknown[] {
  return values.flatMap((temperatura, n) =>
    watch.onReading({ nodo, valores: { temperatura } }, n * MINUTE).map(({ kind }) => [n, kind]),
  );
}

describe('topic-catalog: limits', () => {
  it('are told once a variable has been beyond them for the time that is set, and once', () => {
    assert.deepEqual(told(watchFor(readLimits(HOT)), [29, 31, 32, 33]), [[2, 'above']]);
    assert.deepEqual(told(watchFor(readLimits(HOT)), [31, 29, 31, 29]), []);
    const at = readLimits('temperatura > 30');
    assert.deepEqual(told(watchFor(at), [30, 31]), [[1, 'above']]);
  });

  it('are told to be kept again only when the variable is back by more than the hysteresis', () => {
    const around = [31, 31, 29.5, 30.5, 28.5, 27.9, 31];
    assert.deepEqual(told(watchFor(readLimits(HOT)), around), [
      [1, 'above'],
      [5, 'limit-ok'],
    ]);
    const plain = readLimits('temperatura > 30 | 0');
    assert.deepEqual(told(watchFor(plain), [31, 30, 31]), [
      [0, 'above'],
      [1, 'limit-ok'],
      [2, 'above'],
    ]);
  });

  it('are below as well, of numbers in texts, and say nothing where the sensor does not answer', () => {
    const cold = readLimits('temperatura < 5 | | 1');
    assert.deepEqual(told(watchFor(cold), ['4.5', null, '5.5', 6.5]), [
      [0, 'below'],
      [3, 'limit-ok'],
    ]);
  });

  it('hold for one node or for all, each by itself', () => {
    const limits = readLimits('temperatura > 30\n\ntemperatura > 40 | 0 | 2 | b');
    const watch = watchFor(limits);
    assert.deepEqual(told(watch, [41], 'a'), [[0, 'above']]);
    assert.deepEqual(told(watch, [41], 'b'), [
      [0, 'above'],
      [0, 'above'],
    ]);
    assert.deepEqual(
      ['a', 'b'].map((nodo) => new Limits(limits).ofNode(nodo).length),
      [1, 2],
    );
  });

  it('are read a line each, and refused by name where they are wrong', () => {
    assert.deepEqual(readLimits(' \n'), []);
    assert.deepEqual(readLimits('sensor.temp<-2,5 | 10'), [
      { nodo: null, variable: 'sensor.temp', side: 'below', value: -2.5, seconds: 10, hysteresis: 0 },
    ]);
    for (const wrong of ['temperatura', 'temperatura > x', '> 3', 't > 3 | -1', 't > 3 | 1 | x', 't = 3'])
      assert.throws(() => readLimits(wrong), { key: 'topic-catalog.errors.limit' }, wrong);
  });

  it('remember no more nodes than so many', () => {
    const watch = watchFor(readLimits('temperatura > 30 | 10'));
    for (let n = 0; n < 100_002; n++) watch.onReading({ nodo: `n${n}`, valores: { temperatura: 50 } }, 0);
    // The first one was forgotten: its time begins anew.
    assert.deepEqual(watch.onReading({ nodo: 'n0', valores: { temperatura: 50 } }, MINUTE), []);
    assert.equal(watch.onReading({ nodo: 'n9', valores: { temperatura: 50 } }, MINUTE).length, 1);
  });

  it('are set on the page too, where those of a node take the place of those of all, and beside the dialog', () => {
    const limits = new Limits(readLimits('temperatura > 50'));
    const watch = new LimitWatch(limits);
    const limit = { side: 'above', seconds: 0, hysteresis: 0 } as const;
    limits.setOnPage([
      { nodo: null, variable: 'temperatura', limits: [{ ...limit, value: 30 }] },
      { nodo: 'b', variable: 'temperatura', limits: [{ ...limit, value: 40 }] },
      { nodo: 'c', variable: 'temperatura', limits: [] },
      { nodo: 'd', variable: 'temperatura', name: 'Temp' },
    ]);
    const valuesOf = (nodo: string): number[] => limits.ofNode(nodo).map(({ value }) => value);
    assert.deepEqual(['a', 'b', 'c', 'd'].map(valuesOf), [[50, 30], [50, 40], [50], [50, 30]]);
    assert.deepEqual(told(watch, [35, 45], 'b'), [[1, 'above']]);
    assert.deepEqual(told(watch, [35], 'a'), [[0, 'above']]);
    assert.deepEqual(told(watch, [45, 55], 'c'), [[1, 'above']]);
  });

  it('that stay are not told again when another one changes, and those that are gone are forgotten', () => {
    const limits = new Limits();
    const watch = new LimitWatch(limits);
    const limit = { side: 'above', value: 30, seconds: 0, hysteresis: 0 } as const;
    const set = (...values: number[]): void => {
      limits.setOnPage([
        { nodo: null, variable: 'temperatura', limits: values.map((value) => ({ ...limit, value })) },
      ]);
      watch.forgetGone();
    };
    set(30);
    assert.deepEqual(told(watch, [35]), [[0, 'above']]);
    set(30, 40);
    assert.deepEqual(told(watch, [36]), []);
    set(40);
    assert.deepEqual(told(watch, [20]), []);
    set(30);
    assert.deepEqual(told(watch, [35]), [[0, 'above']]);
  });
});
