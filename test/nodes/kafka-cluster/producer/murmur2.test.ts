import assert from 'node:assert/strict';
import fc from 'fast-check';
import kafkajsMurmur2 from 'kafkajs/src/producer/partitioners/default/murmur2';
import { murmur2 } from '../../../../nodes/kafka-cluster/producer/murmur2';

describe('murmur2', () => {
  it('gives the values that the Java clients give', () => {
    // From Kafka's own UtilsTest.
    const known: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ];
    for (const [key, hash] of known) assert.equal(murmur2(Buffer.from(key)), hash, key);
  });

  it('gives the same as kafkajs for any key, so that no key ever changes its partition', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const key = Buffer.from(bytes);
        assert.equal(murmur2(key), kafkajsMurmur2(key));
      }),
    );
  });
});
