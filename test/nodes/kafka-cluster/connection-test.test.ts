import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readClusterConfig } from '../../../nodes/kafka-cluster/config';
import { testConnection } from '../../../nodes/kafka-cluster/connection-test';
import { UserError } from '../../../nodes/shared/user-error';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { PASSWORD, USERS, type SecuredKafka } from '../../support/secured-kafka';
import { securedKafka } from '../../support/services';

describe('kafka-cluster: a test of the connection to a Kafka with passwords and access rights', function () {
  this.timeout(90_000);
  let kafka: SecuredKafka;
  let topic: string;

  before(async () => {
    kafka = await securedKafka();
    topic = `allowed-${randomUUID()}`;
    await ensureTopics(kafka.plain, [{ topic }]);
  });

  /** What it found, in short: "good cluster", or "error sign-in-refused". */
  async function found(username: string, password = PASSWORD): Promise<string[]> {
    const config = { brokers: kafka.at('SIGNIN'), sasl: 'scram-sha-512' };
    const tls = { ca: readFileSync(kafka.certificates.ca) };
    const nameOf = (key: string): string => key.slice(key.lastIndexOf('.') + 1);
    try {
      const settings = readClusterConfig(config, { username, password }, tls);
      const findings = await testConnection(settings, new AbortController().signal);
      return findings.map(({ level, key }) => `${level} ${nameOf(key)}`);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      assert.ok(!JSON.stringify(error).includes(password));
      return [`error ${nameOf(error.key)}`];
    }
  }

  it('says what each user may do', async () => {
    const THERE = ['good cluster', 'good brokers'];
    // Its right to make topics is for some names only, which the one that is asked for is not among.
    assert.deepEqual(await found(USERS.operator), [
      ...THERE,
      'good topics',
      'good write',
      'warning no-create',
    ]);
    assert.deepEqual(await found(USERS.reader), [
      ...THERE,
      'good topics',
      'warning no-write',
      'warning no-create',
    ]);
    assert.deepEqual(await found(USERS.stranger), [
      ...THERE,
      'warning no-topics',
      'warning no-write',
      'warning no-create',
    ]);
  });

  it('says of a wrong password that it is wrong', async () => {
    assert.deepEqual(await found(USERS.operator, 'wrong'), ['error sign-in-refused']);
  });
});
