import assert from 'node:assert/strict';
import { util } from '@node-red/util';
import { DATA_BOUNDS, READING_BOUNDS, describeExcess, excessOf } from '../../../nodes/shared/data-bounds';

describe('the bounds of data from outside', () => {
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  const fields = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i]));

  it('take a reading, nested or flat', () => {
    assert.equal(
      excessOf({ nodo: 'n1', temperatura: 21.5, extra: { list: [1, [2]] } }, READING_BOUNDS),
      undefined,
    );
    for (const plain of [null, undefined, 'text', 7, true, Buffer.alloc(9)])
      assert.equal(excessOf(plain, READING_BOUNDS), undefined);
  });

  it('take what is exactly as large as it may be, and nothing beyond', () => {
    const { depth, name, nodo } = DATA_BOUNDS;
    assert.equal(excessOf(nested(depth), DATA_BOUNDS), undefined);
    assert.deepEqual(excessOf(nested(depth + 1), DATA_BOUNDS), { bound: 'depth', limit: depth });
    assert.equal(excessOf(fields(READING_BOUNDS.fields), READING_BOUNDS), undefined);
    assert.equal(excessOf(fields(READING_BOUNDS.fields + 1), READING_BOUNDS)?.bound, 'fields');
    assert.equal(excessOf({ list: Array(10_000).fill(1) }, READING_BOUNDS), undefined);
    assert.equal(excessOf({ list: Array(10_001).fill(1) }, READING_BOUNDS)?.bound, 'elements');
    assert.equal(excessOf({ ['n'.repeat(name)]: 1 }, DATA_BOUNDS), undefined);
    assert.equal(excessOf({ ['n'.repeat(name + 1)]: 1 }, DATA_BOUNDS)?.bound, 'name');
    assert.equal(excessOf({ nodo: 'n'.repeat(nodo) }, DATA_BOUNDS), undefined);
    assert.equal(excessOf({ nodo: 'n'.repeat(nodo + 1) }, DATA_BOUNDS)?.bound, 'nodo');
  });

  it('count what stands in all objects and arrays together', () => {
    const halves = { a: fields(600), b: { c: fields(600) } };
    assert.equal(excessOf(halves, READING_BOUNDS)?.bound, 'fields');
    assert.equal(excessOf([Array(6_000).fill(1), [Array(6_000).fill(1)]], READING_BOUNDS)?.bound, 'elements');
  });

  it('look at any depth without a stack of their own', () => {
    assert.equal(excessOf(nested(200_000), DATA_BOUNDS)?.bound, 'depth');
  });

  it('let nothing through that Node-RED cannot clone', () => {
    const objects = JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as object;
    for (const payload of [nested(100), objects]) {
      assert.equal(excessOf(payload, DATA_BOUNDS), undefined);
      assert.deepEqual(util.cloneMessage({ payload } as never), { payload });
    }
  });

  it('say what is too large', () => {
    assert.equal(describeExcess({ bound: 'depth', limit: 100 }), 'nested deeper than 100 levels');
  });
});
