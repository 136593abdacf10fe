import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { readClusterConfig } from '../../../../nodes/kafka-cluster/config';
import type { Acks } from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { outgoing } from '../../../support/outgoing';
import { PASSWORD, USERS, type SecuredKafka } from '../../../support/secured-kafka';
import { securedKafka } from '../../../support/services';

const PARTITIONS = 6;
/** The broker lets a sign-in hold for 12 s; it is renewed 5 s before that: three times. */
const LASTS_MS = 24_000;

describe('kafka-cluster: a producer whose sign-in runs out under load', function () {
  this.timeout(90_000);
  let kafka: SecuredKafka;

  before(async () => {
    kafka = await securedKafka();
  });

  for (const acks of ['all', 'leader'] as Acks[]) {
    it(`signs in anew between two batches, and loses, doubles and refuses none: acknowledged by ${acks}`, async () => {
      const topic = `allowed-${randomUUID()}`;
      await ensureTopics(kafka.plain, [{ topic, partitions: PARTITIONS }]);
      const lines: string[] = [];
      const cluster = new KafkaJsCluster(
        readClusterConfig(
          { brokers: kafka.at('SIGNIN'), sasl: 'scram-sha-256' },
          { username: USERS.operator, password: PASSWORD },
          { ca: readFileSync(kafka.certificates.ca) },
        ),
        (line) => lines.push(line),
      );
      const producer = cluster.createProducer({ acks, compression: 'gzip', createTopics: false });
      const value = randomBytes(40_000).toString('hex');
      const until = Date.now() + LASTS_MS;
      const write = async (partition: number): Promise<number> => {
        let written = 0;
        for (; Date.now() < until; written++) await producer.send(topic, partition, [outgoing({ value })]);
        return written;
      };
      const written = await Promise.all(Array.from({ length: PARTITIONS }, (_, i) => write(i)));
      await producer.close();
      assert.deepEqual(
        lines.filter((line) => /closed connection|failed to send/i.test(line)),
        [],
      );
      const admin = new Kafka({ brokers: [kafka.plain], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const ends = await admin.fetchTopicOffsets(topic);
      await admin.disconnect();
      const counted = ends.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
      assert.deepEqual(counted, written);
    });
  }
});
