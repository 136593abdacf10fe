import assert from 'node:assert/strict';
import { dht22Frame } from '../../proteus/bench/dht22';

describe('the DHT22 model', () => {
  it('sends tenths in two bytes each, the sign below zero, and the sum', () => {
    // The two examples of the AM2302 datasheet.
    assert.deepEqual(dht22Frame(65.2, 35.1), [0x02, 0x8c, 0x01, 0x5f, 0xee]);
    assert.deepEqual(dht22Frame(65.2, -10.1), [0x02, 0x8c, 0x80, 0x65, (0x02 + 0x8c + 0x80 + 0x65) & 0xff]);
    assert.deepEqual(dht22Frame(100, -0.04), [0x03, 0xe8, 0, 0, 0xeb]);
  });
});
