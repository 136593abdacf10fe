import assert from 'node:assert/strict';
import type uPlot from 'uplot';
import { standingAlone } from '../../../../nodes/topic-catalog/page/parts/plot';

describe('the points that no line leads to', () => {
  const of = (...values: (number | null | undefined)[]): number[] | null =>
    standingAlone({ data: [values.map((_, index) => index), values] } as unknown as uPlot, 1, false);

  it('stand between gaps, or at an end beside one', () => {
    assert.deepEqual(of(1, null, 2, 3, null, 4, null, 5, 6), [0, 5]);
    assert.deepEqual(of(1), [0]);
  });

  it("are not those between which only another line's points stand", () => {
    assert.deepEqual(of(undefined, 1, undefined, undefined, 2, undefined), []);
    assert.deepEqual(of(1, undefined, 2, undefined, null, undefined, 3, undefined), [6]);
  });

  it('are not told where all are marked', () => {
    const plot = { data: [[0], [1]] } as unknown as uPlot;
    assert.equal(standingAlone(plot, 1, true), null);
  });
});
