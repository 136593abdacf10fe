import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type { ClusterConsumer } from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { kafka } from '../../../support/services';
import { until } from '../../../support/until';

/** Kafka's codes of what a broker may say of one partition of a fetch. */
const CODES: Record<string, number> = {
  UNKNOWN_SERVER_ERROR: -1,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REPLICA_NOT_AVAILABLE: 9,
  TOPIC_AUTHORIZATION_FAILED: 29,
  KAFKA_STORAGE_ERROR: 56,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  OFFSET_NOT_AVAILABLE: 78,
  UNKNOWN_TOPIC_ID: 100,
};

/** A part of kafkajs: the answer to a fetch, in the version that it and the broker agree on. */
interface FetchResponse {
  decode: (bytes: Buffer) => Promise<{ responses: { topicName: string; partitions: object[] }[] }>;
}

describe('kafka-cluster: a partition for which a broker answers with an error', function () {
  this.timeout(60_000);
  // Not imported: it has to be loaded after what is replaced of it.
  const response = createRequire(__filename)(
    'kafkajs/src/protocol/requests/fetch/v11/response',
  ) as FetchResponse;
  const { decode } = response;
  /** what the broker is made to say of topics */
  const said = new Map<string, number>();
  let brokers: string;
  let producer: Producer;
  const open: ClusterConsumer[] = [];
  /** What is done with each code, all at once: nearly all of it is waiting. */
  const trials = new Map<string, Promise<void>>();

  before(async () => {
    ({ brokers } = await kafka());
    producer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    response.decode = async (bytes) => {
      const answer = await decode(bytes);
      for (const { topicName, partitions } of answer.responses) {
        const errorCode = said.get(topicName);
        if (errorCode !== undefined)
          for (const partition of partitions) Object.assign(partition, { errorCode, messages: undefined });
      }
      return answer;
    };
    for (const [name, code] of Object.entries(CODES)) trials.set(name, trial(code));
    // Each fails in a test of its own.
    void Promise.allSettled(trials.values());
  });
  after(async () => {
    await Promise.all(open.map((consumer) => consumer.close()));
    response.decode = decode;
    await producer.disconnect();
  });

  async function trial(code: number): Promise<void> {
    const [well, ill] = [`well-${randomUUID()}`, `ill-${randomUUID()}`];
    await ensureTopics(brokers, [{ topic: well }, { topic: ill }]);
    const cluster = new KafkaJsCluster({ brokers: [brokers], clientId: 'test' }, () => undefined);
    const seen: string[] = [];
    const missed: string[] = [];
    let assignments = 0;
    let refused: string[] = [];
    const groupId = `group-${randomUUID()}`;
    const consumer = cluster.createConsumer(
      { groupId, topics: [well, ill], from: 'earliest', sessionTimeoutMs: 6_000 },
      {
        assigned: () => void assignments++,
        batch: ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
        skipped: () => undefined,
        located: () => undefined,
        rebalancing: () => undefined,
        missed: ({ topic }) => void missed.push(topic),
        leaderless: () => undefined,
        refused: (places) => void (refused = places.map(({ topic, partition }) => `${topic}/${partition}`)),
        blocked: () => undefined,
        unsubscribed: () => undefined,
      },
    );
    open.push(consumer);
    consumer.start();
    const write = async (topic: string, value: string): Promise<void> => {
      await producer.send({ topic, messages: [{ value }] });
    };
    await write(ill, 'ill 1');
    await write(well, 'well 1');
    await until('both', () => seen.length === 2, 20_000);

    said.set(ill, code);
    await write(ill, 'ill 2');
    for (const value of ['well 2', 'well 3']) {
      await write(well, value);
      await until(value, () => seen.includes(value), 3_000);
    }
    await until('it to be told', () => refused.length > 0, 10_000);
    assert.deepEqual(refused, [`${ill}/0`]);
    said.delete(ill);
    await until('the rest', () => seen.includes('ill 2'), 15_000);
    await until('that to be told', () => refused.length === 0, 5_000);
    assert.deepEqual(seen.slice(2), ['well 2', 'well 3', 'ill 2']);
    assert.equal(assignments, 1);
    assert.deepEqual(missed, []);
  }

  for (const name of Object.keys(CODES))
    it(`waits, the others go on, and it is read on afterwards: ${name}`, () => trials.get(name));
});
