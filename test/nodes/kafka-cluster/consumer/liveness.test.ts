import assert from 'node:assert/strict';
import { Liveness } from '../../../../nodes/kafka-cluster/consumer/liveness';

describe('the liveness of a consumer', () => {
  it('are heartbeats and joinings', () => {
    const liveness = new Liveness(0, 13_000);
    assert.equal(liveness.silentFor(3_000), 3_000);
    liveness.joined(3_000);
    assert.equal(liveness.silentFor(3_000), 0);
    liveness.alive(5_000);
    assert.equal(liveness.silentFor(6_000), 1_000);
  });

  it('tell that it is joining until it has joined', () => {
    const liveness = new Liveness(0, 13_000);
    assert.equal(liveness.joining, true);
    liveness.joined(1);
    assert.equal(liveness.joining, false);
    liveness.joinBegins(2);
    assert.equal(liveness.joining, true);
  });

  it('do not hide that one of several brokers no longer answers its fetches', () => {
    const liveness = new Liveness(0, 13_000);
    liveness.fetchBegins(1, 0);
    liveness.fetchBegins(2, 0);
    liveness.fetchEnds(1);
    liveness.alive(9_000);
    liveness.fetchBegins(2, 10_000);
    assert.equal(liveness.silentFor(10_000), 10_000);
    liveness.fetchEnds(2);
    assert.equal(liveness.silentFor(10_000), 1_000);
  });

  it('are not expected of a broker that lets its fetches wait for a quota', () => {
    const liveness = new Liveness(0, 13_000);
    liveness.fetchBegins(1, 0);
    liveness.throttled(12_000);
    liveness.alive(12_500);
    assert.equal(liveness.silentFor(12_500), 500);
  });

  it('do not wait for a broker that is not asked any more', () => {
    const liveness = new Liveness(0, 13_000);
    liveness.fetchBegins(1, 0);
    liveness.alive(20_000);
    assert.equal(liveness.silentFor(20_000), 0);
  });

  it('tell when commits are refused for good though the group takes the heartbeats', () => {
    const liveness = new Liveness(0, 13_000);
    const refusal = new Error('not the coordinator');
    for (let beat = 0; beat < 10; beat++) liveness.heartbeat(beat);
    liveness.commitRefused(refusal);
    assert.equal(liveness.lastingRefusal, undefined);
    for (let beat = 0; beat < 4; beat++) liveness.heartbeat(beat);
    liveness.commitTaken();
    liveness.commitRefused(refusal);
    liveness.heartbeat(20);
    liveness.joined(21);
    liveness.commitRefused(refusal);
    for (let beat = 0; beat < 4; beat++) liveness.heartbeat(beat);
    assert.equal(liveness.lastingRefusal, undefined);
    liveness.commitRefused(new Error('another'));
    liveness.heartbeat(30);
    assert.equal(liveness.lastingRefusal, refusal);
  });
});
