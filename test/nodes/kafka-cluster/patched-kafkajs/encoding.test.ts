import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { crc32c } from '../../../../nodes/kafka-cluster/patched-kafkajs/crc32c';
import {
  encodeRecord,
  type RecordParts,
} from '../../../../nodes/kafka-cluster/patched-kafkajs/record-encoding';

const ROOT = path.join(__dirname, '../../../..');

/** Runs kafkajs in a process in which nothing has replaced them; takes and gives JSON. */
function inUntouchedKafkajs(program: string, input: unknown): unknown {
  const script = `
    const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
    const revive = (bytes) => (bytes === null || typeof bytes === 'string' ? bytes : Buffer.from(bytes.data));
    ${program}`;
  const output = execFileSync(process.execPath, ['-e', script], {
    cwd: ROOT,
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(output);
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
);
const parts: fc.Arbitrary<RecordParts> = fc.record({
  offsetDelta: fc.nat(100_000),
  timestampDelta: fc.oneof(fc.nat(1_000), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })),
  ),
});

describe('the quicker encoding of records', () => {
  it('writes every record byte for byte as kafkajs does', () => {
    const records = fc.sample(parts, 500);
    const theirs = inUntouchedKafkajs(
      `const encode = require('kafkajs/src/protocol/recordBatch/record/v0');
       const headers = (all) => Object.fromEntries(Object.entries(all).map(([name, value]) =>
         [name, Array.isArray(value) ? value.map(revive) : revive(value)]));
       console.log(JSON.stringify(input.map((record) => encode({ ...record, key: revive(record.key),
         value: revive(record.value), headers: headers(record.headers) }).buffer.toString('hex'))));`,
      records,
    ) as string[];
    records.forEach((record, i) => assert.equal(encodeRecord(record).buffer.toString('hex'), theirs[i]));
  });

  it('is in use once the nodes have loaded kafkajs', () => {
    const program = `
      require('tsx/cjs');
      require('./nodes/kafka-cluster/kafka-cluster.ts');
      const { Buffer: B } = globalThis;
      const original = B.allocUnsafe;
      let calls = 0;
      B.allocUnsafe = (size) => (calls++, original(size));
      const request = require('kafkajs/src/protocol/requests/produce/v7/request');
      const messages = [{ key: 'k', value: 'v', headers: {}, partition: 0 }];
      const partitions = [{ partition: 0, firstSequence: 0, messages }];
      request({ acks: -1, timeout: 1, producerId: '1', producerEpoch: 0, compression: 0,
        topicData: [{ topic: 't', partitions }] }).encode().then(() => console.log(JSON.stringify({ calls,
          checksum: require('kafkajs/src/protocol/recordBatch/crc32C').name })));`;
    const { calls, checksum } = inUntouchedKafkajs(program, null) as { calls: number; checksum: string };
    assert.ok(calls > 0, 'the record was not encoded by the replacement');
    assert.equal(checksum, crc32c.name);
  });
});

describe('the quicker checksum of batches', () => {
  it('is CRC-32C', () => {
    // The usual check value, and examples of RFC 3720, appendix B.4.
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
    assert.equal(crc32c(Buffer.alloc(32, 255)), 0x62a8ab43);
  });

  it('is the same as that of kafkajs, whatever the length', () => {
    const samples = [
      ...Array.from({ length: 40 }, (_, length) => Buffer.alloc(length, 200 + length)),
      ...fc.sample(fc.uint8Array({ maxLength: 5_000 }), 200).map((array) => Buffer.from(array)),
    ];
    const theirs = inUntouchedKafkajs(
      `const crc = require('kafkajs/src/protocol/recordBatch/crc32C');
       console.log(JSON.stringify(input.map((each) => crc(revive(each)))));`,
      samples,
    );
    assert.deepEqual(
      samples.map((each) => crc32c(each)),
      theirs,
    );
  });
});
