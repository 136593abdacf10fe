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

  it('have the text of the error that is their reason, each time they are asked', () => {
    const t = (key: string, { reason = '' } = {}): string => `${key}(${reason})`;
    const cause = new UserError('a.why', {});
    const error = new UserError('a.what', { reason: cause.message }, { cause });
    for (let i = 0; i < 2; i++) assert.equal(localizeError(error, t).message, 'a.what(a.why())');
    localizeError(cause, t);
    assert.equal(localizeError(error, t).message, 'a.what(a.why())');
    const other = new UserError('a.what', { reason: 'said' }, { cause });
    assert.equal(localizeError(other, t).message, 'a.what(said)');
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
  it('gives a terminal no orders, and does not turn what stands beside it', () => {
    assert.equal(shorten('a\u001b]0;x\u0007\u009b31m\u202eb'), 'a\\u001b]0;x\\u0007\\u009b31m\\u202eb');
    assert.equal(shorten('ñandú — 25 °C'), 'ñandú — 25 °C');
  });

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

  it('is shown as far as there is room, whatever it is', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    assert.match(shorten(circular), /^(\{"self":){10}/);
    assert.equal(shorten(5n), '5');
    assert.equal(shorten(undefined), 'undefined');
    assert.match(shorten(new Array(2 ** 32 - 1)), /^\[null,null/);
    assert.match(shorten({ a: new Float64Array(2 ** 24) }), /^\{"a":\{"0":0,/);
    assert.equal(shorten('x'.repeat(2 ** 28)).length, 81);
    assert.equal(shorten({ a: 'x'.repeat(2 ** 28) }).length, 81);
    assert.equal(
      shorten({ a: undefined, b: [undefined, new Date(0)] }),
      '{"b":[null,"1970-01-01T00:00:00.000Z"]}',
    );
  });

  it('is shown by its type where it does not let itself be read', () => {
    const toJSON = (): never => {
      throw new Error('not this either');
    };
    assert.equal(shorten({ toJSON }), '[object Object]');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    assert.equal(shorten(proxy), '[object]');
    assert.equal(toError(proxy).message, '[object]');
    const unreadable = Object.defineProperty(new Error('x'), 'message', { get: toJSON });
    assert.equal(toError(unreadable).message, '{}');
  });
});
