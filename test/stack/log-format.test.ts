import assert from 'node:assert/strict';
import { formatLine, logFormatOf } from '../../stack/log-format';

describe('the format of logs', () => {
  it('is text where nothing is said, and no other than text and JSON', () => {
    assert.equal(logFormatOf(undefined), 'text');
    assert.equal(logFormatOf('json'), 'json');
    assert.equal(logFormatOf('xml'), undefined);
  });

  it('makes each line one of JSON, with the program that wrote it, and leaves what is JSON', () => {
    assert.equal(formatLine('text', 'Kafka', 'started'), 'started');
    assert.equal(
      formatLine('json', 'Kafka', '{started "x"', new Date(0)),
      '{"time":"1970-01-01T00:00:00.000Z","source":"Kafka","message":"{started \\"x\\""}',
    );
    assert.equal(formatLine('json', 'Node-RED', '{"level":"info"}'), '{"level":"info"}');
  });
});
