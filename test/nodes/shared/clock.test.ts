import assert from 'node:assert/strict';
import { timeOfDay } from '../../../nodes/shared/clock';

describe('a time in a status', () => {
  it('is told in hours, minutes and seconds of two digits each, as the clocks of the place show it', () => {
    assert.equal(timeOfDay(new Date(2026, 2, 9, 4, 5, 6, 789).getTime()), '04:05:06');
    assert.equal(timeOfDay(new Date(2026, 6, 9, 23, 59, 59, 999).getTime()), '23:59:59');
    assert.equal(timeOfDay(new Date(2026, 6, 9, 0, 0, 0).getTime()), '00:00:00');
  });
});
