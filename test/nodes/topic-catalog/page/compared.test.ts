import assert from 'node:assert/strict';
import { compared } from '../../../../nodes/topic-catalog/page/compared';

const UNITS: Record<string, string> = { t: '°C', s: '°C', h: '%', p: 'hPa' };
const measureOf = ({ variable }: { variable: string }): string => UNITS[variable] ?? variable;
const of = (...variables: string[]) => variables.map((variable) => ({ nodo: 'n', variable }));

describe('what is compared', () => {
  it('has one axis for each unit, the first two of them', () => {
    const { drawn, axes } = compared(of('t', 'h', 's', 'p'), measureOf);
    assert.deepEqual(axes, ['°C', '%']);
    assert.deepEqual(
      drawn.map(({ axis }) => axis),
      [0, 1, 0, null],
    );
  });

  it('shares an axis without a unit only by the same name', () => {
    const { drawn } = compared([...of('luz', 'ruido'), { nodo: 'm', variable: 'luz' }], measureOf);
    assert.deepEqual(
      drawn.map(({ axis }) => axis),
      [0, 1, 0],
    );
  });

  it('gives no axis to what has no numbers', () => {
    const { drawn, axes } = compared(of('t', 'h', 'p'), measureOf, ({ variable }) => variable === 't');
    assert.deepEqual(axes, ['%', 'hPa']);
    assert.deepEqual(
      drawn.map(({ axis }) => axis),
      [null, 0, 1],
    );
  });

  it('gives the same variable of two nodes two colours, and shows each series once', () => {
    const { drawn } = compared([...of('t', 't'), { nodo: 'm', variable: 't' }], measureOf);
    assert.deepEqual(
      drawn.map(({ nodo, colour }) => [nodo, colour]),
      [
        ['n', '--series-1'],
        ['m', '--series-2'],
      ],
    );
  });

  it('is no more than six', () => {
    const { drawn, left } = compared(of('a', 'b', 'c', 'd', 'e', 'f', 'g'), measureOf);
    assert.equal(drawn.length, 6);
    assert.deepEqual(left, of('g'));
  });
});
