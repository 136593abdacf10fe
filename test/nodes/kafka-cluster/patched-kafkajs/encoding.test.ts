import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { crc32c } from '../../../../nodes/kafka-cluster/patched-kafkajs/crc32c';
import {
  produceRequest,
  type ProduceOrder,
} from '../../../../nodes/kafka-cluster/patched-kafkajs/produce-request';
import { RecordRun } from '../../../../nodes/kafka-cluster/patched-kafkajs/record-run';
import { encodeBody } from '../../../../nodes/shared/record-body';

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

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 100 });
const headerValue = fc.oneof(bytes, text);
const records = fc.array(
  fc.record({
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.dictionary(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.oneof(headerValue, fc.array(headerValue, { maxLength: 3 })),
    ),
    // kafkajs sorts times as texts: all of them have thirteen digits.
    timestamp: fc.oneof(
      fc.integer({ min: 1_700_000_000_000, max: 1_700_000_001_000 }),
      fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }),
    ),
  }),
  { minLength: 1, maxLength: 5 },
);
const orders = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(60_000),
  compression: fc.constantFrom(0, 1),
  producerId: fc.oneof(fc.constant(-1), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String)),
  producerEpoch: fc.nat(2 ** 15 - 1),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      partitions: fc.array(
        fc.record({ partition: fc.nat(), firstSequence: fc.nat(2 ** 31 - 1), messages: records }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});

type Order = typeof orders extends fc.Arbitrary<infer T> ? T : never;

/** A record in our own form, with other bytes in front of its body. */
function behind(
  bytes: number,
  { timestamp, ...content }: Order['topicData'][0]['partitions'][0]['messages'][0],
) {
  const front = Buffer.alloc(bytes, 1);
  return { bytes: Buffer.concat([front, encodeBody(content)]), bodyAt: bytes, timestamp };
}

/** The same with the records in our own form. */
function own(order: Order): ProduceOrder {
  const topicData = order.topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((one) => ({
      ...one,
      messages: new RecordRun(
        one.partition,
        one.messages.map((said, i) => behind(i, said)),
      ),
    })),
  }));
  return { ...order, topicData };
}

describe('the quicker encoding of records', () => {
  it('writes every request byte for byte as kafkajs does', async () => {
    const samples = fc.sample(orders, 300);
    const theirs = inUntouchedKafkajs(
      `const request = require('kafkajs/src/protocol/requests/produce/v7/request');
       const headers = (all) => Object.fromEntries(Object.entries(all).map(([name, value]) =>
         [name, Array.isArray(value) ? value.map(revive) : revive(value)]));
       const messages = (all) => all.map((one) => ({ key: revive(one.key), value: revive(one.value),
         headers: headers(one.headers), timestamp: String(one.timestamp) }));
       const topicData = (all) => all.map(({ topic, partitions }) => ({ topic, partitions: partitions.map((one) =>
         ({ ...one, messages: messages(one.messages) })) }));
       Promise.all(input.map(async (order) => (await request({ ...order, topicData: topicData(order.topicData) })
         .encode()).buffer.toString('hex'))).then((all) => console.log(JSON.stringify(all)));`,
      samples,
    ) as string[];
    for (const [i, sample] of samples.entries()) {
      const encoded = await produceRequest(own(sample))?.encode();
      assert.ok(encoded);
      assert.equal(encoded.buffer.toString('hex'), theirs[i]);
      assert.equal(encoded.size(), encoded.buffer.length);
    }
  });

  it('is in use once the nodes have loaded kafkajs, which still sends messages of its own', () => {
    const program = `
      require('tsx/cjs');
      require('./nodes/kafka-cluster/kafka-cluster.ts');
      const { RecordRun } = require('./nodes/kafka-cluster/patched-kafkajs/record-run.ts');
      const request = require('kafkajs/src/protocol/requests/produce/v7/request');
      const { encodeBody } = require('./nodes/shared/record-body.ts');
      const content = { key: Buffer.from('k'), value: Buffer.from('v'), headers: {}, timestamp: 1700000000000 };
      const own = { bytes: encodeBody(content), bodyAt: 0, timestamp: content.timestamp };
      const made = (messages) => request({ acks: -1, timeout: 1, producerId: '1', producerEpoch: 0, compression: 0,
        topicData: [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages }] }] });
      const all = [made(new RecordRun(0, [own])), made([{ ...content, timestamp: String(content.timestamp) }])];
      Promise.all(all.map(async (one) => [one.apiVersion, (await one.encode()).buffer.toString('hex')]))
        .then((encoded) => console.log(JSON.stringify(encoded)));`;
    const [quick, plain] = inUntouchedKafkajs(program, null) as [number, string][];
    assert.equal(quick?.[0], 7);
    assert.deepEqual(quick, plain);
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
