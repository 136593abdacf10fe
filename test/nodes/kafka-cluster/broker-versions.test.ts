import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import { testConnection } from '../../../nodes/kafka-cluster/connection-test';
import { KafkaError } from '../../../nodes/kafka-cluster/errors';
import { versionProblem } from '../../../nodes/kafka-cluster/patched-kafkajs/broker-versions';
import { Gate } from '../../support/gate';
import { outgoing } from '../../support/outgoing';
import { kafka } from '../../support/services';
import { until } from '../../support/until';
import { collecting } from './consumer/collecting';

type Versions = Record<number, { minVersion: number; maxVersion: number }>;

const upTo = (maxVersion: number) => ({ minVersion: 0, maxVersion });

/** What Kafka 0.10.0 takes, and 0.11.0: Produce, Fetch, ListOffsets, Metadata, OffsetCommit, OffsetFetch. */
const KAFKA_0_10: Versions = { 0: upTo(2), 1: upTo(2), 2: upTo(0), 3: upTo(1), 8: upTo(2), 9: upTo(1) };
const KAFKA_0_11: Versions = { 0: upTo(3), 1: upTo(5), 2: upTo(2), 3: upTo(4), 8: upTo(3), 9: upTo(3) };

interface ApiVersionsResponse {
  decode: (bytes: Buffer) => Promise<{
    apiVersions: { apiKey: number; minVersion: number; maxVersion: number }[];
  }>;
}

describe('kafka-cluster: a broker of another version', function () {
  this.timeout(60_000);

  it('will do from Kafka 0.11 on', () => {
    assert.equal(versionProblem('b:9092', KAFKA_0_11), undefined);
  });

  const UNFIT: [string, Versions, string, object][] = [
    [
      'Kafka 0.10',
      KAFKA_0_10,
      'broker-too-old',
      { broker: 'b:9092', request: 'Produce', offered: 2, needed: 3, since: '0.11' },
    ],
    [
      'one that can write and not read',
      { ...KAFKA_0_11, 1: upTo(3) },
      'broker-too-old',
      { broker: 'b:9092', request: 'Fetch', offered: 3, needed: 4, since: '0.11' },
    ],
    [
      'a controller',
      Object.fromEntries(Object.entries(KAFKA_0_11).filter(([key]) => key !== '0')),
      'request-missing',
      { broker: 'b:9092', request: 'Produce' },
    ],
    [
      'one that has given up what is spoken here',
      { ...KAFKA_0_11, 1: { minVersion: 12, maxVersion: 20 } },
      'broker-too-new',
      { broker: 'b:9092', request: 'Fetch', offered: 12, spoken: 11 },
    ],
  ];
  for (const [title, offered, text, params] of UNFIT) {
    it(`is named with the request that is missing: ${title}`, () => {
      const found = versionProblem('b:9092', offered);
      assert.deepEqual(
        [found?.key, found?.problem, found?.params],
        [`kafka-cluster.errors.${text}`, 'broker-version', params],
      );
    });
  }

  /** @param isOld asked of each broker that tells its versions. @returns what ends it */
  function updating(isOld: () => boolean): () => void {
    // Not imported: it has to be loaded after what is replaced of kafkajs.
    const response = createRequire(__filename)(
      'kafkajs/src/protocol/requests/apiVersions/v2/response',
    ) as ApiVersionsResponse;
    const { decode } = response;
    response.decode = async (bytes) => {
      const answer = await decode(bytes);
      if (!isOld()) return answer;
      const apiVersions = Object.entries(KAFKA_0_10).map(([key, range]) => ({
        apiKey: Number(key),
        ...range,
      }));
      return { ...answer, apiVersions };
    };
    return () => (response.decode = decode);
  }

  function isTold(error: unknown): boolean {
    assert.ok(error instanceof KafkaError, String(error));
    assert.equal(error.key, 'kafka-cluster.errors.broker-too-old', String(error));
    assert.equal(error.params.request, 'Produce');
    return true;
  }

  it('is named though the one that was asked first will do: each is asked for itself', async () => {
    const { brokers } = await kafka();
    const gate = new Gate(brokers);
    const first = await gate.open();
    let asked = 0;
    const updated = updating(() => ++asked > 1);
    const { admin, release } = new KafkaJsCluster(
      { brokers: [first], clientId: 'test' },
      () => undefined,
    ).acquireAdmin();
    try {
      // By the address that it announces: only the first contact goes through the gate.
      await assert.rejects(
        admin.topicNames(),
        (error) => isTold(error) && (error as KafkaError).params.broker === brokers,
      );
    } finally {
      updated();
      release();
      await gate.close();
    }
  });

  it('is told by producer, consumer, questions and connection test, until it is updated', async () => {
    const { brokers } = await kafka();
    let isOld = true;
    const updated = updating(() => isOld);
    const settings = { brokers: [brokers], clientId: 'test' };
    const cluster = new KafkaJsCluster(settings, () => undefined);
    const topic = `versions-${process.pid}`;
    const producer = cluster.createProducer({ acks: 'leader', compression: 'none', createTopics: true });
    const { consumer, seen } = collecting(cluster, topic, topic);
    const { admin, release } = cluster.acquireAdmin();
    try {
      await assert.rejects(admin.topicNames(), isTold);
      await assert.rejects(testConnection(settings, new AbortController().signal), isTold);
      await assert.rejects(producer.partitionFor(topic, null), isTold);
      await until('the consumer to tell', () => consumer.state.state === 'retrying');
      isTold(consumer.state.state === 'retrying' && consumer.state.error);
      isOld = false;
      await until('it to be taken', async () => {
        try {
          const partition = await producer.partitionFor(topic, null);
          return (await producer.send(topic, partition, [outgoing({ value: 'x' })])) !== undefined;
        } catch {
          return false;
        }
      });
      await until('the record', () => seen.includes('x'), 20_000);
    } finally {
      updated();
      release();
      await Promise.all([producer.close(), consumer.close()]);
    }
  });
});
