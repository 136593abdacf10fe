import assert from 'node:assert/strict';
import { util } from '@node-red/util';
import { isFromBrowser } from '../../../nodes/shared/from-browser';
import { isOurs, markAsOurs } from '../../../nodes/shared/origin';

describe('where a part of a message comes from', () => {
  it('is told by a mark that Node-RED’s clone keeps', () => {
    const message = util.cloneMessage({ payload: 1, kafka: markAsOurs({ topic: 't' }) });
    assert.ok(isOurs(message.kafka));
    assert.ok(isOurs({ ...message.kafka, headers: {} }));
  });

  it('cannot be forged by what comes as JSON, nor read from it', () => {
    const text = JSON.stringify(markAsOurs({ topic: 't' }));
    assert.equal(text, '{"topic":"t"}');
    for (const part of [JSON.parse(text), undefined, null, 'x', 7, { [Symbol('serial-kafka-mongo')]: true }])
      assert.equal(isOurs(part), false);
  });

  it('is a browser where a dashboard has marked the message, even by an empty mark', () => {
    for (const mark of [{ socketid: 's' }, { socketid: undefined }, { _client: {} }])
      assert.ok(isFromBrowser({ payload: 1, ...mark }));
    assert.ok(!isFromBrowser({ payload: { socketid: 's' } }));
  });
});
