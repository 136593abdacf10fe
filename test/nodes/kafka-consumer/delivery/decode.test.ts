import assert from 'node:assert/strict';
import { Rejection, decode, decodeKey } from '../../../../nodes/kafka-consumer/delivery/decode';

describe('decoding a record', () => {
  it('gives JSON values, strings and Buffers', () => {
    const value = Buffer.from('{"nodo":"n","humedad":null}');
    assert.deepEqual(decode(value, 'json'), { nodo: 'n', humedad: null });
    assert.deepEqual(decode(Buffer.from('0'), 'json'), 0);
    assert.deepEqual(decode(Buffer.from('false'), 'json'), false);
    assert.equal(decode(Buffer.from('señal'), 'string'), 'señal');
    assert.equal(decode(Buffer.alloc(0), 'string'), '');
    assert.equal(decode(value, 'buffer'), value);
  });

  it('reads JSON behind a byte order mark, which a string keeps', () => {
    const marked = Buffer.from('\ufeff{"n":1}');
    assert.deepEqual(decode(marked, 'json'), { n: 1 });
    assert.equal(decode(marked, 'string'), '\ufeff{"n":1}');
  });

  it('keeps whole numbers beyond 2^53, in the chosen form', () => {
    const value = Buffer.from('{"id":73314510714175488}');
    assert.deepEqual(decode(value, 'json'), { id: '73314510714175488' });
    assert.deepEqual(decode(value, 'json', 'bigint'), { id: 73314510714175488n });
    assert.deepEqual(decode(value, 'json', 'number'), { id: Number('73314510714175488') });
  });

  it('gives keys in the chosen form, or in the next one that keeps them as they are', () => {
    const [binary, text, json] = [Buffer.from([0x80]), Buffer.from('ñ'), Buffer.from('{"a":1}')];
    assert.equal(decodeKey(null, 'json'), null);
    assert.equal(decodeKey(binary, 'string'), binary);
    assert.equal(decodeKey(binary, 'json'), binary);
    assert.equal(decodeKey(text, 'buffer'), text);
    assert.equal(decodeKey(text, 'string'), 'ñ');
    assert.equal(decodeKey(text, 'json'), 'ñ');
    assert.deepEqual(decodeKey(json, 'json'), { a: 1 });
  });

  it('sets aside what cannot be given in the chosen form, with the reason', () => {
    const reason = (value: Buffer | null, format: 'json' | 'string' | 'buffer') => {
      const rejection = decode(value, format);
      assert.ok(rejection instanceof Rejection);
      assert.ok(rejection.detail);
      return rejection.reason;
    };
    assert.equal(reason(null, 'json'), 'no-value');
    assert.equal(reason(null, 'buffer'), 'no-value');
    assert.equal(reason(Buffer.from('{"n":'), 'json'), 'not-json');
    assert.equal(reason(Buffer.alloc(0), 'json'), 'not-json');
    assert.equal(reason(Buffer.from([0xff, 0xfe]), 'json'), 'not-text');
    assert.equal(reason(Buffer.from([0xc3]), 'string'), 'not-text');
    assert.equal(reason(Buffer.from('['.repeat(1_900) + ']'.repeat(1_900)), 'json'), 'bounds');
    assert.equal(reason(Buffer.from(JSON.stringify({ nodo: 'n'.repeat(257) })), 'json'), 'bounds');
  });
});
