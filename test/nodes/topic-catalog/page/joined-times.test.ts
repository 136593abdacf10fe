import assert from 'node:assert/strict';
import fc from 'fast-check';
import { joinTimes } from '../../../../nodes/topic-catalog/page/joined-times';

describe('times of several nodes', () => {
  it('become one list, with the place of each time in each list', () => {
    assert.deepEqual(joinTimes([[1, 3], [2, 3], []]), {
      times: [1, 2, 3],
      rows: [
        [0, undefined, undefined],
        [undefined, 0, undefined],
        [1, 1, undefined],
      ],
    });
  });

  it('lose none, also of those that stand twice in a list', () => {
    const rising = fc.array(fc.integer({ min: 0, max: 20 })).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(rising, { maxLength: 6 }), (lists) => {
        const { times, rows } = joinTimes(lists);
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        );
        for (const [place, list] of lists.entries()) {
          const found = rows.flatMap((row, index) =>
            row[place] === undefined ? [] : [[row[place], times[index]]],
          );
          assert.deepEqual(
            found,
            list.map((time, index) => [index, time]),
          );
        }
      }),
    );
  });
});
