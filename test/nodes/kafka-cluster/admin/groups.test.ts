import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { readClusterConfig } from '../../../../nodes/kafka-cluster/config';
import type { GroupDescription } from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { PASSWORD, USERS } from '../../../support/secured-kafka';
import { kafka, securedKafka } from '../../../support/services';
import { until } from '../../../support/until';

/** Kafka's codes of what a broker may say of one group that it is asked to describe. */
const CODES: Record<string, number> = {
  UNKNOWN_SERVER_ERROR: -1,
  REQUEST_TIMED_OUT: 7,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_GROUP_ID: 24,
  GROUP_AUTHORIZATION_FAILED: 30,
  CLUSTER_AUTHORIZATION_FAILED: 31,
  KAFKA_STORAGE_ERROR: 56,
  GROUP_ID_NOT_FOUND: 69,
  UNSUPPORTED_VERSION: 35,
};

/** A part of kafkajs: the answer about groups, in the version that it and the broker agree on. */
interface DescribeResponse {
  decode: (bytes: Buffer) => Promise<{ groups: { groupId: string; errorCode: number }[] }>;
}

describe('kafka-cluster: a group that a broker does not describe', function () {
  this.timeout(90_000);

  async function groupsOf(cluster: KafkaJsCluster): Promise<GroupDescription[]> {
    const { admin, release } = cluster.acquireAdmin();
    try {
      return await admin.groups();
    } finally {
      release();
    }
  }

  /** Two groups that have committed something. */
  async function twoGroups(brokers: string): Promise<[string, string]> {
    const topic = `groups-${randomUUID()}`;
    await ensureTopics(brokers, [{ topic }]);
    const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const ids: [string, string] = [`a-${randomUUID()}`, `b-${randomUUID()}`];
    for (const groupId of ids)
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '0' }] });
    await admin.disconnect();
    return ids;
  }

  it('says why, and the others are described, whatever the reason', async () => {
    const { brokers } = await kafka();
    const [told, untold] = await twoGroups(brokers);
    const cluster = new KafkaJsCluster({ brokers: [brokers], clientId: 'test' }, () => undefined);
    // Not imported: it has to be loaded after what is replaced of it.
    const response = createRequire(__filename)(
      'kafkajs/src/protocol/requests/describeGroups/v2/response',
    ) as DescribeResponse;
    const { decode } = response;
    let said = 0;
    response.decode = async (bytes) => {
      const answer = await decode(bytes);
      for (const group of answer.groups) if (group.groupId === untold) group.errorCode = said;
      return answer;
    };
    try {
      for (const [name, code] of Object.entries(CODES)) {
        said = code;
        const found = await groupsOf(cluster);
        const of = (id: string) => found.find(({ groupId }) => groupId === id);
        assert.deepEqual(of(told), { groupId: told, state: 'Empty', members: [] }, name);
        assert.ok(of(untold)?.error?.message, name);
      }
      said = 0;
      assert.equal((await groupsOf(cluster)).find(({ groupId }) => groupId === untold)?.state, 'Empty');
    } finally {
      response.decode = decode;
    }
  });

  it('is named with the right that is missing, by a broker that gives none to it', async () => {
    const secured = await securedKafka();
    const [told, untold] = await twoGroups(secured.plain);
    await secured.grant(USERS.reader, 'cluster-describe', '');
    await secured.grant(USERS.reader, 'group-describe', told);
    const cluster = new KafkaJsCluster(
      readClusterConfig(
        { brokers: secured.at('SIGNIN'), sasl: 'scram-sha-256' },
        { username: USERS.reader, password: PASSWORD },
        { ca: readFileSync(secured.certificates.ca) },
      ),
      () => undefined,
    );
    try {
      await until('the right', async () =>
        (await groupsOf(cluster)).some(({ groupId, state }) => groupId === told && state === 'Empty'),
      );
      const found = await groupsOf(cluster);
      assert.match(
        String(found.find(({ groupId }) => groupId === untold)?.error?.message),
        /group.*authori[sz]|authori[sz].*group/i,
      );
    } finally {
      await secured.revoke(USERS.reader, 'cluster-describe', '');
      await secured.revoke(USERS.reader, 'group-describe', told);
    }
  });
});
