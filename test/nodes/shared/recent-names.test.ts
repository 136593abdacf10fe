import assert from 'node:assert/strict';
import { RecentNames } from '../../../nodes/shared/recent-names';

describe('the names that were used not long ago', () => {
  it('keep what is used, however many others come by', () => {
    const names = new RecentNames(1_000);
    for (let i = 0; i < 100_000; i++) {
      const used = `used_${i % 100}`;
      if (i >= 100) assert.ok(names.has(used), `${used} was forgotten after ${i}`);
      else names.add(used);
      names.add(`other_${i}`);
    }
    assert.equal(names.has('other_0'), false);
  });

  it('are never more than the bound', () => {
    const names = new RecentNames(1_000);
    for (let i = 0; i < 10_000; i++) {
      names.add(`n${i}`);
      assert.ok(names.size <= 1_000);
    }
  });

  it('know as many as half the bound for certain', () => {
    const names = new RecentNames(1_000);
    for (let i = 0; i < 500; i++) names.add(`n${i}`);
    for (let round = 0; round < 5; round++) for (let i = 0; i < 500; i++) assert.ok(names.has(`n${i}`));
  });
});
