import assert from 'node:assert/strict';
import { SplitTracker } from '../../../../nodes/kafka-consumer/confirming/split-tracker';

describe('the pieces of a split message', () => {
  it('confirm their record when all of them have been handled, in any order', () => {
    const tracker = new SplitTracker();
    assert.deepEqual(tracker.arrive('d', { id: 's', index: 2, count: 3 }), []);
    assert.deepEqual(tracker.arrive('d', { id: 's', index: 0, count: 3 }), []);
    assert.deepEqual(tracker.arrive('d', { id: 's', index: 0, count: 3 }), []);
    assert.deepEqual(tracker.arrive('d', { id: 's', index: 1, count: 3 }), ['d']);
    assert.equal(tracker.size, 0);
  });

  it('may tell only at the end how many they are', () => {
    const tracker = new SplitTracker();
    assert.deepEqual(tracker.arrive('d', { id: 's', index: 0 }), []);
    assert.deepEqual(tracker.arrive('d', { id: 's', index: 1, count: 2 }), ['d']);
  });

  it('may be split again', () => {
    const tracker = new SplitTracker();
    const outer = (index: number) => ({ id: 'outer', index, count: 2 });
    const inner = (of: number, index: number) => ({ id: `inner${of}`, index, count: 2, parts: outer(of) });
    assert.deepEqual(tracker.arrive('d', inner(0, 0)), []);
    assert.deepEqual(tracker.arrive('d', inner(1, 0)), []);
    assert.deepEqual(tracker.arrive('d', inner(0, 1)), []);
    assert.deepEqual(tracker.arrive('d', inner(1, 1)), ['d']);
  });

  it('of a message that was joined from several records confirm all of these', () => {
    const tracker = new SplitTracker();
    for (const index of [0, 1]) {
      for (const delivery of ['a', 'b']) {
        assert.deepEqual(
          tracker.arrive(delivery, { id: 's', index, count: 2 }),
          index === 1 ? [delivery] : [],
        );
      }
    }
  });

  it('are told from whole records that a batch node numbers as a group', () => {
    const tracker = new SplitTracker();
    assert.deepEqual(tracker.arrive('a', { id: 'g', index: 0, count: 3 }), []);
    assert.deepEqual(tracker.arrive('b', { id: 'g', index: 1, count: 3 }), ['a', 'b']);
    assert.deepEqual(tracker.arrive('c', { id: 'g', index: 2, count: 3 }), ['c']);
  });

  it('are forgotten with their record', () => {
    const tracker = new SplitTracker();
    tracker.arrive('d', { id: 's', index: 0, count: 2 });
    tracker.forget('d');
    assert.equal(tracker.size, 0);
    assert.deepEqual(tracker.arrive('d', { id: 's', index: 1, count: 2 }), []);
  });

  it('a message that is no piece confirms at once', () => {
    const tracker = new SplitTracker();
    assert.deepEqual(tracker.arrive('d', undefined), ['d']);
    assert.deepEqual(tracker.arrive('d', {}), ['d']);
    assert.deepEqual(tracker.arrive('d', { id: 's', index: 0, count: 1 }), ['d']);
  });
});
