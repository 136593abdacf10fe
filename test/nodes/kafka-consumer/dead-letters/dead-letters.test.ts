import assert from 'node:assert/strict';
import type { ClusterProducer, OutgoingRecord } from '../../../../nodes/kafka-cluster/types';
import { DeadLetters } from '../../../../nodes/kafka-consumer/dead-letters/dead-letters';

describe('kafka-consumer: dead letters', () => {
  it('have a time that a record can have, whatever the one was that is set aside', async () => {
    const sent: OutgoingRecord[] = [];
    const producer: Partial<ClusterProducer> = {
      partitionFor: () => Promise.resolve(0),
      maxBatchBytes: () => Promise.resolve(1_000_000),
      send: (_topic, _partition, records) => {
        sent.push(...records);
        return Promise.resolve({ baseOffset: '0' });
      },
      close: () => Promise.resolve(),
    };
    const letters = new DeadLetters({
      groupId: 'g',
      topicOf: (topic) => `${topic}.dlq`,
      createProducer: () => producer as ClusterProducer,
      onProblem: assert.fail,
    });
    const before = Date.now();
    const times = [-5e20, -(2 ** 63), -1, 0, 1_700_000_000_000, 5e20];
    await Promise.all(
      times.map((timestamp) =>
        letters.put(
          { topic: 't', partition: 0 },
          { key: null, value: null, headers: {}, offset: '0', timestamp },
          { reason: 'not-json', detail: '' },
        ),
      ),
    );
    await letters.close();
    const now = sent.at(-1)?.timestamp ?? 0;
    assert.deepEqual(
      sent.map(({ timestamp }) => timestamp),
      [-1, -1, -1, 0, 1_700_000_000_000, now],
    );
    assert.ok(now >= before && now <= Date.now());
  });
});
