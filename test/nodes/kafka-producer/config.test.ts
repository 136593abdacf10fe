import assert from 'node:assert/strict';
import { readProducerConfig, type ProducerConfig } from '../../../nodes/kafka-producer/config';
import type { UserError } from '../../../nodes/shared/user-error';

const newTopicsOf = (config: ProducerConfig) => readProducerConfig(config).newTopics;

describe('kafka-producer: settings of the topics it creates', () => {
  it('are the cluster’s own where nothing is said, as in nodes that were saved before', () => {
    const nothing = { partitions: undefined, replicas: undefined, retentionMs: undefined };
    assert.deepEqual(newTopicsOf({}), nothing);
    assert.deepEqual(
      newTopicsOf({ topicPartitions: '', topicReplicas: ' ', topicRetentionDays: '' }),
      nothing,
    );
  });

  it('are numbers or text; days may be parts of one, and 0 is for ever', () => {
    assert.deepEqual(newTopicsOf({ topicPartitions: 6, topicReplicas: '3', topicRetentionDays: '0.5' }), {
      partitions: 6,
      replicas: 3,
      retentionMs: 43_200_000,
    });
    assert.equal(newTopicsOf({ topicRetentionDays: 0 }).retentionMs, Infinity);
  });

  const wrong: [ProducerConfig, string][] = [
    [{ topicPartitions: '0' }, 'whole-number'],
    [{ topicPartitions: '2.5' }, 'whole-number'],
    [{ topicPartitions: '10001' }, 'whole-number'],
    [{ topicReplicas: 'three' }, 'whole-number'],
    [{ topicReplicas: '40000' }, 'whole-number'],
    [{ topicRetentionDays: '-1' }, 'number'],
    [{ topicRetentionDays: '${DAYS}' }, 'unset-variable'],
  ];
  for (const [config, key] of wrong) {
    it(`are refused as ${JSON.stringify(config)}, naming field and value`, () => {
      assert.throws(
        () => newTopicsOf(config),
        ({ key: found, params }: UserError) =>
          found === `kafka-producer.errors.${key}` &&
          params.field === Object.keys(config)[0] &&
          params.value === Object.values(config)[0],
      );
    });
  }
});
