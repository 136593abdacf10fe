import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { UnfitKafkaJsError, checkKafkaJs } from '../../../../nodes/kafka-cluster/kafkajs-check';
import {
  EXPECTED_VERSION,
  examination,
  patchKafkaJs,
  type Examination,
  type Part,
} from '../../../../nodes/kafka-cluster/patched-kafkajs/patches';

const load = createRequire(__filename);
const PRODUCE = 'src/protocol/requests/produce/v3/request';
const GROUPING = 'src/producer/groupMessagesPerPartition';

/** Some other kafkajs: the real one, of which these modules are different. @returns also what was replaced of it */
function examine(changed: Record<string, unknown>): Examination & { replaced: string[] } {
  const replaced: string[] = [];
  const found = patchKafkaJs({
    load: (name) => {
      if (!(name in changed)) return load(`kafkajs/${name}`) as unknown;
      if (changed[name] === undefined) throw new Error(`Cannot find module ${name}`);
      return changed[name];
    },
    isLoaded: () => false,
    replace: (name) => void replaced.push(name),
  });
  return { ...found, replaced };
}

describe('the kafkajs that was loaded', () => {
  it('is the one that the patches expect', () => {
    assert.deepEqual(examination, { version: EXPECTED_VERSION, unfit: [] });
    assert.equal(checkKafkaJs(), undefined);
  });

  it('stays unpatched where it is of another shape, and a warning says so', () => {
    const metadata = 'src/protocol/requests/metadata/v0/response';
    const found = examine({ [metadata]: {} });
    assert.deepEqual(found.unfit, ['metadata']);
    assert.ok(!found.replaced.includes(metadata));
    assert.equal(checkKafkaJs(found)?.key, 'kafka-cluster.errors.kafkajs-unpatched');
    assert.equal(checkKafkaJs(found)?.params.parts, 'metadata');
  });

  it('is seen to be different in each part that is used', () => {
    class Empty {}
    const changes: Record<string, [string, unknown]> = {
      'answer-bytes': ['src/network/connection', Empty],
      'record-encoding': [PRODUCE, () => ({ apiKey: 0, apiVersion: 9 })],
      'request-queue': ['src/network/requestQueue', Empty],
      metadata: ['src/protocol/requests/metadata/v0/response', {}],
      beginnings: ['src/consumer/offsetManager', Empty],
      offsets: ['src/protocol/requests/offsetFetch/v2/response', {}],
      groups: ['src/protocol/requests/describeGroups/v0/response', {}],
      commits: ['src/protocol/requests/offsetCommit/v0/response', {}],
      sentences: ['src/protocol/requests/createTopics/v0/response', {}],
      'broker-versions': ['src/broker', Empty],
      'any-broker': ['src/cluster/brokerPool', Empty],
      'record-decoding': ['src/consumer/batch', Empty],
      'own-requests': ['index.js', { Kafka: Empty }],
    };
    assert.ok(examine({ [GROUPING]: () => [] }).unfit.includes('record-encoding'));
    for (const version of [1, 2]) {
      const name = `src/protocol/requests/listOffsets/v${version}/response`;
      assert.ok(examine({ [name]: {} }).unfit.includes('offsets'), name);
    }
    for (const [part, [name, changed]] of Object.entries(changes)) {
      assert.ok(examine({ [name]: changed }).unfit.includes(part as Part), part);
    }
  });

  it('is refused when a consumer could not tell with it what it has missed', () => {
    const found = examine({ 'src/consumer/batch': undefined });
    assert.throws(() => checkKafkaJs(found), UnfitKafkaJsError);
  });

  it('is refused when nobody could be asked where partitions begin', () => {
    const found = examine({ 'src/broker': class {} });
    assert.throws(() => checkKafkaJs(found), UnfitKafkaJsError);
  });

  it('is refused when nothing could be written with it', () => {
    const found = examine({ [PRODUCE]: undefined });
    assert.throws(() => checkKafkaJs(found), UnfitKafkaJsError);
  });

  it('is told to be another version though it has the same shape', () => {
    const found = examine({ 'package.json': { version: '2.3.0' } });
    assert.deepEqual(found.unfit, []);
    assert.equal(checkKafkaJs(found)?.key, 'kafka-cluster.errors.kafkajs-version');
  });
});
