import assert from 'node:assert/strict';
import type { ClusterProducer } from '../../../../nodes/kafka-cluster/types';
import { MemoryStore } from '../../../../nodes/kafka-producer/store/memory-store';
import { Sender } from '../../../../nodes/kafka-producer/sending/sender';
import { until } from '../../../support/until';
import { record } from '../record/records';

/** A producer whose answers come when the test lets them. */
class SlowProducer {
  readonly batches: number[] = [];
  readonly obstacles = [];
  private answer: () => void = () => undefined;

  send(_topic: string, _partition: number, records: readonly unknown[]): Promise<{ baseOffset: string }> {
    this.batches.push(records.length);
    return new Promise((resolve) => {
      this.answer = () => resolve({ baseOffset: '0' });
    });
  }

  maxBatchBytes(): Promise<number> {
    return Promise.resolve(1_000_000);
  }

  on(): void {
    // Nothing is ever in its way.
  }

  off(): void {
    // See on().
  }

  acknowledge(): void {
    this.answer();
  }
}

describe('the batches of a kafka-producer with an outbox', () => {
  function start(): { put: (count: number) => void; producer: SlowProducer; sender: Sender } {
    const store = new MemoryStore(2 ** 26);
    const producer = new SlowProducer();
    const sender = new Sender(
      store,
      producer as unknown as ClusterProducer,
      { maxBatchBytes: undefined, compressed: false, drainRecordsPerSecond: 0, patienceMs: Infinity },
      { acknowledged: () => undefined, refused: () => undefined, problem: () => undefined },
    );
    const put = (count: number): void => {
      for (let i = 0; i < count; i++) store.put(record({ partition: 0 }), () => undefined);
    };
    return { put, producer, sender };
  }

  it('wait for more under load, which a few records at a time do not', async () => {
    const { put, producer, sender } = start();
    put(200);
    await until('a first batch', () => producer.batches.length === 1);
    put(3);
    producer.acknowledge();
    // Later than the next batch would go if it did not wait.
    await new Promise((resolve) => setImmediate(resolve));
    put(300);
    await until('a second batch', () => producer.batches.length === 2);
    assert.deepEqual(producer.batches, [200, 303]);
    producer.acknowledge();
    await sender.stop();
  });

  it('go at once when there is no load', async () => {
    const { put, producer, sender } = start();
    put(1);
    await until('a first batch', () => producer.batches.length === 1);
    put(3);
    producer.acknowledge();
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(producer.batches, [1, 3]);
    producer.acknowledge();
    await sender.stop();
  });
});
