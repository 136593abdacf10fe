import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type { ClusterConsumer, ConsumerOptions } from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { kafka } from '../../../support/services';
import { until } from '../../../support/until';

/** Kafka's codes of what a broker may say of one partition whose committed offset, or whose bounds, it is asked for. */
const CODES: Record<string, Record<string, number>> = {
  'offsetFetch/v4': {
    UNKNOWN_SERVER_ERROR: -1,
    UNKNOWN_TOPIC_OR_PARTITION: 3,
    LEADER_NOT_AVAILABLE: 5,
    REQUEST_TIMED_OUT: 7,
    COORDINATOR_LOAD_IN_PROGRESS: 14,
    COORDINATOR_NOT_AVAILABLE: 15,
    NOT_COORDINATOR: 16,
    ILLEGAL_GENERATION: 22,
    UNKNOWN_MEMBER_ID: 25,
    TOPIC_AUTHORIZATION_FAILED: 29,
    GROUP_AUTHORIZATION_FAILED: 30,
    KAFKA_STORAGE_ERROR: 56,
    UNSTABLE_OFFSET_COMMIT: 88,
    UNKNOWN_TOPIC_ID: 100,
  },
  'listOffsets/v3': {
    UNKNOWN_SERVER_ERROR: -1,
    UNKNOWN_TOPIC_OR_PARTITION: 3,
    LEADER_NOT_AVAILABLE: 5,
    NOT_LEADER_OR_FOLLOWER: 6,
    REPLICA_NOT_AVAILABLE: 9,
    TOPIC_AUTHORIZATION_FAILED: 29,
    UNSUPPORTED_FOR_MESSAGE_FORMAT: 43,
    KAFKA_STORAGE_ERROR: 56,
    FENCED_LEADER_EPOCH: 74,
    UNKNOWN_LEADER_EPOCH: 75,
    OFFSET_NOT_AVAILABLE: 78,
    UNKNOWN_TOPIC_ID: 100,
  },
};

interface Answer {
  responses: { topic: string; partitions: { partition: number }[] }[];
}

/** A part of kafkajs: an answer, in the version that it and the broker agree on. */
interface Response {
  decode: (bytes: Buffer) => Promise<Answer>;
}

interface Reading {
  consumer: ClusterConsumer;
  seen: string[];
  missed: string[];
  refused: string[];
  assignments: number;
}

describe('kafka-cluster: a partition of which a broker does not tell', function () {
  this.timeout(120_000);
  const load = createRequire(__filename);
  /** by request, topic and partition: what the broker is made to say */
  const said = new Map<string, number>();
  const real = new Map<Response, Response['decode']>();
  let brokers: string;
  let producer: Producer;
  let admin: Admin;
  const open: ClusterConsumer[] = [];

  before(async () => {
    ({ brokers } = await kafka());
    const client = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
    producer = client.producer();
    admin = client.admin();
    await Promise.all([producer.connect(), admin.connect()]);
    // Not imported: they have to be loaded after what is replaced of them.
    for (const request of Object.keys(CODES)) {
      const response = load(`kafkajs/src/protocol/requests/${request}/response`) as Response;
      const { decode } = response;
      real.set(response, decode);
      response.decode = async (bytes) => {
        const answer = await decode(bytes);
        for (const { topic, partitions } of answer.responses)
          for (const partition of partitions) {
            const errorCode = said.get(`${request} ${topic}/${partition.partition}`);
            if (errorCode !== undefined) Object.assign(partition, { errorCode, offset: '-1' });
          }
        return answer;
      };
    }
  });
  afterEach(() => Promise.all(open.splice(0).map((consumer) => consumer.close())));
  after(async () => {
    for (const [response, decode] of real) response.decode = decode;
    await Promise.all([producer.disconnect(), admin.disconnect()]);
  });

  function read(options: Pick<ConsumerOptions, 'groupId' | 'topics' | 'from'>): Reading {
    const cluster = new KafkaJsCluster({ brokers: [brokers], clientId: 'test' }, () => undefined);
    const reading: Omit<Reading, 'consumer'> = { seen: [], missed: [], refused: [], assignments: 0 };
    const consumer = cluster.createConsumer(
      { sessionTimeoutMs: 6_000, ...options },
      {
        assigned: () => void reading.assignments++,
        batch: ({ records }) => void reading.seen.push(...records.map(({ value }) => String(value))),
        skipped: () => undefined,
        located: () => undefined,
        rebalancing: () => undefined,
        missed: ({ topic }) => void reading.missed.push(topic),
        leaderless: () => undefined,
        refused: (places) =>
          void (reading.refused = places.map(({ topic, partition }) => `${topic}/${partition}`)),
        blocked: () => undefined,
        unsubscribed: () => undefined,
      },
    );
    open.push(consumer);
    consumer.start();
    return Object.assign(reading, { consumer });
  }

  async function write(topic: string, partition: number, ...values: string[]): Promise<void> {
    await producer.send({ topic, messages: values.map((value) => ({ partition, value })) });
  }

  async function topicOf(partitions: number): Promise<string> {
    const topic = `untold-${randomUUID()}`;
    await ensureTopics(brokers, [{ topic, partitions }]);
    return topic;
  }

  /** One of two partitions is refused; the group has committed both, behind their first record. */
  async function trial(request: string, code: number): Promise<void> {
    const topic = await topicOf(2);
    const groupId = `group-${randomUUID()}`;
    for (const partition of [0, 1]) await write(topic, partition, `old ${partition}`, `new ${partition}`);
    const partitions = [0, 1].map((partition) => ({ partition, offset: '1' }));
    await admin.setOffsets({ groupId, topic, partitions });
    said.set(`${request} ${topic}/1`, code);
    const reading = read({ groupId, topics: [topic], from: 'earliest' });
    await until('the other to be begun', () => reading.seen.length > 0, 30_000);
    await until('it to be told', () => reading.refused.length > 0, 15_000);
    assert.deepEqual(reading.refused, [`${topic}/1`]);
    await write(topic, 0, 'newer 0');
    await write(topic, 1, 'newer 1');
    await until('the other to go on', () => reading.seen.includes('newer 0'), 5_000);
    said.delete(`${request} ${topic}/1`);
    await until('the rest', () => reading.seen.includes('newer 1'), 20_000);
    await until('that to be told', () => reading.refused.length === 0, 5_000);
    assert.deepEqual(reading.seen, ['new 0', 'newer 0', 'new 1', 'newer 1']);
    assert.equal(reading.assignments, 1);
    assert.deepEqual(reading.missed, []);
  }

  for (const [request, codes] of Object.entries(CODES)) {
    describe(`in its answer to ${request}`, () => {
      /** What is done with each code, all at once: nearly all of it is waiting. */
      const trials = new Map<string, Promise<void>>();

      before(() => {
        for (const [name, code] of Object.entries(codes)) trials.set(name, trial(request, code));
        // Each fails in a test of its own.
        void Promise.allSettled(trials.values());
      });

      // Not one by one, which would end those that have not.
      it('waits, the others are begun and go on, and it is begun where the group is', async () => {
        const results = await Promise.allSettled(trials.values());
        const names = [...trials.keys()];
        const failed = results.flatMap((result, index) =>
          result.status === 'rejected' ? [`${names[index]}: ${String(result.reason)}`] : [],
        );
        assert.deepEqual(failed, []);
      });
    });
  }

  it('is not begun at its end where the group may have committed something in it', async () => {
    const topic = await topicOf(1);
    const groupId = `group-${randomUUID()}`;
    await write(topic, 0, 'old', 'new');
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] });
    said.set(`offsetFetch/v4 ${topic}/0`, 29);
    const reading = read({ groupId, topics: [topic], from: 'latest' });
    await until('it to be told', () => reading.refused.length > 0, 30_000);
    said.delete(`offsetFetch/v4 ${topic}/0`);
    await until('the record', () => reading.seen.length > 0, 20_000);
    assert.deepEqual(reading.seen, ['new']);
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    assert.deepEqual(
      found?.partitions.map(({ offset }) => offset),
      ['1'],
    );
  });

  it('is begun where its end was at the start, where the group turns out to have committed nothing', async () => {
    const topic = await topicOf(2);
    const groupId = `group-${randomUUID()}`;
    for (const partition of [0, 1]) await write(topic, partition, `old ${partition}`);
    said.set(`offsetFetch/v4 ${topic}/1`, 29);
    const reading = read({ groupId, topics: [topic], from: 'latest' });
    await until('it to be told', () => reading.refused.length === 2, 30_000);
    for (const partition of [0, 1]) await write(topic, partition, `new ${partition}`);
    said.delete(`offsetFetch/v4 ${topic}/1`);
    await until('the records', () => reading.seen.length === 2, 20_000);
    assert.deepEqual(reading.seen.sort(), ['new 0', 'new 1']);
  });

  it('can be sought in once its bounds are told, and not before', async () => {
    const topic = await topicOf(1);
    await write(topic, 0, 'a', 'b');
    const reading = read({ groupId: `group-${randomUUID()}`, topics: [topic], from: 'earliest' });
    await until('both', () => reading.seen.length === 2, 30_000);
    const place = { topic, partition: 0 };
    said.set(`listOffsets/v3 ${topic}/0`, 56);
    await assert.rejects(reading.consumer.seek(place, { time: Date.now() - 60_000 }), /disk|storage/i);
    said.delete(`listOffsets/v3 ${topic}/0`);
    assert.equal(await reading.consumer.seek(place, { time: Date.now() + 60_000 }), '2');
  });
});
