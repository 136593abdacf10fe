import assert from 'node:assert/strict';
import { PartsLedger } from '../../../nodes/kafka-consumer/parts-ledger';

describe('the pieces of a split message', () => {
  it('confirm their record when all of them have been handled, in any order', () => {
    const ledger = new PartsLedger();
    assert.deepEqual(ledger.arrive('d', { id: 's', index: 2, count: 3 }), []);
    assert.deepEqual(ledger.arrive('d', { id: 's', index: 0, count: 3 }), []);
    assert.deepEqual(ledger.arrive('d', { id: 's', index: 0, count: 3 }), []);
    assert.deepEqual(ledger.arrive('d', { id: 's', index: 1, count: 3 }), ['d']);
    assert.equal(ledger.size, 0);
  });

  it('may tell only at the end how many they are', () => {
    const ledger = new PartsLedger();
    assert.deepEqual(ledger.arrive('d', { id: 's', index: 0 }), []);
    assert.deepEqual(ledger.arrive('d', { id: 's', index: 1, count: 2 }), ['d']);
  });

  it('may be split again', () => {
    const ledger = new PartsLedger();
    const outer = (index: number) => ({ id: 'outer', index, count: 2 });
    const inner = (of: number, index: number) => ({ id: `inner${of}`, index, count: 2, parts: outer(of) });
    assert.deepEqual(ledger.arrive('d', inner(0, 0)), []);
    assert.deepEqual(ledger.arrive('d', inner(1, 0)), []);
    assert.deepEqual(ledger.arrive('d', inner(0, 1)), []);
    assert.deepEqual(ledger.arrive('d', inner(1, 1)), ['d']);
  });

  it('of a message that was joined from several records confirm all of these', () => {
    const ledger = new PartsLedger();
    for (const index of [0, 1]) {
      for (const delivery of ['a', 'b']) {
        assert.deepEqual(
          ledger.arrive(delivery, { id: 's', index, count: 2 }),
          index === 1 ? [delivery] : [],
        );
      }
    }
  });

  it('are told from whole records that a batch node numbers as a group', () => {
    const ledger = new PartsLedger();
    assert.deepEqual(ledger.arrive('a', { id: 'g', index: 0, count: 3 }), []);
    assert.deepEqual(ledger.arrive('b', { id: 'g', index: 1, count: 3 }), ['a', 'b']);
    assert.deepEqual(ledger.arrive('c', { id: 'g', index: 2, count: 3 }), ['c']);
  });

  it('are forgotten with their record', () => {
    const ledger = new PartsLedger();
    ledger.arrive('d', { id: 's', index: 0, count: 2 });
    ledger.forget('d');
    assert.equal(ledger.size, 0);
    assert.deepEqual(ledger.arrive('d', { id: 's', index: 1, count: 2 }), []);
  });

  it('a message that is no piece confirms at once', () => {
    const ledger = new PartsLedger();
    assert.deepEqual(ledger.arrive('d', undefined), ['d']);
    assert.deepEqual(ledger.arrive('d', {}), ['d']);
    assert.deepEqual(ledger.arrive('d', { id: 's', index: 0, count: 1 }), ['d']);
  });
});
