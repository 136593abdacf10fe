import assert from 'node:assert/strict';
import { readConsumerConfig, type ConsumerConfig } from '../../../nodes/kafka-consumer/config';
import { UserError } from '../../../nodes/shared/user-error';

const VALID: ConsumerConfig = { topics: 'Prueba', groupId: 'g' };

function refusal(config: ConsumerConfig): UserError {
  try {
    readConsumerConfig({ ...VALID, ...config });
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error;
  }
  return assert.fail('it was accepted');
}

describe("the kafka-consumer's settings", () => {
  it('have defaults for all but topics and group', () => {
    const { deadLetterTopic, ignored, ...rest } = readConsumerConfig(VALID);
    assert.deepEqual(rest, {
      topics: ['Prueba'],
      groupId: 'g',
      from: 'earliest',
      output: 'json',
      keyOutput: 'string',
      integers: 'text',
      mode: 'single',
      catchOutages: false,
      confirm: 'automatic',
      maxInFlight: 4000,
      sessionTimeoutMs: 6_000,
      confirmTimeoutMs: 60_000,
      onUnconfirmed: 'report',
      maxTries: 5,
      maxBatchBytes: 64 * 2 ** 20,
      fetch: { minBytes: 1, waitMs: 250, maxBytesPerPartition: 262_144 },
    });
    assert.equal(deadLetterTopic?.('Prueba'), 'Prueba.dlq');
    assert.equal(ignored('Prueba.dlq'), true);
    assert.equal(ignored('Prueba'), false);
  });

  it('take names separated by commas, or a pattern', () => {
    assert.deepEqual(readConsumerConfig({ ...VALID, topics: ' a, b,a ' }).topics, ['a', 'b']);
    assert.deepEqual(readConsumerConfig({ ...VALID, topics: '/^a{1,3}\\/b/i' }).topics, [/^a{1,3}\/b/i]);
  });

  it('can do without dead letters, and without a time limit', () => {
    const settings = readConsumerConfig({ ...VALID, deadLetters: false, confirmTimeoutSeconds: '0' });
    assert.equal(settings.deadLetterTopic, undefined);
    assert.equal(settings.confirmTimeoutMs, Infinity);
  });

  it('read values and keys by the schemas of a registry, if that is wanted', () => {
    const { output, keyOutput } = readConsumerConfig({ ...VALID, output: 'registry', keyOutput: 'registry' });
    assert.deepEqual([output, keyOutput], ['registry', 'registry']);
  });

  it('say how a broker is asked', () => {
    const { fetch } = readConsumerConfig({
      ...VALID,
      fetchMinBytes: '5000',
      fetchWaitMs: '2000',
      fetchMaxKB: '1024',
    });
    assert.deepEqual(fetch, { minBytes: 5_000, waitMs: 2_000, maxBytesPerPartition: 2 ** 20 });
    assert.equal(refusal({ fetchWaitMs: '3000' }).params.field, 'fetchWaitMs');
  });

  it('are refused with the field and its value', () => {
    assert.equal(refusal({ topics: ' ' }).key, 'kafka-consumer.errors.no-topic');
    assert.equal(refusal({ groupId: '' }).key, 'kafka-consumer.errors.no-group');
    const { key, params } = refusal({ groupId: 'ñ'.repeat(501) });
    assert.equal(key, 'kafka-consumer.errors.name-length');
    assert.deepEqual(params, { field: 'groupId', value: `${'ñ'.repeat(80)}…`, most: 1_000 });
    assert.equal(readConsumerConfig({ groupId: 'ñ'.repeat(500), topics: 't' }).groupId.length, 500);
    assert.equal(refusal({ topics: 'a b' }).key, 'kafka-consumer.errors.topic-name');
    assert.equal(refusal({ topics: '/(/' }).key, 'kafka-consumer.errors.pattern');
    assert.equal(refusal({ deadLetterTopic: 'a/b' }).params.field, 'deadLetterTopic');
    assert.equal(
      refusal({ deadLetterTopic: 'Prueba' }).key,
      'kafka-consumer.errors.dead-letters-of-dead-letters',
    );
    assert.deepEqual(refusal({ maxInFlight: '0' }).params, {
      field: 'maxInFlight',
      value: '0',
      min: 1,
      max: 1_000_000,
    });
    assert.equal(refusal({ confirmTimeoutSeconds: 'soon' }).params.field, 'confirmTimeoutSeconds');
    assert.equal(refusal({ from: 'newest' }).key, 'kafka-consumer.errors.choice');
    assert.equal(refusal({ topics: '${KAFKA_TOPIC}' }).params.variable, 'KAFKA_TOPIC');
    assert.equal(refusal({ groupId: '${GROUP}' }).params.variable, 'GROUP');
  });
});
