import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { KafkaClient, type ClusterSettings } from '../../../nodes/kafka-cluster/client';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import { readClusterConfig } from '../../../nodes/kafka-cluster/config';
import { protocolErrorType } from '../../../nodes/kafka-cluster/errors';
import { clusterOf, createAdmin, errorOf, wholeAnswer } from '../../../nodes/kafka-cluster/patched-kafkajs';
import type { ClusterConsumer } from '../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { PASSWORD, USERS, type SecuredKafka } from '../../support/secured-kafka';
import { securedKafka } from '../../support/services';
import { until } from '../../support/until';
import { collecting } from './consumer/collecting';

const FORBIDDEN = 'TOPIC_AUTHORIZATION_FAILED';
const UNKNOWN = 'UNKNOWN_TOPIC_OR_PARTITION';

describe('kafka-cluster: topics that a user may not see', function () {
  this.timeout(90_000);
  let kafka: SecuredKafka;
  let settings: ClusterSettings;
  let plain: Admin;
  const open: ClusterConsumer[] = [];

  before(async () => {
    kafka = await securedKafka();
    plain = new Kafka({ brokers: [kafka.plain], logLevel: logLevel.NOTHING }).admin();
    await plain.connect();
    settings = readClusterConfig(
      { brokers: kafka.at('SIGNIN'), sasl: 'scram-sha-256' },
      { username: USERS.writer, password: PASSWORD },
      { ca: readFileSync(kafka.certificates.ca) },
    );
  });
  afterEach(() => Promise.all(open.splice(0).map((consumer) => consumer.close())));
  after(() => plain.disconnect());

  /** @returns Kafka's name of what a broker answers to those who ask for a topic's metadata and for its end */
  async function answers(admin: Admin, topic: string): Promise<(string | undefined)[]> {
    const told: (string | undefined)[] = [];
    try {
      await admin.fetchTopicMetadata({ topics: [topic] });
      told.push(undefined);
    } catch (error) {
      told.push(protocolErrorType(error));
    }
    const cluster = clusterOf(admin) ?? assert.fail();
    const broker = await cluster.findBroker({ nodeId: cluster.getNodeIds()[0] ?? assert.fail() });
    const partitions = [{ partition: 0, timestamp: -1 }];
    const { responses } = await wholeAnswer(broker.listOffsets({ topics: [{ topic, partitions }] }));
    const code = responses[0]?.partitions[0]?.errorCode ?? assert.fail();
    return [...told, code === 0 ? undefined : protocolErrorType(errorOf(code))];
  }

  it('are answered for by a broker as topics that are not there, and told apart from those that he may see', async () => {
    const [seen, unseen] = [`seen-${randomUUID()}`, `unseen-${randomUUID()}`];
    await kafka.grant(USERS.writer, 'topic-write', seen);
    await ensureTopics(kafka.plain, [{ topic: `${seen}-there` }, { topic: `${unseen}-there` }]);
    const client = new KafkaClient(settings, 0, () => undefined);
    const admin = createAdmin(client.kafka);
    try {
      await admin.connect();
      await until('the topic', async () => (await admin.listTopics()).includes(`${seen}-there`));
      assert.deepEqual(await answers(admin, `${seen}-there`), [undefined, undefined]);
      assert.deepEqual(await answers(admin, `${seen}-not-there`), [UNKNOWN, UNKNOWN]);
      assert.deepEqual(await answers(admin, `${unseen}-there`), [FORBIDDEN, FORBIDDEN]);
      assert.deepEqual(await answers(admin, `${unseen}-not-there`), [FORBIDDEN, FORBIDDEN]);
      assert.ok(!(await admin.listTopics()).includes(`${unseen}-there`));
    } finally {
      client.retire();
    }
  });

  it('are called neither missing nor forbidden when the right is taken away from a consumer that reads them', async () => {
    const prefix = `taken-${randomUUID()}`;
    const [free, shut] = [`${prefix}-free`, `${prefix}-shut`];
    await ensureTopics(kafka.plain, [{ topic: free }, { topic: shut }]);
    for (const topic of [free, shut]) await kafka.grant(USERS.writer, 'topic-read', topic);
    const producer = new Kafka({ brokers: [kafka.plain], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const write = (topic: string, value: string) => producer.send({ topic, messages: [{ value }] });
    const { consumer, seen } = collecting(
      new KafkaJsCluster(settings, () => undefined),
      [free, shut, `${prefix}-none`],
      `allowed-group-${randomUUID()}`,
    );
    open.push(consumer);
    try {
      await write(free, 'free 1');
      await write(shut, 'shut 1');
      await until('both', () => seen.length === 2, 30_000);
      assert.deepEqual(consumer.unseenTopics, [`${prefix}-none`]);

      await kafka.revoke(USERS.writer, 'topic-read', shut);
      await until('it to be unseen', () => consumer.unseenTopics.includes(shut), 30_000);
      await write(shut, 'shut 2');
      assert.deepEqual([consumer.missingTopics, consumer.unseenTopics], [[], [shut, `${prefix}-none`]]);
      await write(free, 'free 2');
      await until('the other to go on', () => seen.includes('free 2'), 30_000);
      assert.ok(!seen.includes('shut 2'));

      await kafka.grant(USERS.writer, 'topic-read', shut);
      await until('the rest', () => seen.includes('shut 2'), 30_000);
      assert.ok(!consumer.unseenTopics.includes(shut));
    } finally {
      await producer.disconnect();
    }
  });
});
