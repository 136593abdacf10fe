import assert from 'node:assert/strict';
import { readScalar } from '../../../nodes/serial-json-in/json/numbers';
import { readPairs } from '../../../nodes/serial-json-in/shapes/pairs';

describe('serial-json-in: a long line', () => {
  it('takes as long to read as it is, whatever stands in it', () => {
    const since = performance.now();
    readScalar(`${'1'.repeat(200_000)}x`, true);
    readPairs(`a${' '.repeat(200_000)}b`, []);
    assert.ok(performance.now() - since < 1_000);
  });
});
