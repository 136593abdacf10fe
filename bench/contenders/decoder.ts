import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { readRecordSet } from '../../nodes/kafka-cluster/records/record-set';
import { batch, encodeRecord } from '../../test/nodes/kafka-cluster/records/batches';
import { runProgram } from './commands';
import { readingSource } from './readings';

/** What a fetch brings of one partition: so many batches, of so many readings each. */
const BATCHES = 4;
const READINGS = 500;
const GZIP = 1;

interface DecodeOrder {
  packed: boolean;
  measureMs: number;
}

/** What a decoder made of the bytes, again and again. */
export interface Decoded {
  /** records a second */
  rate: number;
  /** microseconds of a processor for each */
  cpu: number;
}

type Decode = (bytes: Buffer) => Promise<readonly { value: Buffer | null }[]>;

const load = createRequire(__filename);
const next = readingSource(['comuna_15', 'estacion_2', 'nodo_3']);
const plain = fetched(false);
const gzipped = fetched(true);

function fetched(packed: boolean): Buffer {
  return Buffer.concat(
    Array.from({ length: BATCHES }, (_, n) => {
      const records = Array.from({ length: READINGS }, (_, offsetDelta) => {
        const { payload, key, readingId } = next();
        const headers = { 'reading-id': readingId };
        return encodeRecord({ offsetDelta, key, value: JSON.stringify(payload), headers });
      });
      const body = Buffer.concat(records);
      const base = BigInt(n * READINGS);
      return batch({ base, codec: packed ? GZIP : 0, body: packed ? gzipSync(body) : body, count: READINGS });
    }),
  );
}

async function ours(bytes: Buffer): ReturnType<Decode> {
  const { records } = await readRecordSet({ bytes, from: 0n, aborted: [] });
  return records;
}

async function theirs(bytes: Buffer): ReturnType<Decode> {
  const Decoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
  const decode = load('kafkajs/src/protocol/requests/fetch/v4/decodeMessages') as (
    decoder: object,
  ) => ReturnType<Decode>;
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return decode(new Decoder(Buffer.concat([length, bytes])));
}

async function again({ packed, measureMs }: DecodeOrder, decode: Decode): Promise<Decoded> {
  const bytes = packed ? gzipped : plain;
  let count = 0;
  const start = performance.now();
  const before = process.cpuUsage();
  do {
    const { length } = await decode(bytes);
    if (length !== BATCHES * READINGS) throw new Error(`${length} of ${BATCHES * READINGS} records`);
    count += length;
  } while (performance.now() - start < measureMs);
  const { user, system } = process.cpuUsage(before);
  return { rate: (count / (performance.now() - start)) * 1000, cpu: (user + system) / count };
}

runProgram({
  ours: (order: DecodeOrder) => again(order, ours),
  theirs: (order: DecodeOrder) => again(order, theirs),
});
