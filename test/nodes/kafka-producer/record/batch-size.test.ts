import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type { KafkaProblemError } from '../../../../nodes/kafka-cluster/types';
import { BatchFiller, aloneSize, type BatchItem } from '../../../../nodes/kafka-producer/record/batch-size';
import { bodyLength, contentOf, type ProducerRecord } from '../../../../nodes/kafka-producer/record/entry';
import { varintSize } from '../../../../nodes/shared/varint';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { kafka } from '../../../support/services';
import { record } from './records';

describe('kafka-producer: batch size', function () {
  this.timeout(60_000);

  it('knows how long a varint is', () => {
    const lengths = [0, -1, 63, -64, 64, -65, 8191, 8192, 2 ** 31, -(2 ** 40)].map(varintSize);
    assert.deepEqual(lengths, [1, 1, 1, 1, 2, 2, 2, 3, 5, 6]);
  });

  it('fills batches exactly as large as batchSize says they are', () => {
    const item = fc.record({ body: fc.oneof(fc.nat(30), fc.nat(3000)), gap: fc.nat(100_000) });
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 100, max: 20_000 }),
        (items, max) => {
          let timestamp = 1_700_000_000_000;
          const all = items.map(({ body, gap }) => ({ body, timestamp: (timestamp += gap) }));
          const filler = new BatchFiller(max, Infinity);
          let count = 0;
          while (count < all.length && filler.add(all[count] ?? { body: 0, timestamp: 0 })) count++;
          assert.equal(filler.size, batchSize(all.slice(0, count)));
          assert.ok(count === 1 || filler.size <= max);
          if (count < all.length) assert.ok(batchSize(all.slice(0, count + 1)) > max);
        },
      ),
    );
  });

  it('ends a batch where a clock was set back', () => {
    const filler = new BatchFiller(1000, Infinity);
    assert.ok(filler.add({ body: 10, timestamp: 1000 }));
    assert.ok(!filler.add({ body: 10, timestamp: 999 }));
  });

  it('is the size at which a real broker draws the line, to the byte', async () => {
    const { brokers } = await kafka();
    const topic = `size-${randomUUID()}`;
    await ensureTopics(brokers, [{ topic }]);
    const cluster = new KafkaJsCluster({ brokers: [brokers], clientId: 'test' }, () => undefined);
    const producer = cluster.createProducer({ acks: 'all', compression: 'none', createTopics: false });
    const limit = await producer.maxBatchBytes(topic);

    const alone = fit((size) => [make(size)], limit);
    assert.equal(aloneSize(bodyLength(alone[0] ?? make(0))), limit);
    const many = fit(
      (size) => [...Array.from({ length: 300 }, (_, i) => make(3000, i)), make(size, 300)],
      limit,
    );

    for (const records of [alone, many]) {
      const filler = new BatchFiller(limit, Infinity);
      for (const one of records) assert.ok(filler.add({ body: bodyLength(one), timestamp: one.timestamp }));
      assert.equal(filler.size, limit);
      await producer.send(topic, 0, records);
      const last = records.at(-1);
      assert.ok(last);
      const { value } = contentOf(last);
      const tooLarge = [...records.slice(0, -1), make((value?.length ?? 0) + 1, records.length - 1)];
      await assert.rejects(
        producer.send(topic, 0, tooLarge),
        (e: KafkaProblemError) => e.problem === 'too-large',
      );
    }
    await producer.close();
  });
});

function make(size: number, i = 0): ProducerRecord {
  return record(
    { payload: Buffer.alloc(size), key: `k${i}`, headers: { h: 'ñ' } },
    1_700_000_000_000 + i * 37,
  );
}

/** Finds the records whose batch has exactly this size, by the last one's value. */
function fit(records: (size: number) => ProducerRecord[], target: number): ProducerRecord[] {
  let [low, high] = [0, target];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sizeOf(records(middle)) <= target) low = middle;
    else high = middle - 1;
  }
  const found = records(low);
  assert.equal(sizeOf(found), target);
  return found;
}

function sizeOf(records: ProducerRecord[]): number {
  return batchSize(records.map((one) => ({ body: bodyLength(one), timestamp: one.timestamp })));
}

/** The formula as it stands in Kafka's documentation, in one piece. */
function batchSize(items: readonly BatchItem[]): number {
  const first = items[0]?.timestamp ?? 0;
  return items.reduce((size, { body, timestamp }, position) => {
    const length = 1 + varintSize(timestamp - first) + varintSize(position) + body;
    return size + varintSize(length) + length;
  }, 61);
}
