import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { withoutUncopyable, withoutUnreportable } from '../../../nodes/shared/copyable';

/** Two fields hold the same, so many times: small in memory, and without end for whoever writes it out. */
function doubled(times: number): object {
  let value: object = {};
  for (let i = 0; i < times; i++) value = { a: value, b: value };
  return value;
}

/** The same where each field is one step shorter than the other. */
function fibonacci(times: number): object {
  let [before, value]: object[] = [{}, {}];
  for (let i = 0; i < times; i++) [before, value] = [value!, { a: value, b: before }];
  return value!;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

function ring(): object {
  const value: Record<string, unknown> = { other: {} };
  value.self = value;
  (value.other as Record<string, unknown>).back = value;
  return value;
}

const LEFT_OUT: Record<string, unknown> = {
  'an array of holes': new Array(2 ** 32 - 1),
  'such an array in a Map': new Map([[1, { a: new Array(2 ** 32 - 1) }]]),
  'such an array under a symbol': { [Symbol('x')]: new Array(2 ** 32 - 1) },
  'what doubles': doubled(60),
  'what grows with each step': fibonacci(90),
  '1,001 levels': nested(1_001),
  'a million numbers': new Float64Array(1_000_000),
  '513 MB': new ArrayBuffer(513 * 2 ** 20),
};

const COPIED: Record<string, unknown> = {
  'what contains itself': ring(),
  '900 levels': nested(900),
  'a million elements': new Array(1_000_000).fill(0),
  bytes: Buffer.alloc(20 * 2 ** 20),
  'an error with anything in it': Object.assign(new Error('x'), { a: new Array(2 ** 32 - 1) }),
  'the same in two places': (() => {
    const same = { a: 1 };
    return [same, same];
  })(),
};

describe('what Node-RED copies of a message', () => {
  for (const [name, payload] of Object.entries(LEFT_OUT)) {
    it(`is not ${name}, but the other fields are`, () => {
      const message: NodeMessage & Record<string, unknown> = { _msgid: 'm', payload, topic: 't' };
      const copyable = withoutUncopyable(message);
      assert.deepEqual(copyable?.message, { _msgid: 'm', topic: 't' });
      assert.deepEqual(copyable?.leftOut, ['payload']);
      assert.match(String(copyable?.reason), /[a-z]{4}/);
    });
  }

  for (const [name, payload] of Object.entries(COPIED)) {
    it(`is ${name}`, () => assert.equal(withoutUncopyable({ payload }), undefined));
  }

  it('is all of it where a web request comes with it, which is handed on as it is', () => {
    const message: NodeMessage & Record<string, unknown> = { req: doubled(60), res: doubled(60) };
    assert.equal(withoutUncopyable(message), undefined);
  });
});

describe('what Node-RED can tell an error about', () => {
  const message = (fields: object): NodeMessage => ({ _msgid: 'm', ...fields });

  it('is a message as it came', () => {
    const error = { message: 'x', source: { id: 'n' } };
    for (const fields of [{}, { payload: { hasOwnProperty: 1 } }, { error }, { error: 'x' }, { error: null }])
      assert.equal(withoutUnreportable(message(fields)), undefined, JSON.stringify(fields));
  });

  it('is one without the field by which it would be asked what it has, and without such an error', () => {
    const own = withoutUnreportable(message({ payload: 1, hasOwnProperty: 1 }));
    assert.deepEqual(own?.message, message({ payload: 1 }));
    assert.deepEqual(own?.leftOut, ['hasOwnProperty']);
    for (const error of [{ hasOwnProperty: null, source: 1 }, Object.create(null) as object])
      assert.deepEqual(withoutUnreportable(message({ payload: 1, error }))?.message, message({ payload: 1 }));
  });

  it('is one without what can’t be copied, either', () => {
    const found = withoutUnreportable(message({ payload: nested(1_001), hasOwnProperty: 1, topic: 't' }));
    assert.deepEqual(found?.message, message({ topic: 't' }));
    assert.deepEqual(found?.leftOut, ['payload', 'hasOwnProperty']);
  });
});
