import assert from 'node:assert/strict';
import { localizeError, translator } from '../../../nodes/shared/translate';
import { UserError, shorten, toError } from '../../../nodes/shared/user-error';

describe('errors for people', () => {
  it('carry the key of their text, what fills it in, and their cause', () => {
    const cause = new Error('deep');
    const error = new UserError('mongo-sink.errors.full', { waiting: 3 }, { cause });
    assert.deepEqual(
      [error.key, error.params, error.cause],
      ['mongo-sink.errors.full', { waiting: 3 }, cause],
    );
    assert.equal(error.name, 'UserError');
    assert.match(error.message, /full.*3/);
  });

  it('get their text from the catalog of the node that the key names', () => {
    const asked: unknown[] = [];
    const t = translator({
      _: (key, params) => {
        asked.push([key, params]);
        return 'texto';
      },
    });
    const error = new UserError('mongo-sink.errors.full', { waiting: 3 });
    assert.equal(localizeError(error, t), error);
    assert.equal(error.message, 'texto');
    assert.deepEqual(asked, [
      ['node-red-contrib-serial-kafka-mongo/mongo-sink:mongo-sink.errors.full', { waiting: 3 }],
    ]);
  });

  it('leave any other error’s text alone', () => {
    assert.equal(
      localizeError(new Error('plain'), () => assert.fail('not to be translated')).message,
      'plain',
    );
  });

  it('are made of whatever was thrown', () => {
    const error = new TypeError('x');
    assert.equal(toError(error), error);
    assert.equal(toError('text').message, 'text');
    assert.equal(toError({ a: 1 }).message, '{"a":1}');
    assert.equal(toError(undefined).message, 'undefined');
  });
});

describe('a value in an error', () => {
  it('is shown on one line, as JSON where it is an object', () => {
    assert.equal(shorten('a\n\tb'), 'a b');
    assert.equal(shorten({ nodo: 'a' }), '{"nodo":"a"}');
    assert.equal(shorten(Buffer.from('bytes')), 'bytes');
    assert.equal(shorten(null), 'null');
  });

  it('is cut where it is long, between characters', () => {
    assert.equal(shorten('x'.repeat(80)), 'x'.repeat(80));
    assert.equal(shorten('x'.repeat(81)), `${'x'.repeat(80)}…`);
    assert.equal(shorten('🌡🌡🌡', 2), '🌡🌡…');
  });

  it('is shown by its type where JSON has no form for it', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    assert.equal(shorten(circular), '[object Object]');
    assert.equal(shorten(5n), '[object BigInt]');
    assert.equal(shorten(undefined), 'undefined');
  });
});
