import assert from 'node:assert/strict';
import { LargeMap } from '../../../nodes/shared/large-map';

describe('a map by text for very many entries', () => {
  it('holds what was set, before and after it is parted', () => {
    const map = new LargeMap<number>();
    for (let i = 0; i < 20_000; i++) map.set(`comuna_${i}`, i);
    for (let i = 0; i < 20_000; i++) map.set(`comuna_${i}`, 2 * i);
    assert.equal(map.size, 20_000);
    for (let i = 0; i < 20_000; i++) assert.equal(map.get(`comuna_${i}`), 2 * i);
    assert.equal(map.get('comuna_20000'), undefined);
    assert.ok(map.delete('comuna_7') && !map.delete('comuna_7') && !map.has('comuna_7'));
    assert.equal(map.size, 19_999);
  });

  it('gives up one of the oldest when asked, until it is empty', () => {
    const map = new LargeMap<number>();
    for (let i = 0; i < 10_000; i++) map.set(`${i}`, i);
    for (let oldest = map.oldestBeside('x'); oldest !== undefined; oldest = map.oldestBeside('x'))
      assert.ok(map.delete(oldest));
    assert.equal(map.size, 0);
  });
});
