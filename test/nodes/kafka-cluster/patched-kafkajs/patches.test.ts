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
const RECORD = 'src/protocol/recordBatch/record/v0';

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
    const found = examine({ [RECORD]: () => ({ buffer: Buffer.from('another format') }) });
    assert.deepEqual(found.unfit, ['record-encoding']);
    assert.ok(!found.replaced.includes(RECORD));
    assert.equal(checkKafkaJs(found)?.key, 'kafka-cluster.errors.kafkajs-unpatched');
    assert.equal(checkKafkaJs(found)?.params.parts, 'record-encoding');
  });

  it('is seen to be different in each part that is used', () => {
    class Empty {}
    const changes: Record<string, [string, unknown]> = {
      'record-encoding': [RECORD, undefined],
      checksum: ['src/protocol/recordBatch/crc32C', () => 0],
      'answer-bytes': ['src/network/connection', Empty],
      'request-queue': ['src/network/requestQueue', Empty],
      metadata: ['src/protocol/requests/metadata/v0/response', {}],
      offsets: ['src/cluster', Empty],
      sentences: ['src/protocol/requests/createTopics/v0/response', {}],
      'any-broker': ['src/cluster/brokerPool', Empty],
      grouping: ['src/producer/groupMessagesPerPartition', () => []],
      'record-decoding': ['src/consumer/batch', Empty],
      'own-requests': ['index.js', { Kafka: Empty }],
    };
    for (const [part, [name, changed]] of Object.entries(changes)) {
      assert.ok(examine({ [name]: changed }).unfit.includes(part as Part), part);
    }
  });

  it('is refused when a consumer could not tell with it what it has missed', () => {
    const found = examine({ 'src/consumer/batch': undefined });
    assert.throws(() => checkKafkaJs(found), UnfitKafkaJsError);
  });

  it('is told to be another version though it has the same shape', () => {
    const found = examine({ 'package.json': { version: '2.3.0' } });
    assert.deepEqual(found.unfit, []);
    assert.equal(checkKafkaJs(found)?.key, 'kafka-cluster.errors.kafkajs-version');
  });
});
