import assert from 'node:assert/strict';
import type { IncomingRecord } from '../../../../nodes/kafka-cluster/types';
import { PartitionQueue } from '../../../../nodes/kafka-consumer/delivery/partition-queue';

describe('what a partition has unread', () => {
  const record = (offset: number): IncomingRecord => ({
    key: null,
    value: null,
    headers: {},
    timestamp: 0,
    offset: String(offset),
  });

  it('is not known before anybody has said where it ends', () => {
    assert.equal(new PartitionQueue({ topic: 't', partition: 0 }, 0).lag, undefined);
  });

  it('is what lies behind the place where the reading goes on, also when all that was read is confirmed', () => {
    const queue = new PartitionQueue({ topic: 't', partition: 0 }, 0);
    queue.located('3', '1000');
    assert.equal(queue.lag, 997);
    queue.add([record(3), record(4)], 1, '5', '1000', Date.now());
    assert.equal(queue.lag, 997);
    for (const number of [0, 1]) {
      const delivery = queue.get(number);
      assert.ok(delivery);
      delivery.flowIsDone = true;
      queue.settle(delivery);
    }
    assert.equal(queue.lag, 995);
  });
});
