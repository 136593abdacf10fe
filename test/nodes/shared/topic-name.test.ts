import assert from 'node:assert/strict';
import { isTopicName } from '../../../nodes/shared/topic-name';
import { dialogOf, invalidProperties } from '../../support/dialogs';

const RIGHT = ['Prueba', 'a', '0', 'lab_1.readings-B', '...', '.a', 'x'.repeat(249)];
const WRONG = ['', 'x'.repeat(250), '.', '..', 'señal', 'a b', 'a/b', 'a\n', '\0'];

describe('the name of a topic', () => {
  it('may have letters, digits, dots, underscores and hyphens, up to 249 of them', () => {
    for (const name of RIGHT) assert.ok(isTopicName(name), name);
  });

  it('may not be empty or longer, stand for a folder, or have anything else in it', () => {
    for (const name of WRONG) assert.ok(!isTopicName(name), JSON.stringify(name));
  });

  const fields = [
    ['kafka-producer', 'topic'],
    ['kafka-consumer', 'topics'],
    ['kafka-consumer', 'deadLetterTopic'],
  ] as const;
  for (const [type, field] of fields) {
    it(`is checked by the dialog of ${type} in the same way: ${field}`, () => {
      const dialog = dialogOf(type);
      const wrong = (name: string) => invalidProperties(dialog, { [field]: name }).includes(field);
      for (const name of [...RIGHT, '${TOPIC}']) assert.ok(!wrong(name), name);
      // An empty field has a meaning of its own, and so has a pattern; spaces around a name do no harm to a consumer.
      const names = WRONG.filter(
        (name) => name !== '' && !(type === 'kafka-consumer' && name.trim() !== name),
      );
      for (const name of names) assert.ok(wrong(name), JSON.stringify(name));
    });
  }

  it('is not asked for where the dialog of kafka-producer has something else than a name', () => {
    for (const [topicType, topic] of [
      ['msg', 'payload.topic'],
      ['jsonata', 'payload.nodo & "x y"'],
    ])
      assert.deepEqual(
        invalidProperties(dialogOf('kafka-producer'), { cluster: 'c', outboxMaxMB: '1', topic, topicType }),
        [],
      );
  });
});
