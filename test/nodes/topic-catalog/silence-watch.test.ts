import assert from 'node:assert/strict';
import type { SilenceProof } from '../../../nodes/topic-catalog/path-watch';
import { NodePulse } from '../../../nodes/topic-catalog/pulse';
import { SilenceWatch } from '../../../nodes/topic-catalog/silence-watch';

const START = Date.parse('2027-03-01T12:00:00Z');

describe('topic-catalog: silence of very many nodes', () => {
  function beat(watch: SilenceWatch, nodo: string, ts: number): NodePulse {
    const pulse = watch.get(nodo) ?? new NodePulse(nodo);
    pulse.beat(ts);
    watch.listen(pulse);
    pulse.told = 'live';
    watch.expect(pulse);
    return pulse;
  }

  const silentAt = (watch: SilenceWatch, now: number): string[] => watch.sweep(now).map(({ nodo }) => nodo);

  it('is told once, at the first look after the node’s patience is over', () => {
    const watch = new SilenceWatch(5);
    // Each 3 s: 15 s of patience, where a minute is assumed until that is known.
    for (let i = 0; i <= 20; i++) beat(watch, 'quick', START + i * 3_000);
    beat(watch, 'new', START);
    const end = START + 60_000;
    assert.deepEqual(silentAt(watch, end + 15_000), []);
    assert.deepEqual(silentAt(watch, end + 17_000), ['quick']);
    assert.deepEqual(silentAt(watch, end + 18_000), []);
    assert.deepEqual(silentAt(watch, START + 299_000), []);
    assert.deepEqual(silentAt(watch, START + 302_000), ['new']);
  });

  it('is told of a node that went on meanwhile only when that is over too', () => {
    const watch = new SilenceWatch(5);
    beat(watch, 'a', START);
    beat(watch, 'a', START + 200_000);
    beat(watch, 'a', START + 400_000);
    assert.deepEqual(silentAt(watch, START + 600_000), []);
    assert.deepEqual(silentAt(watch, START + 400_000 + 5 * 200_000 + 2_000), ['a']);
  });

  it('looks only at those that may be silent, however many are listened to', () => {
    let looks = 0;
    const path: SilenceProof = {
      provesSilence: (ts, patience, now) => (looks++, now - ts > patience),
      mayHold: () => false,
    };
    const watch = new SilenceWatch(5, path);
    for (let i = 0; i < 50_000; i++) beat(watch, `n${i}`, START + i);
    for (let second = 1; second <= 240; second++)
      assert.deepEqual(silentAt(watch, START + second * 1_000), []);
    assert.equal(looks, 0);
  });

  it('that befalls all at once is told in slices, each node once', () => {
    const watch = new SilenceWatch(5);
    for (let i = 0; i < 50_000; i++) beat(watch, `n${i}`, START);
    const told: string[] = [];
    for (let second = 0; second < 4; second++) {
      const silent = silentAt(watch, START + 302_000 + second * 1_000);
      assert.ok(silent.length <= 20_000);
      told.push(...silent);
    }
    assert.equal(new Set(told).size, 50_000);
    assert.equal(told.length, 50_000);
  });

  it('is told after an outage, when it can be known again', () => {
    let whole = false;
    const path: SilenceProof = { provesSilence: () => whole, mayHold: () => !whole };
    const watch = new SilenceWatch(5, path);
    beat(watch, 'a', START);
    for (let second = 300; second < 400; second++)
      assert.deepEqual(silentAt(watch, START + second * 1_000), []);
    whole = true;
    const told: string[] = [];
    for (let second = 400; second < 406; second++) told.push(...silentAt(watch, START + second * 1_000));
    assert.deepEqual(told, ['a']);
  });

  it('is told also after this machine’s clock was ahead for a while', () => {
    const watch = new SilenceWatch(5);
    beat(watch, 'before', START);
    const yearAhead = START + 365 * 86_400_000;
    assert.deepEqual(silentAt(watch, yearAhead), ['before']);
    beat(watch, 'meanwhile', START + 1_000);
    assert.deepEqual(silentAt(watch, START + 2_000), []);
    beat(watch, 'after', START + 3_000);
    assert.deepEqual(silentAt(watch, START + 306_000).sort(), ['after', 'meanwhile']);
  });

  it('listens to a bounded number, and to no one who was forgotten', () => {
    const watch = new SilenceWatch(5, undefined, 1_000);
    for (let i = 0; i < 3_000; i++) beat(watch, `n${i}`, START);
    assert.equal(watch.size, 1_000);
    for (let i = 0; i < 3_000; i++) if (i % 2) watch.forget(`n${i}`);
    const told = silentAt(watch, START + 302_000);
    assert.equal(told.length, watch.size);
    assert.ok(watch.size <= 500);
  });
});
