import assert from 'node:assert/strict';
import { Fault, decode } from '../../../nodes/kafka-consumer/decode';

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

  it('sets aside what cannot be given in the chosen form, with the reason', () => {
    const reason = (value: Buffer | null, format: 'json' | 'string' | 'buffer') => {
      const fault = decode(value, format);
      assert.ok(fault instanceof Fault);
      assert.ok(fault.detail);
      return fault.reason;
    };
    assert.equal(reason(null, 'json'), 'no-value');
    assert.equal(reason(null, 'buffer'), 'no-value');
    assert.equal(reason(Buffer.from('{"n":'), 'json'), 'not-json');
    assert.equal(reason(Buffer.alloc(0), 'json'), 'not-json');
    assert.equal(reason(Buffer.from([0xff, 0xfe]), 'json'), 'not-text');
    assert.equal(reason(Buffer.from([0xc3]), 'string'), 'not-text');
  });
});
