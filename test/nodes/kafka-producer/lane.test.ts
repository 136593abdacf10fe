import assert from 'node:assert/strict';
import { BatchFiller, bodySize } from '../../../nodes/kafka-producer/batch-size';
import { Lane } from '../../../nodes/kafka-producer/lane';
import { record } from './records';

describe('kafka-producer: lane', () => {
  it('gives up a third of a long backlog without holding up everything else', () => {
    const lane = new Lane('t', 0);
    const one = record();
    for (let seq = 0; seq < 100_000; seq++)
      lane.queue.push({ record: one, seq, bytes: 1, body: bodySize(one) });
    const all = lane.take(new BatchFiller(Infinity, Infinity));
    const start = performance.now();
    lane.settle(all.slice(0, 30_000));
    const took = performance.now() - start;
    assert.equal(lane.inFlight.length, 70_000);
    assert.equal(lane.inFlight[0]?.seq, 30_000);
    assert.ok(took < 500, `${took} ms`);
  });
});
