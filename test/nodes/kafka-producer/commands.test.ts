import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { doneText, readCommand, type Command } from '../../../nodes/kafka-producer/commands';

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

  it('is asked by the action alone: what a Catch node gave back, with its reading, asks it too', () => {
    const caught = { payload: { nodo: 'uno' }, topic: 'Prueba', readingId: 'x', error: {} };
    assert.deepEqual(readCommand({ ...caught, action: 'retry-refused' }), {
      action: 'retry-refused',
      topic: 'Prueba',
    });
  });

  it('is nothing that a dashboard’s page sends, whatever way that took', () => {
    for (const mark of [{ socketid: 's' }, { socketid: undefined }, { _client: { socketId: 's' } }]) {
      for (const action of ['discard-waiting', 'retry-refused', 'discard-refused', 'adopt-outbox'])
        assert.throws(() => readCommand({ action, topic: 'Prueba', outbox: 'x', ...mark }), {
          key: 'kafka-producer.errors.from-browser',
        });
      assert.equal(readCommand({ payload: { nodo: 'uno' }, ...mark }), undefined);
    }
  });

  it('is said in a sentence of its own, with or without a topic, in both languages', () => {
    const commands: Command[] = [
      { action: 'discard-waiting', topic: 'Prueba' },
      { action: 'retry-refused', topic: 'Prueba' },
      { action: 'retry-refused', topic: undefined },
      { action: 'discard-refused', topic: 'Prueba' },
      { action: 'discard-refused', topic: undefined },
      { action: 'adopt-outbox', folder: 'old' },
    ];
    for (const language of ['en-US', 'es']) {
      const texts = commands.map((command) => {
        const { key, params } = doneText(command);
        const text = textOf(language, key);
        const named = [...text.matchAll(/__(\w+)__/g)].map(([, name]) => name);
        assert.deepEqual(named.sort(), ['count', ...Object.keys(params)].sort(), text);
        return text;
      });
      assert.equal(new Set(texts).size, commands.length);
    }
  });

  it('is refused where it does not say what about', () => {
    const key = (wanted: string) => (error: { key?: string }) =>
      error.key === `kafka-producer.errors.${wanted}`;
    assert.throws(() => readCommand({ action: 'discard-waiting' }), key('discard-what'));
    assert.throws(() => readCommand({ action: 'adopt-outbox' }), key('adopt-what'));
  });
});

function textOf(language: string, key: string): string {
  const file = path.join(__dirname, '../../../nodes/kafka-producer/locales', language, 'kafka-producer.json');
  const text = key
    .split('.')
    .reduce<unknown>(
      (part, name) => (part as Record<string, unknown>)[name],
      JSON.parse(readFileSync(file, 'utf8')),
    );
  assert.equal(typeof text, 'string', key);
  return text as string;
}
