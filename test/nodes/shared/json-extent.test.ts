import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DATA_BOUNDS, excessOf } from '../../../nodes/shared/data-bounds';
import { excessOfJson } from '../../../nodes/shared/json-extent';

/** Long enough to be looked at. */
const PAD = ' '.repeat(2 ** 18);
const boundOf = (json: string): string | undefined => excessOfJson(Buffer.from(json), DATA_BOUNDS)?.bound;

describe('how much JSON would become', () => {
  it('is known before it is read, where it is too much', () => {
    const list = (item: string, count: number): string => `[${Array<string>(count).fill(item).join()}]`;
    assert.equal(boundOf('['.repeat(10 ** 6)), 'depth');
    assert.equal(boundOf(list('1', 1_100_000)), 'elements');
    assert.equal(boundOf(list('{}', 700_000)), 'memory');
    assert.equal(boundOf(list('[]', 900_000)), 'memory');
    assert.equal(boundOf(`{${Array<string>(150_000).fill('"":0').join()}}`), 'fields');
  });

  it('is not mistaken for too much by what stands in texts', () => {
    for (const text of [',', '[', '{', '\\",', '\\\\', '\\\\\\",'])
      assert.equal(boundOf(`["${text.repeat(2_000_000)}",1]`), undefined, text);
  });

  it('is never too much where the value is not', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        assert.equal(excessOf(value, DATA_BOUNDS), undefined);
        assert.equal(boundOf(JSON.stringify(value) + PAD), undefined);
      }),
    );
  });
});
