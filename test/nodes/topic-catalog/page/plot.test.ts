import assert from 'node:assert/strict';
import type uPlot from 'uplot';
import { Format } from '../../../../nodes/topic-catalog/page/format';
import { standingAlone, timeAxis } from '../../../../nodes/topic-catalog/page/parts/plot';
import { Zone } from '../../../../nodes/shared/zone';

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

describe('the labels of a chart’s times', () => {
  const NOW = Date.parse('2026-11-29T20:00:00Z');
  const format = new Format('es-CO', Zone.named('America/Bogota'));
  /** @param step in seconds */
  function labels(from: string, to: string, step: number): string[] {
    const { splits, values } = timeAxis(format, '', 12, () => NOW) as unknown as {
      splits: (plot: null, axis: number, min: number, max: number, step: number) => number[];
      values: (plot: null, splits: number[]) => string[];
    };
    const [min, max] = [Date.parse(from) / 1_000, Date.parse(to) / 1_000];
    return values(null, splits(null, 0, min, max, step));
  }

  it('are whole seconds where two of them are seen', () => {
    assert.deepEqual(labels('2026-11-29T17:42:40.500Z', '2026-11-29T17:42:43.500Z', 0.5), [
      '12:42:41',
      '12:42:42',
      '12:42:43',
    ]);
  });

  it('are whole times with the digits that they have, where no two whole seconds are seen', () => {
    assert.deepEqual(labels('2026-11-29T17:42:40.500Z', '2026-11-29T17:42:41.500Z', 0.5), [
      '12:42:40,5',
      '12:42:41',
      '12:42:41,5',
    ]);
    assert.deepEqual(labels('2026-11-29T17:42:40.100Z', '2026-11-29T17:42:40.200Z', 0.05), [
      '12:42:40,1',
      '12:42:40,15',
      '12:42:40,2',
    ]);
  });

  it('say below the first one of which day or year they are, where it is not this one', () => {
    const later = '12:01\n27 de nov';
    assert.deepEqual(labels('2026-11-27T17:01:00Z', '2026-11-27T17:02:00Z', 60), [later, '12:02']);
    assert.equal(labels('2024-02-27T17:01:00Z', '2024-02-27T17:02:00Z', 60)[0], '12:01\n27 de feb de 2024');
    assert.deepEqual(labels('2024-02-27T05:00:00Z', '2024-02-28T05:00:00Z', 86_400), [
      '27 de feb\n2024',
      '28 de feb',
    ]);
    assert.deepEqual(labels('2026-11-28T17:00:00Z', '2026-11-29T05:00:00Z', 43_200), ['12:00', '29 de nov']);
  });

  it('have seconds where a single one stands there', () => {
    assert.deepEqual(labels('2026-11-29T17:42:40.500Z', '2026-11-29T17:42:41.400Z', 1), ['12:42:41']);
  });
});
