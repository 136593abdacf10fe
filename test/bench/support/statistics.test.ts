import assert from 'node:assert/strict';
import { quantile, summarize } from '../../../bench/support/statistics';

describe('the statistics of the benchmarks', () => {
  it('give median and bounds in whatever order the figures come', () => {
    assert.deepEqual(summarize([5, 1, 3]), { median: 3, min: 1, max: 5 });
    assert.deepEqual(summarize([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
  });

  it('give quantiles between two figures where they fall there', () => {
    const hundred = Array.from({ length: 101 }, (_, i) => i);
    assert.equal(quantile(hundred, 0.99), 99);
    assert.equal(quantile([0, 10], 0.25), 2.5);
  });
});
