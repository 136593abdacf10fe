import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTopicName } from '../../../nodes/shared/topic-name';

const RIGHT = ['Prueba', 'a', '0', 'lab_1.readings-B', '...', '.a', 'x'.repeat(249)];
const WRONG = ['', 'x'.repeat(250), '.', '..', 'señal', 'a b', 'a/b', 'a\n', '\0'];

describe('the name of a topic', () => {
  it('may have letters, digits, dots, underscores and hyphens, up to 249 of them', () => {
    for (const name of RIGHT) assert.ok(isTopicName(name), name);
  });

  it('may not be empty or longer, stand for a folder, or have anything else in it', () => {
    for (const name of WRONG) assert.ok(!isTopicName(name), JSON.stringify(name));
  });

  it('is checked by the dialog of kafka-consumer in the same way', () => {
    const dialog = path.join(__dirname, '..', '..', '..', 'nodes', 'kafka-consumer', 'kafka-consumer.html');
    const [, rule = ''] = /const TOPIC = \/(.+)\/;/.exec(readFileSync(dialog, 'utf8')) ?? [];
    assert.notEqual(rule, '');
    for (const name of [...RIGHT, ...WRONG])
      assert.equal(new RegExp(rule).test(name), isTopicName(name), name);
  });
});
