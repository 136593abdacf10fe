import assert from 'node:assert/strict';
import { selectTopics } from '../../../../nodes/kafka-cluster/consumer/consumer-topics';

describe('which topics a consumer reads', () => {
  it('those named, as far as they exist; the others are missing', () => {
    assert.deepEqual(selectTopics(['b', 'a', 'c'], ['a', 'b', 'x']), { topics: ['a', 'b'], missing: ['c'] });
  });

  it("those that a pattern matches, without Kafka's own and the ignored ones", () => {
    const existing = ['s1', 's2', 's2.dlq', '__consumer_offsets', 'x'];
    const ignored = (topic: string) => topic.endsWith('.dlq');
    assert.deepEqual(selectTopics([/./], existing, ignored), { topics: ['s1', 's2', 'x'], missing: [] });
    assert.deepEqual(selectTopics([/^s/, 's2.dlq'], existing, ignored).topics, ['s1', 's2', 's2.dlq']);
  });
});
