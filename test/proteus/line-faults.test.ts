import assert from 'node:assert/strict';
import { FaultyLine } from '../../proteus/bench/line-faults';

const SENT = Buffer.alloc(100_000, 'abcdefghij');
const NONE = { drop: 0, flip: 0, noise: 0 };

describe('a bad line', () => {
  it('passes everything on as it is where no fault is asked for', () => {
    assert.deepEqual(Buffer.from(new FaultyLine(1, NONE).pass(SENT)), SENT);
  });

  it('loses as many bytes as it is told', () => {
    const lost = SENT.length - new FaultyLine(1, { ...NONE, drop: 0.01 }).pass(SENT).length;
    assert.ok(lost > 850 && lost < 1150, `${lost} of 100,000 lost at a rate of 0.01`);
  });

  it('flips one bit of as many bytes as it is told', () => {
    const arrived = new FaultyLine(1, { ...NONE, flip: 0.01 }).pass(SENT);
    const differences = SENT.map((byte, index) => byte ^ (arrived[index] ?? 0)).filter((bits) => bits !== 0);
    assert.ok(differences.length > 850 && differences.length < 1150, `${differences.length} flipped`);
    assert.ok(
      differences.every((bits) => (bits & (bits - 1)) === 0),
      'more than one bit of a byte',
    );
  });

  it('adds as many bytes of noise as it is told', () => {
    const added = new FaultyLine(1, { ...NONE, noise: 0.01 }).pass(SENT).length - SENT.length;
    assert.ok(added > 850 && added < 1150, `${added} added`);
  });

  it('does the same again for the same seed, and other things for another', () => {
    const rates = { drop: 0.01, flip: 0.01, noise: 0.01 };
    const arrived = (seed: number) => Buffer.from(new FaultyLine(seed, rates).pass(SENT));
    assert.deepEqual(arrived(5), arrived(5));
    assert.notDeepEqual(arrived(5), arrived(6));
  });
});
