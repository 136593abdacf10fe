import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { onFlowsStarted, onceFlowsStarted } from '../../../nodes/shared/flows-started';

describe('the start of the flows', () => {
  it('is told to any number of nodes by one listener of Node-RED', () => {
    const events = new EventEmitter();
    const told: number[] = [];
    for (let node = 0; node < 20; node++) onceFlowsStarted(events, () => told.push(node));
    events.emit('flows:started', {});
    events.emit('flows:started', {});

    assert.equal(told.length, 20, 'each node once');
    assert.equal(events.listenerCount('flows:started'), 1);
  });

  it('is told at each deploy to who asked for that, with what Node-RED says of it, until it ends', () => {
    const events = new EventEmitter();
    const told: unknown[] = [];
    const end = onFlowsStarted(events, (event) => told.push(event));
    events.emit('flows:started', 1);
    events.emit('flows:started', 2);
    end();
    events.emit('flows:started', 3);

    assert.deepEqual(told, [1, 2]);
  });

  it('is not told to a node that another one ends on being told', () => {
    const events = new EventEmitter();
    const told: string[] = [];
    onFlowsStarted(events, () => endSecond());
    const endSecond = onFlowsStarted(events, () => told.push('second'));
    events.emit('flows:started', {});

    assert.deepEqual(told, []);
  });
});
