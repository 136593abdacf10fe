import assert from 'node:assert/strict';
import { parseExactly } from '../../../nodes/shared/exact-json';

describe('JSON with whole numbers beyond 2^53', () => {
  const text = '{"id":73314510714175488,"list":[-9007199254740993,9007199254740991],"t":1.2345678901234567}';

  it('keeps their digits as text', () => {
    assert.deepEqual(parseExactly(text, 'text'), {
      id: '73314510714175488',
      list: ['-9007199254740993', 9007199254740991],
      t: 1.2345678901234567,
    });
  });

  it('keeps them as bigint', () => {
    assert.deepEqual(parseExactly(text, 'bigint'), {
      id: 73314510714175488n,
      list: [-9007199254740993n, 9007199254740991],
      t: 1.2345678901234567,
    });
    assert.equal(parseExactly('90071992547409930', 'bigint'), 90071992547409930n);
    const odd = parseExactly('{"__proto__":90071992547409931}', 'bigint');
    assert.deepEqual(Object.entries(odd as object), [['__proto__', 90071992547409931n]]);
  });

  it('or rounds them, as JSON.parse does', () => {
    assert.deepEqual(parseExactly('[73314510714175488]', 'number'), [Number('73314510714175488')]);
  });

  it('leaves strings, names and exponents as they are', () => {
    const others =
      '{"73314510714175488":"a 73314510714175488 \\" 73314510714175489","e":73314510714175488e0}';
    for (const large of ['text', 'bigint'] as const)
      assert.deepEqual(parseExactly(others, large), JSON.parse(others));
  });

  it('takes nothing for JSON that is none', () => {
    for (const wrong of [
      '{73314510714175488:1}',
      '073314510714175488',
      '[73314510714175488 1]',
      '"7331451071417548',
    ])
      assert.throws(() => parseExactly(wrong, 'text'), SyntaxError);
  });

  it('takes a time that grows with the text, whatever that is', () => {
    for (const hostile of [
      '"'.repeat(2),
      `"${'\\"'.repeat(500_000)}"`,
      `[${'1'.repeat(1_000_000)}]`,
      `"${'int:'.repeat(250_000)}73314510714175488"`,
    ]) {
      const began = Date.now();
      parseExactly(hostile, 'text');
      assert.ok(Date.now() - began < 2_000);
    }
    const deep = parseExactly('['.repeat(5_000) + '73314510714175488' + ']'.repeat(5_000), 'bigint');
    assert.ok(Array.isArray(deep));
  });
});
