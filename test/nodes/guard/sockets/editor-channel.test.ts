import assert from 'node:assert/strict';
import { readEditorMessage } from '../../../../nodes/guard/sockets/editor-channel';

describe("a message of the editor's channel", () => {
  for (const message of [
    { auth: 'a token' },
    { subscribe: 'status/#' },
    { subscribe: 'notification/#' },
    { subscribe: 'debug' },
    { subscribe: 'my-nodes/+/progress' },
    { topic: 'multiplayer/connect', data: { session: 'abc', location: { cursor: { x: 1, y: 2 } } } },
    { topic: 'multiplayer/disconnect', data: {} },
    { topic: 'my-nodes/x', data: 'a text' },
    { topic: 'my-nodes/x' },
  ]) {
    const text = JSON.stringify(message);
    it(`is ${text}`, () => assert.deepEqual(readEditorMessage(text), message));
  }

  for (const [what, text] of [
    ['nothing', 'null'],
    ['a number', '5'],
    ['a text', '"auth"'],
    ['a list', '[]'],
    ['a list with one in it', '[{"auth":"x"}]'],
    ['without a field', '{}'],
    ['no JSON', 'x'],
    ['empty', ''],
    ['a token that is none', '{"auth":{"toString":1,"valueOf":1}}'],
    ['a token and something else', '{"auth":"x","subscribe":"#"}'],
    ['a token without end', JSON.stringify({ auth: 'x'.repeat(100_000) })],
    ['a subscription to no text', '{"subscribe":{}}'],
    ['a subscription to anything, again and again', JSON.stringify({ subscribe: '+'.repeat(40) })],
    ['a subscription to what is repeated', JSON.stringify({ subscribe: 'a{1,9999}' })],
    ['a subscription without end', JSON.stringify({ subscribe: 'x'.repeat(200) })],
    ['news without data, where their fields are read', '{"topic":"multiplayer/connect"}'],
    ['news with nothing, where its fields are read', '{"topic":"multiplayer/location","data":null}'],
    ['news to no text', '{"topic":{"toString":1},"data":{}}'],
    ['news with a function of its own', '{"topic":"x","data":{"hasOwnProperty":1}}'],
    ['deep', `{"topic":"x","data":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ] as const) {
    it(`is none that is ${what}`, () => assert.equal(readEditorMessage(text), undefined));
  }
});
