import assert from 'node:assert/strict';
import { LifeSigns } from '../../../nodes/kafka-cluster/consumer-life-signs';

describe('the signs of life of a consumer', () => {
  it('are heartbeats and joinings', () => {
    const signs = new LifeSigns(0, 13_000);
    assert.equal(signs.silentFor(3_000), 3_000);
    signs.joined(3_000);
    assert.equal(signs.silentFor(3_000), 0);
    signs.alive(5_000);
    assert.equal(signs.silentFor(6_000), 1_000);
  });

  it('tell that it is joining until it has joined', () => {
    const signs = new LifeSigns(0, 13_000);
    assert.equal(signs.joining, true);
    signs.joined(1);
    assert.equal(signs.joining, false);
    signs.joinBegins(2);
    assert.equal(signs.joining, true);
  });

  it('do not hide that one of several brokers no longer answers its fetches', () => {
    const signs = new LifeSigns(0, 13_000);
    signs.fetchBegins(1, 0);
    signs.fetchBegins(2, 0);
    signs.fetchEnds(1);
    signs.alive(9_000);
    signs.fetchBegins(2, 10_000);
    assert.equal(signs.silentFor(10_000), 10_000);
    signs.fetchEnds(2);
    assert.equal(signs.silentFor(10_000), 1_000);
  });

  it('do not wait for a broker that is not asked any more', () => {
    const signs = new LifeSigns(0, 13_000);
    signs.fetchBegins(1, 0);
    signs.alive(20_000);
    assert.equal(signs.silentFor(20_000), 0);
  });

  it('tell when commits are refused for good though the group takes the heartbeats', () => {
    const signs = new LifeSigns(0, 13_000);
    const refusal = new Error('not the coordinator');
    for (let beat = 0; beat < 10; beat++) signs.heartbeat(beat);
    signs.commitRefused(refusal);
    assert.equal(signs.lastingRefusal, undefined);
    for (let beat = 0; beat < 4; beat++) signs.heartbeat(beat);
    signs.commitTaken();
    signs.commitRefused(refusal);
    signs.heartbeat(20);
    signs.joined(21);
    signs.commitRefused(refusal);
    for (let beat = 0; beat < 4; beat++) signs.heartbeat(beat);
    assert.equal(signs.lastingRefusal, undefined);
    signs.commitRefused(new Error('another'));
    signs.heartbeat(30);
    assert.equal(signs.lastingRefusal, refusal);
  });
});
