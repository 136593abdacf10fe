import assert from 'node:assert/strict';
import { readCommand } from '../../../nodes/kafka-producer/commands';

describe('what a message can ask of a kafka-producer', () => {
  it('is one of four actions; any other message is written to Kafka', () => {
    assert.deepEqual(readCommand({ action: 'discard-waiting', topic: 'Prueba' }), {
      action: 'discard-waiting',
      topic: 'Prueba',
    });
    assert.deepEqual(readCommand({ action: 'retry-refused' }), { action: 'retry-refused', topic: undefined });
    assert.deepEqual(readCommand({ action: 'adopt-outbox', outbox: 'old' }), {
      action: 'adopt-outbox',
      folder: 'old',
    });
    assert.equal(readCommand({ action: 'encender', topic: 'Prueba' }), undefined);
  });

  it('is refused where it does not say what about', () => {
    const key = (wanted: string) => (error: { key?: string }) =>
      error.key === `kafka-producer.errors.${wanted}`;
    assert.throws(() => readCommand({ action: 'discard-waiting' }), key('discard-what'));
    assert.throws(() => readCommand({ action: 'adopt-outbox' }), key('adopt-what'));
  });
});
