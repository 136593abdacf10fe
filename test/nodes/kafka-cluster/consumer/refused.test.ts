import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { readClusterConfig } from '../../../../nodes/kafka-cluster/config';
import type { KafkaError } from '../../../../nodes/kafka-cluster/errors';
import type {
  ClusterConsumer,
  ConsumerOptions,
  RefusedPartition,
} from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { PASSWORD, USERS, type SecuredKafka } from '../../../support/secured-kafka';
import { securedKafka } from '../../../support/services';
import { until } from '../../../support/until';

interface Reading {
  consumer: ClusterConsumer;
  /** "topic: value", in the order in which they came */
  seen: string[];
  /** how often partitions were given out */
  assignments: number;
  /** what can't be read now */
  refused: readonly RefusedPartition[];
}

describe('kafka-cluster: a consumer of several topics, of which one is refused', function () {
  this.timeout(90_000);
  let kafka: SecuredKafka;
  let admin: Admin;
  let cluster: KafkaJsCluster;
  const open: ClusterConsumer[] = [];

  before(async () => {
    kafka = await securedKafka();
    admin = new Kafka({ brokers: [kafka.plain], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const tls = { ca: readFileSync(kafka.certificates.ca) };
    const credentials = { username: USERS.writer, password: PASSWORD };
    cluster = new KafkaJsCluster(
      readClusterConfig({ brokers: kafka.at('SIGNIN'), sasl: 'scram-sha-256' }, credentials, tls),
      () => undefined,
    );
  });
  afterEach(() => Promise.all(open.splice(0).map((consumer) => consumer.close())));
  after(() => admin.disconnect());

  /** Topics of which the user may read none, but knows of all. */
  async function topics(): Promise<{ free: string; shut: string }> {
    const prefix = `shared-${randomUUID()}`;
    await kafka.grant(USERS.writer, 'topic-write', prefix);
    const names = { free: `${prefix}-free`, shut: `${prefix}-shut` };
    await ensureTopics(kafka.plain, [{ topic: names.free }, { topic: names.shut }]);
    return names;
  }

  function read(names: string[], options: Partial<ConsumerOptions> = {}): Reading {
    const groupId = `allowed-group-${randomUUID()}`;
    const reading: Omit<Reading, 'consumer'> = { seen: [], assignments: 0, refused: [] };
    const consumer = cluster.createConsumer(
      { groupId, topics: names, from: 'earliest', sessionTimeoutMs: 6_000, ...options },
      {
        assigned: () => void reading.assignments++,
        batch: ({ topic, records }) =>
          void reading.seen.push(...records.map(({ value }) => `${topic}: ${String(value)}`)),
        skipped: () => undefined,
        located: () => undefined,
        rebalancing: () => undefined,
        missed: () => undefined,
        leaderless: () => undefined,
        blocked: () => undefined,
        refused: (places) => void (reading.refused = places),
        unsubscribed: () => undefined,
      },
    );
    open.push(consumer);
    consumer.start();
    return Object.assign(reading, { consumer });
  }

  async function write(topic: string, value: string): Promise<void> {
    const producer = new Kafka({ brokers: [kafka.plain], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value }] });
    await producer.disconnect();
  }

  const namesOf = ({ refused }: Reading): string[] =>
    refused.map(({ topic, partition, error }) => `${topic}/${partition} ${(error as KafkaError).key}`);

  it('reads the others on, names that one, and reads it once that is allowed', async () => {
    const { free, shut } = await topics();
    await kafka.grant(USERS.writer, 'topic-read', free);
    await write(free, '1');
    await write(shut, '1');
    const reading = read([free, shut]);
    await until('the record of the other', () => reading.seen.length > 0, 20_000);
    await until('it to be told', () => reading.refused.length > 0);
    assert.deepEqual(namesOf(reading), [`${shut}/0 kafka-cluster.errors.topic-unreadable`]);
    for (const value of ['2', '3']) {
      await write(free, value);
      await until(value, () => reading.seen.includes(`${free}: ${value}`));
    }
    assert.deepEqual(reading.seen, [`${free}: 1`, `${free}: 2`, `${free}: 3`]);
    assert.equal(reading.assignments, 1);
    await kafka.grant(USERS.writer, 'topic-read', shut);
    await until('its record', () => reading.seen.includes(`${shut}: 1`), 20_000);
    await until('it to be over', () => reading.refused.length === 0);
    assert.equal(reading.assignments, 1);
  });

  it('begins at the end of the others where that is asked for', async () => {
    const { free, shut } = await topics();
    await kafka.grant(USERS.writer, 'topic-read', free);
    await write(free, 'before');
    await write(shut, 'before');
    const reading = read([free, shut], { from: 'latest' });
    await until('it to be told', () => reading.refused.length > 0, 20_000);
    await write(free, 'after');
    await write(shut, 'after');
    await until('the record of the other', () => reading.seen.length > 0);
    await kafka.grant(USERS.writer, 'topic-read', shut);
    await until('its record', () => reading.seen.length > 1, 20_000);
    assert.deepEqual(reading.seen, [`${free}: after`, `${shut}: after`]);
  });

  it('commits the others', async () => {
    const { free, shut } = await topics();
    await kafka.grant(USERS.writer, 'topic-read', free);
    await write(free, '1');
    const groupId = `allowed-group-${randomUUID()}`;
    const reading = read([free, shut], { groupId });
    await until('the record', () => reading.seen.length > 0, 20_000);
    const offsets = [free, shut].map((topic) => ({
      topic,
      partition: 0,
      offset: topic === free ? '1' : '0',
    }));
    const refused = await reading.consumer.commit(offsets);
    assert.deepEqual(
      refused.map(({ topic, partition }) => ({ topic, partition })),
      [{ topic: shut, partition: 0 }],
    );
    const committed = await admin.fetchOffsets({ groupId, topics: [free, shut] });
    assert.deepEqual(
      committed.map(({ partitions }) => partitions[0]?.offset),
      ['1', '-1'],
    );
  });
});
