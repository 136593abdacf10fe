import assert from 'node:assert/strict';
import { BatchFiller } from '../../../../nodes/kafka-producer/record/batch-size';
import { PartitionBuffer } from '../../../../nodes/kafka-producer/store/partition-buffer';
import { record } from '../record/records';

describe('kafka-producer: partition buffer', () => {
  it('gives up a third of a long backlog without holding up everything else', () => {
    const buffer = new PartitionBuffer('t', 0);
    const one = record();
    for (let seq = 0; seq < 100_000; seq++) buffer.append({ record: one, seq, bytes: 1 }, true);
    const all = buffer.take(new BatchFiller(Infinity, Infinity));
    const start = performance.now();
    buffer.settle(all.slice(0, 30_000));
    const took = performance.now() - start;
    assert.equal(buffer.inFlight.length, 70_000);
    assert.equal(buffer.inFlight[0]?.seq, 30_000);
    assert.ok(took < 500, `${took} ms`);
  });
});
