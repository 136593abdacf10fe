import assert from 'node:assert/strict';
import { failedFiles, slowest, summary, together } from '../../tools/run-again';

const outcome = (passed: string[], failed: string[], skipped: string[] = []) => ({ passed, failed, skipped });

describe('test files that are run once more', () => {
  it('are those in which a test failed, unless mocha failed outside of them', () => {
    const outcomes = { 'a.test.ts': outcome(['one'], ['two']), 'b.test.ts': outcome(['three'], []) };
    assert.deepEqual(failedFiles({ code: 1, outcomes }), ['a.test.ts']);
    assert.deepEqual(failedFiles({ code: 0, outcomes: {} }), []);
    assert.equal(failedFiles({ code: 1, outcomes: {} }), undefined);
    assert.equal(failedFiles({ code: 1, outcomes: { 'hooks.ts': outcome([], ['stop']) } }), undefined);
  });

  it('have failed where a test passed in neither run', () => {
    const first = { 'a.test.ts': outcome(['one'], ['two', 'three']), 'b.test.ts': outcome(['four'], []) };
    const second = { 'a.test.ts': outcome(['three'], ['one', 'two']) };
    assert.deepEqual(together(first, second), {
      outcomes: { 'a.test.ts': outcome(['one', 'three'], ['two']), 'b.test.ts': outcome(['four'], []) },
      unsteady: ['three', 'one'],
    });
  });

  it('have failed where they could not begin in either run', () => {
    const hook = '"before all" hook for "one"';
    const first = { 'a.test.ts': outcome([], [hook]) };
    assert.deepEqual(together(first, first).outcomes, first);
    assert.deepEqual(together(first, { 'a.test.ts': outcome(['one'], []) }).outcomes, {
      'a.test.ts': outcome(['one'], []),
    });
  });

  it('are counted once in the last lines', () => {
    const outcomes = {
      'a.test.ts': outcome(['one'], []),
      'b.test.ts': outcome(['two'], [], ['three: no disk']),
    };
    assert.deepEqual(summary(outcomes), ['skipped: three: no disk', '2 passed, 0 failed, 1 skipped']);
  });

  it('that took longest are named, the slowest first', () => {
    const outcomes = {
      'a.test.ts': { ...outcome(['one'], []), ms: 1_400 },
      'b.test.ts': outcome([], [], ['two: no disk']),
      'c.test.ts': { ...outcome(['three'], []), ms: 94_000 },
    };
    assert.deepEqual(slowest(outcomes, 2), ['94 s c.test.ts', '1 s a.test.ts']);
  });
});
