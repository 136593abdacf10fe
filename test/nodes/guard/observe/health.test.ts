import assert from 'node:assert/strict';
import { Health } from '../../../../nodes/guard/observe/health';

describe('the readiness of a Node-RED', () => {
  let now: number;
  let nodes: Map<string, { type: string; name: string }>;
  let health: Health;

  beforeEach(() => {
    now = Date.UTC(2026, 0, 1);
    nodes = new Map([
      ['p', { type: 'kafka-producer', name: 'producer' }],
      ['s', { type: 'mongo-sink', name: '' }],
    ]);
    health = new Health(
      (id) => nodes.get(id),
      () => now,
    );
    health.flowsStarted();
  });

  it('is not there before the flows have started', () => {
    const early = new Health(() => undefined);
    assert.deepEqual(early.ready(), { status: 'fail', reason: 'the flows have not started', down: [] });
    early.flowsStarted();
    assert.deepEqual(early.ready(), { status: 'pass', down: [] });
  });

  it('names the part that is down, why and since when, until it is back', () => {
    health.show('p', { fill: 'red', shape: 'ring', text: 'ECONNREFUSED' });
    now += 60_000;
    health.show('p', { fill: 'red', shape: 'ring', text: 'retrying at 12:00' });
    assert.deepEqual(health.ready(), {
      status: 'fail',
      down: [
        {
          type: 'kafka-producer',
          name: 'producer',
          id: 'p',
          reason: 'retrying at 12:00',
          since: '2026-01-01T00:00:00.000Z',
        },
      ],
    });
    health.show('p', { fill: 'green', shape: 'dot', text: 'connected' });
    assert.equal(health.ready().status, 'pass');
  });

  it('is there where a node shows nothing any more, as one that a deploy takes away', () => {
    health.show('p', { fill: 'red', text: 'ECONNREFUSED' });
    health.show('p', undefined);
    assert.deepEqual(health.ready(), { status: 'pass', down: [] });
  });

  it('is not there while a part connects, and is while one works with trouble', () => {
    health.show('s', { fill: 'yellow', shape: 'ring', text: 'connecting' });
    assert.equal(health.ready().status, 'fail');
    health.show('s', { fill: 'yellow', shape: 'dot', text: '3 overdue' });
    assert.equal(health.ready().status, 'pass');
    health.show('s', {});
    assert.equal(health.ready().status, 'pass');
  });

  it('knows nothing of nodes of others, nor of those that a deploy has taken away', () => {
    health.show('other', { fill: 'red', shape: 'ring' });
    assert.equal(health.ready().status, 'pass');
    health.show('s', { fill: 'red', shape: 'ring' });
    nodes.delete('s');
    assert.equal(health.ready().status, 'pass');
  });
});
