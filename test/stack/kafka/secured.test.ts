import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { KafkaCluster, type KafkaOptions } from '../../../stack/kafka/cluster';
import type { Secured } from '../../../stack/kafka/secured';
import { freePort } from '../../../stack/process/ports';
import { CommandLines } from '../../support/command-lines';
import { hasBrokers } from '../../support/each-broker';
import { withTempDir } from '../../support/temp-dir';

const SECURED: Secured = {
  user: 'pipeline',
  password: 'no-one-may-see-this-1',
  internal: 'no-one-may-see-this-2',
};
const SECRETS = [SECURED.password, SECURED.internal];

async function withCluster(
  options: KafkaOptions,
  use: (cluster: KafkaCluster) => Promise<void>,
): Promise<void> {
  const cluster = await KafkaCluster.prepare(options);
  try {
    await cluster.start();
    await use(cluster);
  } finally {
    await cluster.stop();
  }
}

function clientAt(brokers: string, more: Partial<KafkaConfig>): Kafka {
  return new Kafka({
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    ...more,
  });
}

function as(password: string): { sasl: SASLOptions } {
  return { sasl: { mechanism: 'scram-sha-512', username: SECURED.user, password } };
}

/** @throws (a rejection) where the cluster lets it in to nothing */
async function topicsSeen(brokers: string, more: Partial<KafkaConfig>): Promise<string[]> {
  const admin = clientAt(brokers, more).admin();
  try {
    await admin.connect();
    return (await admin.listTopics()).filter((name) => !name.startsWith('__'));
  } finally {
    await admin.disconnect();
  }
}

async function write(
  brokers: string,
  values: string[],
  more: Partial<KafkaConfig> = as(SECURED.password),
): Promise<void> {
  const producer = clientAt(brokers, { ...more, retry: { retries: 10 } }).producer({ idempotent: true });
  await producer.connect();
  await producer.send({
    topic: 'Prueba',
    acks: -1,
    messages: values.map((value) => ({ value, partition: 0 })),
  });
  await producer.disconnect();
}

async function count(brokers: string): Promise<number> {
  const admin = clientAt(brokers, { ...as(SECURED.password), retry: { retries: 10 } }).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets('Prueba');
  await admin.disconnect();
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

/** The addresses that a broker listens on, by the names of the listeners. */
function listenersOf(dir: string): Map<string, string> {
  const settings = readFileSync(path.join(dir, 'broker-1', 'server.properties'), 'utf8');
  const [, listeners = ''] = /^listeners=(.*)$/m.exec(settings.replaceAll('\\', '')) ?? [];
  return new Map(listeners.split(',').map((each) => each.split('://') as [string, string]));
}

async function refused(
  brokers: string,
  more: Partial<KafkaConfig>,
  reason: RegExp,
  what: string,
): Promise<void> {
  await assert.rejects(topicsSeen(brokers, more), reason, what);
}

describe('the embedded Kafka with passwords', function () {
  this.timeout(180_000);

  it('lets in who has the password, and nobody else by any of its doors', async () => {
    await withTempDir(async (dir) => {
      const commandLines = new CommandLines();
      const remote = { port: await freePort(), address: '' };
      remote.address = `127.0.0.1:${remote.port}`;
      await withCluster({ dir, secured: SECURED, remote, logs: dir }, async (cluster) => {
        await cluster.ensureTopics([{ topic: 'Prueba' }]);
        const listeners = listenersOf(dir);
        assert.deepEqual([...listeners.keys()], ['SIGN_IN', 'INTERNAL', 'REMOTE', 'CONTROLLER']);
        for (const place of [cluster.bootstrap, remote.address]) {
          assert.deepEqual(await topicsSeen(place, as(SECURED.password)), ['Prueba']);
          await refused(place, {}, /Closed connection|ECONNRESET|socket hang up/, 'without a password');
          await refused(place, as('wrong'), /authentication failed/i, 'with a wrong one');
          const plain: SASLOptions = {
            mechanism: 'plain',
            username: SECURED.user,
            password: SECURED.password,
          };
          await refused(place, { sasl: plain }, /not enabled|not support/i, 'in another way');
        }
        for (const name of ['INTERNAL', 'CONTROLLER']) {
          const place = (listeners.get(name) ?? assert.fail(name)).replace('0.0.0.0', '127.0.0.1');
          await refused(place, {}, /./, `${name} in plain text`);
          await refused(
            place,
            { ssl: { rejectUnauthorized: false } },
            /certificate|Closed|ECONNRESET|socket/i,
            name,
          );
        }
        await write(cluster.bootstrap, ['1', '2']);
      });
      await withCluster({ dir, secured: SECURED, logs: dir }, async (cluster) => {
        assert.equal(await count(cluster.bootstrap), 2, 'also at the next start');
        await refused(
          cluster.bootstrap,
          {},
          /Closed connection|ECONNRESET|socket hang up/,
          'without a password',
        );
      });
      const log = readFileSync(path.join(dir, 'kafka-1.log'), 'utf8');
      const seen = commandLines.stop();
      assert.ok(
        seen.some((line) => line.includes('kafka.admin.ConfigCommand')),
        'the program that makes the user',
      );
      for (const secret of SECRETS) {
        assert.deepEqual(
          seen.filter((line) => line.includes(secret)),
          [],
          'in the arguments of a program',
        );
        assert.equal(log.includes(secret), false, 'in the log');
      }
      assert.deepEqual(openToOthers(dir), []);
    });
  });

  it('takes over the records of one without, gives the user another password, and opens again', async () => {
    await withTempDir(async (dir) => {
      await withCluster({ dir }, async (cluster) => {
        await cluster.ensureTopics([{ topic: 'Prueba' }]);
        await write(cluster.bootstrap, ['1'], {});
      });
      await withCluster({ dir, secured: SECURED }, async (cluster) => {
        assert.equal(await count(cluster.bootstrap), 1);
        await refused(
          cluster.bootstrap,
          {},
          /Closed connection|ECONNRESET|socket hang up/,
          'without a password',
        );
      });
      const renewed = { ...SECURED, password: 'another', internal: 'another-key' };
      await withCluster({ dir, secured: renewed }, async (cluster) => {
        assert.deepEqual(await topicsSeen(cluster.bootstrap, as('another')), ['Prueba']);
        await refused(cluster.bootstrap, as(SECURED.password), /authentication failed/i, 'with the old one');
      });
      await withCluster({ dir }, async (cluster) => {
        assert.deepEqual(await topicsSeen(cluster.bootstrap, {}), ['Prueba']);
      });
    });
  });

  it('is one cluster of three brokers that know each other, and goes on without one of them', async () => {
    await withTempDir(async (dir) => {
      await withCluster({ dir, secured: SECURED, brokers: 3 }, async (cluster) => {
        await cluster.ensureTopics([{ topic: 'Prueba' }]);
        await write(cluster.bootstrap, ['1']);
        cluster.brokers[0]!.kill('SIGKILL');
        await cluster.brokers[0]!.exited;
        await hasBrokers(clientAt(cluster.bootstrap, { ...as(SECURED.password), retry: { retries: 10 } }), 2);
        await write(cluster.bootstrap, ['2']);
        assert.equal(await count(cluster.bootstrap), 2);
        for (const place of cluster.bootstrap.split(',').slice(1))
          await refused(place, {}, /Closed connection|ECONNRESET|socket hang up/, 'without a password');
      });
    });
  });
});

/** Files with something secret that others than their owner may read, whatever the folder above them allows. */
function openToOthers(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(p12|properties)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        (statSync(file).mode & 0o077) !== 0 && SECRETS.some((secret) => readFileSync(file).includes(secret)),
    );
}
