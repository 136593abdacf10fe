import { createRequire } from 'node:module';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Kafka } from 'kafkajs';
import type { Cluster } from 'kafkajs/src/cluster';
import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup';
import type OffsetManager from 'kafkajs/src/consumer/offsetManager';
import type Runner from 'kafkajs/src/consumer/runner';
import type Connection from 'kafkajs/src/network/connection';
import type RequestQueue from 'kafkajs/src/network/requestQueue';
import type { MetadataResponse } from 'kafkajs/src/protocol/requests/metadata/v0/response';
import { readWholeAnswers } from './answer-bytes';
import { FetchedRun, rawRecords, readInTurn } from './fetched-run';
import { beginWhereTold } from './beginnings';
import { encodeFirst } from './encoded-first';
import { endSilentConnections, giveUpSilentBrokers } from './silent-connections';
import { createClusterOf } from './own-requests';
import { askAnyBroker, askInPlaceOfController, connectOnceMore, type BrokerPool } from './any-broker';
import { withSentences } from './broker-sentences';
import { refuseUnfitBrokers, type AskedForVersions } from './broker-versions';
import { tolerantParse } from './leaderless';
import { goOnWithTheRest, keepingAnswers, refusedOffsets } from './partition-errors';
import { produceRequest, type ProduceOrder, type ProduceRequest } from './produce-request';
import { RecordRun } from './record-run';
import { quietRequestQueue } from './request-queue-timer';

/** What the patches were written for, and the package brings along. */
export const EXPECTED_VERSION = '2.2.4';

/** What this package relies on inside of kafkajs; index.ts tells of each. */
export type Part =
  | 'record-encoding'
  | 'record-decoding'
  | 'request-queue'
  | 'answer-bytes'
  | 'metadata'
  | 'beginnings'
  | 'offsets'
  | 'groups'
  | 'commits'
  | 'sentences'
  | 'broker-versions'
  | 'any-broker'
  | 'own-requests';

/** Modules of kafkajs by their path inside of its package. */
export interface Inside {
  /** @throws where there is no such module */
  readonly load: (name: string) => unknown;
  /** Whether somebody has loaded it by now, and so taken over what a patch would replace. */
  readonly isLoaded: (name: string) => boolean;
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
  readonly fits: (load: Inside['load'], isLoaded: Inside['isLoaded']) => boolean;
  readonly patch?: (inside: Inside) => void;
}

/** The versions up to 7 take theirs from it. */
const PRODUCE = 'src/protocol/requests/produce/v3/request';
const PRODUCE_LATER = 'src/protocol/requests/produce/v5/request';
const GROUPING = 'src/producer/groupMessagesPerPartition';
const RECORDS = 'src/protocol/requests/fetch/v4/decodeMessages';
const MESSAGE_SET = 'src/protocol/messageSet/decoder';
const BATCH = 'src/consumer/batch';
const CONSUMER_GROUP = 'src/consumer/consumerGroup';
const RUNNER = 'src/consumer/runner';
/** The later versions of these answers take their parsing from them. */
const FETCH = 'src/protocol/requests/fetch/v0/response';
const OFFSET_COMMIT = 'src/protocol/requests/offsetCommit/v0/response';
const REQUEST_QUEUE = 'src/network/requestQueue';
const CONNECTION = 'src/network/connection';
/** The later versions of this answer take their parsing from it. */
const METADATA = 'src/protocol/requests/metadata/v0/response';
const OFFSET_MANAGER = 'src/consumer/offsetManager';
/** Versions 1 and 2 have each a parsing of their own, which version 3 takes from the second. */
const LIST_OFFSETS = [1, 2].map((version) => `src/protocol/requests/listOffsets/v${version}/response`);
/** The later versions of these two take their parsing from them. */
const OFFSET_FETCH = 'src/protocol/requests/offsetFetch/v2/response';
const DESCRIBE_GROUPS = 'src/protocol/requests/describeGroups/v0/response';
const BROKER = 'src/broker';
const BROKER_POOL = 'src/cluster/brokerPool';
const CLUSTER = 'src/cluster';
/** Likewise. */
const CREATE_TOPICS = 'src/protocol/requests/createTopics/v0/response';
const DESCRIBE_CONFIGS = 'src/protocol/requests/describeConfigs/v0/response';

type Produce = (order: ProduceOrder) => ProduceRequest;
const EMPTY: ProduceOrder = {
  acks: -1,
  timeout: 1,
  compression: 0,
  producerId: -1,
  producerEpoch: 0,
  topicData: [],
};

/** @returns what has the whole of an answer kept where kafkajs makes an error of it */
function kept(part: Part, name: string): Expectation {
  return {
    part,
    fits: (load) => has({ prototype: load(name) }, 'decode', 'parse'),
    patch: ({ load, replace }) => {
      const { decode, parse } = load(name) as {
        decode: unknown;
        parse: Parameters<typeof keepingAnswers>[0];
      };
      replace(name, { decode, parse: keepingAnswers(parse) });
    },
  };
}

/** In this order: what is replaced goes first, since modules take it over as they are loaded. */
const EXPECTATIONS: readonly Expectation[] = [
  {
    part: 'record-encoding',
    fits: (load, isLoaded) => {
      if (isLoaded(PRODUCE_LATER)) return false;
      const group = load(GROUPING) as (options: object) => unknown;
      const run = new RecordRun(3, []);
      const grouped = group({ topic: 't', partitionMetadata: [{}], messages: run, partitioner: () => 0 });
      return (
        isDeepStrictEqual(grouped, { 3: run }) &&
        isDeepStrictEqual(shapeOf((load(PRODUCE) as Produce)(EMPTY)), shapeOf(produceRequest(EMPTY)))
      );
    },
    patch: ({ load, replace }) => {
      const theirs = load(PRODUCE) as Produce;
      replace(PRODUCE, (order: ProduceOrder) => produceRequest(order) ?? theirs(order));
    },
  },
  {
    part: 'record-decoding',
    fits: (load, isLoaded) => {
      if (isLoaded(CONSUMER_GROUP)) return false;
      const Batch = load(BATCH) as new (...args: unknown[]) => { fetchedOffset: unknown };
      const asked = [
        'isEmpty',
        'isEmptyDueToFiltering',
        'firstOffset',
        'lastOffset',
        'offsetLag',
        'offsetLagLow',
      ];
      return (
        new Batch('t', '5', { partition: 0, messages: [] }).fetchedOffset === '5' &&
        has(Batch, ...asked) &&
        has(load(RUNNER), 'handleBatch') &&
        has(load('src/protocol/decoder'), 'readInt32', 'canReadBytes', 'readBytes') &&
        has({ prototype: load(FETCH) }, 'decode', 'parse') &&
        typeof (load('src/protocol/error') as { createErrorFromCode?: unknown }).createErrorFromCode ===
          'function' &&
        [RECORDS, MESSAGE_SET].every((name) => typeof load(name) === 'function')
      );
    },
    patch: ({ load, replace }) => {
      replace(RECORDS, rawRecords);
      replace(MESSAGE_SET, rawRecords);
      replace(BATCH, FetchedRun);
      const { decode } = load(FETCH) as { decode: unknown };
      replace(FETCH, { decode, parse: (answer: unknown) => Promise.resolve(answer) });
      goOnWithTheRest(load(CONSUMER_GROUP) as typeof ConsumerGroup);
      readInTurn(load(RUNNER) as typeof Runner);
    },
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
    part: 'answer-bytes',
    fits: (load) => {
      const Made = load(CONNECTION) as typeof Connection;
      const made = new Made({ logger: { namespace: () => ({}) } });
      const { chunks, bytesBuffered, bytesNeeded, requestQueue } = made;
      return (
        isDeepStrictEqual([chunks, bytesBuffered, bytesNeeded], [[], 0, 4]) &&
        requestQueue.inflight instanceof Map &&
        has(Made, 'connect', 'processData', 'send', 'isConnected')
      );
    },
    patch: ({ load }) => {
      const made = load(CONNECTION) as typeof Connection;
      readWholeAnswers(made);
      endSilentConnections(made);
      encodeFirst(made);
    },
  },
  {
    part: 'metadata',
    fits: (load) => has({ prototype: load(METADATA) }, 'decode', 'parse'),
    patch: ({ load, replace }) => {
      const { decode, parse } = load(METADATA) as MetadataResponse;
      replace(METADATA, { decode, parse: tolerantParse(parse) });
    },
  },
  {
    part: 'beginnings',
    fits: (load) => has(load(OFFSET_MANAGER), 'resolveOffsets', 'committedOffsets'),
    patch: ({ load }) => beginWhereTold(load(OFFSET_MANAGER) as typeof OffsetManager),
  },
  ...LIST_OFFSETS.map((name) => kept('offsets', name)),
  kept('offsets', OFFSET_FETCH),
  kept('groups', DESCRIBE_GROUPS),
  {
    part: 'commits',
    fits: (load) => has({ prototype: load(OFFSET_COMMIT) }, 'decode', 'parse'),
    patch: ({ load, replace }) => {
      const { decode, parse } = load(OFFSET_COMMIT) as {
        decode: unknown;
        parse: Parameters<typeof refusedOffsets>[0];
      };
      replace(OFFSET_COMMIT, { decode, parse: refusedOffsets(parse) });
    },
  },
  ...[CREATE_TOPICS, DESCRIBE_CONFIGS].map((name): Expectation => ({
    part: 'sentences',
    fits: (load) => has({ prototype: load(name) }, 'decode', 'parse'),
    patch: ({ load, replace }) => {
      const { decode, parse } = load(name) as { decode: unknown; parse: Parameters<typeof withSentences>[0] };
      replace(name, { decode, parse: withSentences(parse) });
    },
  })),
  {
    part: 'any-broker',
    fits: (load) =>
      has(load(BROKER_POOL), 'withBroker', 'findBroker', 'findConnectedBroker', 'getNodeIds', 'connect') &&
      has(load(CLUSTER), 'findControllerBroker', 'findBroker', 'getNodeIds'),
    patch: ({ load }) => {
      const { prototype } = load(BROKER_POOL) as { prototype: BrokerPool };
      askAnyBroker(prototype);
      connectOnceMore(prototype);
      askInPlaceOfController((load(CLUSTER) as { prototype: Cluster }).prototype);
    },
  },
  {
    part: 'broker-versions',
    fits: (load) => has(load(BROKER), 'apiVersions', 'connect', 'isConnected'),
    patch: ({ load }) => {
      const { prototype } = load(BROKER) as { prototype: AskedForVersions };
      refuseUnfitBrokers(prototype);
      giveUpSilentBrokers(prototype);
    },
  },
  {
    part: 'own-requests',
    fits: (load) => {
      const { Kafka: Client } = load('index.js') as { Kafka: typeof Kafka };
      return (
        has(load('src/protocol/encoder'), 'writeUVarIntString', 'writeUVarIntArray') &&
        has(load('src/protocol/decoder'), 'readUVarIntString', 'readTaggedFields') &&
        has(
          load(CLUSTER),
          'getNodeIds',
          'findBroker',
          'findGroupCoordinator',
          'findTopicPartitionMetadata',
        ) &&
        has(load(BROKER), 'listOffsets', 'offsetFetch', 'findGroupCoordinator') &&
        has(load(BROKER), 'listGroups', 'describeGroups') &&
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
    if (isFit(() => fits(inside.load, inside.isLoaded))) patch?.(inside);
    else unfit.push(part);
  }
  return { version, unfit };
}

function has(loaded: unknown, ...methods: string[]): boolean {
  const { prototype } = loaded as { prototype: Record<string, unknown> };
  return methods.every((method) => typeof prototype[method] === 'function');
}

function shapeOf(request: ProduceRequest | undefined): unknown[] {
  return [
    request?.apiKey,
    request?.apiVersion,
    request?.apiName,
    request?.expectResponse(),
    typeof request?.encode,
  ];
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
  isLoaded: (name) => load.resolve(`kafkajs/${name}`) in load.cache,
  replace: (name, quicker) => {
    const loaded = load.cache[load.resolve(`kafkajs/${name}`)];
    if (loaded) loaded.exports = quicker;
  },
});
