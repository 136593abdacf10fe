import assert from 'node:assert/strict';
import net from 'node:net';
import os from 'node:os';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import { readClusterConfig } from '../../../nodes/kafka-cluster/config';
import { testConnection } from '../../../nodes/kafka-cluster/connection-test';
import { KafkaError } from '../../../nodes/kafka-cluster/errors';
import { KafkaCluster } from '../../../stack/kafka/cluster';
import { freePort } from '../../../stack/process/ports';
import { outgoing } from '../../support/outgoing';
import { withTempDir } from '../../support/temp-dir';
import { until } from '../../support/until';
import { collecting } from './consumer/collecting';
import { skip } from '../../support/skip';

/** A broker that sends its clients on to another address. @param address of the port */
async function withBroker(
  address: (port: number) => string,
  use: (port: number, servers: KafkaCluster) => Promise<void>,
): Promise<void> {
  await withTempDir(async (dir) => {
    const port = await freePort();
    const servers = await KafkaCluster.prepare({ dir, remote: { port, address: address(port) } });
    await servers.start();
    try {
      await use(port, servers);
    } finally {
      await servers.stop();
    }
  });
}

/** Brokers of the tests listen at IPv4 addresses alone. */
function forward(from: number, to: number): net.Server {
  return net
    .createServer((socket) => {
      const onward = net.connect(to, '127.0.0.1');
      for (const end of [socket, onward]) end.on('error', () => [socket, onward].forEach((s) => s.destroy()));
      socket.pipe(onward).pipe(socket);
    })
    .listen(from, '::1');
}

function connect(brokers: string): KafkaJsCluster {
  return new KafkaJsCluster(readClusterConfig({ brokers }, {}), () => undefined);
}

async function rejection(promise: Promise<unknown>): Promise<KafkaError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof KafkaError) return error;
    throw error;
  }
  return assert.fail('expected a rejection');
}

describe('kafka-cluster: a broker that sends its clients on', function () {
  this.timeout(90_000);

  it('to a name that nobody knows here is told by that name, to nodes and to the connection test', async () => {
    await withBroker(
      () => 'kafka-internal.invalid:9092',
      async (port) => {
        const brokers = `127.0.0.1:${port}`;
        const cluster = connect(brokers);
        const { admin, release } = cluster.acquireAdmin();
        const told = [
          await rejection(admin.topicNames()),
          await rejection(testConnection(readClusterConfig({ brokers }, {}), new AbortController().signal)),
        ];
        for (const { key, params, problem } of told) {
          assert.equal(key, 'kafka-cluster.errors.announced-unknown');
          assert.equal(params.brokers, brokers);
          assert.equal(params.announced, 'kafka-internal.invalid:9092');
          assert.match(String(params.reason), /ENOTFOUND|EAI_AGAIN/);
          assert.equal(problem, 'unreachable');
        }
        release();
      },
    );
  });

  it('to an IPv6 address is written to and read, also where the address itself is one', async function () {
    if (!Object.values(os.networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1')))
      skip(this, 'this machine has no IPv6 loopback');
    const outer = await freePort();
    await withBroker(
      () => `[::1]:${outer}`,
      async (port, servers) => {
        const forwarder = forward(outer, port);
        await servers.ensureTopics([{ topic: 'Prueba' }]);
        const cluster = connect(`[::1]:${outer}`);
        const producer = cluster.createProducer({ acks: 'all', compression: 'none', createTopics: false });
        const { consumer, seen } = collecting(cluster, 'Prueba');
        await producer.send('Prueba', 0, [outgoing({ value: 'x' })]);
        await until('the record', () => seen.length === 1, 20_000);
        await Promise.all([producer.close(), consumer.close()]);
        forwarder.close();
      },
    );
  });
});
