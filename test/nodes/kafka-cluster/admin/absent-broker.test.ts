import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type { ClusterAdmin, SilentBroker } from '../../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../../stack/kafka/cluster';
import { freePort } from '../../../../stack/process/ports';
import { outgoing } from '../../../support/outgoing';
import { kafka } from '../../../support/services';
import { ABSENT, PREFIX, hearOf } from '../one-more-broker';

interface Absent {
  port: number;
  close: () => void;
}

async function silentServer(): Promise<Absent> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => void sockets.add(socket.on('error', () => socket.destroy())));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as net.AddressInfo).port, close };
}

/** As behind a firewall: nobody says that there is none. */
async function noServer(): Promise<Absent> {
  const port = await freePort();
  const { connect } = net;
  const toNobody = (options: net.TcpNetConnectOpts, onConnect: () => void): net.Socket =>
    options.port === port ? new net.Socket() : connect(options, onConnect);
  Object.assign(net, { connect: toNobody });
  return { port, close: () => Object.assign(net, { connect }) };
}

describe('kafka-cluster: one broker of several that can not be asked', function () {
  this.timeout(60_000);

  const WAYS: [string, RegExp, () => Promise<Absent>][] = [
    ['refuses connections', /ECONNREFUSED/, async () => ({ port: await freePort(), close: () => undefined })],
    ['is behind a firewall', /timeout|no answer/, noServer],
    ['says nothing', /no answer/, silentServer],
  ];
  for (const [which, reason, prepare] of WAYS) {
    describe(`since it ${which}`, () => {
      let absent: Absent;
      let topic: string;
      /** without a partition of the absent one */
      let whole: string;
      let group: string;
      let admin: ClusterAdmin;
      let end: () => void;

      before(async () => {
        const { brokers } = await kafka();
        topic = `${PREFIX}${randomUUID()}`;
        group = `told-${randomUUID()}`;
        whole = `whole-${randomUUID()}`;
        await ensureTopics(brokers, [{ topic, partitions: 2 }, { topic: whole }]);
        const setUp = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
        await setUp.connect();
        await setUp.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '1' }] });
        await setUp.disconnect();
        const cluster = connect(brokers);
        const producer = cluster.createProducer({ acks: 'all', compression: 'none', createTopics: false });
        for (const name of [topic, whole]) await producer.send(name, 0, [outgoing({ value: 'x' })]);
        await producer.close();
        absent = await prepare();
        const hear = hearOf(absent.port);
        const lease = cluster.acquireAdmin();
        ({ admin } = lease);
        end = () => {
          lease.release();
          hear.end();
          absent.close();
        };
      });
      after(() => end());

      it('hides no group of the others', async () => {
        const silent: SilentBroker[] = [];
        const groups = await admin.groups((broker) => silent.push(broker));
        assert.equal(groups.find(({ groupId }) => groupId === group)?.state, 'Empty');
        assert.deepEqual(
          silent.map(({ broker }) => broker),
          [ABSENT],
        );
        assert.match(String(silent[0]?.error.message), reason);
      });

      it('hides no offset of the others', async () => {
        const [described] = await admin.describeTopics([topic]);
        assert.deepEqual(
          described?.partitions.map(({ leader, nextOffset }) => [leader, nextOffset]),
          [
            [1, '1'],
            [ABSENT, '-1'],
          ],
        );
        assert.match(String(described?.partitions[1]?.error?.message), reason);
        assert.deepEqual([...(await admin.offsetsAt(topic, 0))], [[0, '0']]);
      });

      it('hides neither size nor newest record of topics that the others have', async () => {
        const silent: SilentBroker[] = [];
        const described = await admin.describeTopics([topic, whole]);
        // By a client of its own: the other one is still about to give up the question before.
        const { admin: another, release } = connect((await kafka()).brokers).acquireAdmin();
        const extents = await another.topicExtents(described, (broker) => silent.push(broker));
        release();
        assert.ok(Number(extents.get(whole)?.bytes) > 0, 'a size');
        assert.ok(Number(extents.get(whole)?.newest) > 0, 'a time');
        assert.equal(
          extents.get(topic)?.newest,
          undefined,
          'of a part of the partitions it would be none of the topic',
        );
        assert.deepEqual(
          silent.map(({ broker }) => broker),
          [ABSENT],
        );
        assert.match(String(silent[0]?.error.message), reason);
      });

      it('is not asked first for what any other can tell', async () => {
        // Several times: whom to ask is a matter of chance.
        for (let i = 0; i < 8; i++) assert.equal((await admin.committedOffsets(group, topic)).get(0), '1');
      });
    });
  }
});

function connect(brokers: string): KafkaJsCluster {
  const timeouts = { connectionMs: 2_000, requestMs: 5_000 };
  return new KafkaJsCluster({ brokers: [brokers], clientId: 'test', timeouts }, () => undefined);
}
