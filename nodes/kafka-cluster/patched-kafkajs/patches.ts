import { createRequire } from 'node:module';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Kafka, Message } from 'kafkajs';
import type RequestQueue from 'kafkajs/src/network/requestQueue';
import { crc32c } from './crc32c';
import { groupedMessages } from './grouped-messages';
import { createClusterOf } from './own-requests';
import { encodeRecord, type EncodedRecord, type RecordParts } from './record-encoding';
import { quietRequestQueue } from './request-queue-timer';

/** What the patches were written for, and the package brings along. */
export const EXPECTED_VERSION = '2.2.4';

/** What this package relies on inside of kafkajs; index.ts tells of each. */
export type Part =
  'record-encoding' | 'checksum' | 'request-queue' | 'grouping' | 'fetched-offset' | 'own-requests';

/** Modules of kafkajs by their path inside of its package. */
export interface Inside {
  /** @throws where there is no such module */
  readonly load: (name: string) => unknown;
  /** What is loaded afterwards finds this in the module's place. */
  readonly replace: (name: string, quicker: unknown) => void;
}

/** How the kafkajs that was loaded compares with the one that the patches expect. */
export interface Examination {
  version: string;
  /** parts of another shape than expected: they were left as they are */
  unfit: readonly Part[];
}

interface Expectation {
  readonly part: Part;
  /** Whether the part is as expected; throwing is a no. */
  readonly fits: (load: Inside['load']) => boolean;
  readonly patch?: (inside: Inside) => void;
}

const RECORD = 'src/protocol/recordBatch/record/v0';
const CHECKSUM = 'src/protocol/recordBatch/crc32C';
const REQUEST_QUEUE = 'src/network/requestQueue';

/** In this order: what is replaced goes first, since modules take it over as they are loaded. */
const EXPECTATIONS: readonly Expectation[] = [
  {
    part: 'record-encoding',
    fits: (load) => {
      const record = {
        offsetDelta: 1,
        timestampDelta: -2,
        key: 'k',
        value: null,
        headers: { h: ['1', '2'] },
      };
      const theirs = load(RECORD) as (record: RecordParts) => EncodedRecord;
      return theirs(record).buffer.equals(encodeRecord(record).buffer);
    },
    patch: ({ replace }) => replace(RECORD, encodeRecord),
  },
  {
    part: 'checksum',
    fits: (load) => {
      const bytes = Buffer.from('seventeen letters');
      return (load(CHECKSUM) as typeof crc32c)(bytes) === crc32c(bytes);
    },
    patch: ({ replace }) => replace(CHECKSUM, crc32c),
  },
  {
    part: 'request-queue',
    fits: (load) => {
      const Queue = load(REQUEST_QUEUE) as new (options: object) => RequestQueue;
      const { pending, throttledUntil, scheduleCheckPendingRequests } = new Queue({});
      return (
        Array.isArray(pending) &&
        typeof throttledUntil === 'number' &&
        typeof scheduleCheckPendingRequests === 'function'
      );
    },
    patch: ({ load }) => quietRequestQueue(load(REQUEST_QUEUE) as typeof RequestQueue),
  },
  {
    part: 'grouping',
    fits: (load) => {
      const group = load('src/producer/groupMessagesPerPartition') as (options: object) => unknown;
      const grouped = (messages: Message[]): unknown =>
        group({ topic: 't', partitionMetadata: [{}], messages, partitioner: () => 3 });
      const messages = (): Message[] => [{ value: '1' }, { value: '2' }];
      return [messages(), groupedMessages(3, messages())].every((sent) =>
        isDeepStrictEqual(grouped(sent), { 3: messages() }),
      );
    },
  },
  {
    part: 'fetched-offset',
    fits: (load) => {
      const Batch = load('src/consumer/batch') as new (...args: unknown[]) => { fetchedOffset: unknown };
      return new Batch('t', '5', { partition: 0, messages: [] }).fetchedOffset === '5';
    },
  },
  {
    part: 'own-requests',
    fits: (load) => {
      const { Kafka: Client } = load('index.js') as { Kafka: typeof Kafka };
      return (
        has(load('src/protocol/encoder'), 'writeUVarIntString', 'writeUVarIntArray') &&
        has(load('src/protocol/decoder'), 'readUVarIntString', 'readTaggedFields') &&
        has(load('src/cluster'), 'getNodeIds', 'findBroker') &&
        createClusterOf(new Client({ brokers: ['localhost:9092'] })) !== undefined
      );
    },
  },
];

/** Patches what is as expected. */
export function patchKafkaJs(inside: Inside): Examination {
  const { version } = inside.load('package.json') as { version: string };
  const unfit: Part[] = [];
  for (const { part, fits, patch } of EXPECTATIONS) {
    if (isFit(() => fits(inside.load))) patch?.(inside);
    else unfit.push(part);
  }
  return { version, unfit };
}

function has(loaded: unknown, ...methods: string[]): boolean {
  const { prototype } = loaded as { prototype: Record<string, unknown> };
  return methods.every((method) => typeof prototype[method] === 'function');
}

function isFit(fits: () => boolean): boolean {
  try {
    return fits();
  } catch {
    // Moved, or called in another way: that is what was asked.
    return false;
  }
}

const load = createRequire(__filename);

/** Where the kafkajs is that was loaded. */
export const folder = path.dirname(load.resolve('kafkajs/package.json'));

/** Of that kafkajs. */
export const examination = patchKafkaJs({
  load: (name) => load(`kafkajs/${name}`) as unknown,
  replace: (name, quicker) => {
    const loaded = load.cache[load.resolve(`kafkajs/${name}`)];
    if (loaded) loaded.exports = quicker;
  },
});
