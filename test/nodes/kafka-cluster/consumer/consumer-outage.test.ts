import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type {
  ClientState,
  ClusterConsumer,
  ConsumerListener,
  ConsumerState,
} from '../../../../nodes/kafka-cluster/types';
import { KafkaCluster, ensureTopics } from '../../../../stack/kafka/cluster';
import type { TcpProxy } from '../../../faults/support/proxy';
import { killProcess } from '../../../faults/support/scenarios';
import { kafkaBehindProxy } from '../../../faults/support/silent-kafka';
import { outgoing } from '../../../support/outgoing';
import { until } from '../../../support/until';
import { collecting } from './collecting';

const TOPIC = 'Prueba';
/** When the broker ends connections that nobody uses; by itself it does so after ten minutes. */
const IDLE_MS = 3_000;

describe('the consumer client in an outage', function () {
  this.timeout(120_000);
  let dir: string;
  let proxy: TcpProxy;
  let broker: KafkaCluster;
  let cluster: KafkaJsCluster;
  let consumer: ClusterConsumer;
  const values: string[] = [];
  const states: ConsumerState[] = [];
  const listener: ConsumerListener = {
    assigned: () => undefined,
    batch: ({ records }) => void values.push(...records.map(({ value }) => String(value))),
    skipped: () => undefined,
    located: () => undefined,
    rebalancing: () => undefined,
    missed: () => undefined,
    leaderless: () => undefined,
    refused: () => undefined,
    blocked: () => undefined,
    unsubscribed: () => undefined,
  };

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-outage-'));
    const behind = await kafkaBehindProxy();
    proxy = behind.proxy;
    const settings = { ...behind.options.kafka?.settings, 'connections.max.idle.ms': IDLE_MS };
    broker = await KafkaCluster.prepare({ ...behind.options.kafka, dir, settings });
    await broker.start();
    await ensureTopics(broker.bootstrap, [{ topic: TOPIC }]);
    cluster = new KafkaJsCluster({ brokers: [`127.0.0.1:${proxy.port}`], clientId: 'test' }, () => undefined);
    const options = { topics: [TOPIC], groupId: 'g', from: 'earliest', sessionTimeoutMs: 6_000 } as const;
    consumer = cluster.createConsumer({ ...options, topics: [TOPIC] }, listener);
    consumer.on('state', (state: ConsumerState) => states.push(state));
    consumer.start();
  });

  after(async () => {
    await consumer.close();
    await cluster.drained();
    await proxy.close();
    await broker.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** Past the proxy. */
  async function write(value: string): Promise<void> {
    const kafka = new Kafka({ brokers: broker.bootstrap.split(','), logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: TOPIC, messages: [{ value }] });
    await producer.disconnect();
  }

  it('reads', async () => {
    await write('before');
    await until('the first record', () => values.includes('before'));
  });

  it('reads on over a new connection when the broker has ended one that was idle; so do producer and questions, without a word', async () => {
    const lines: string[] = [];
    const brokers = [`127.0.0.1:${proxy.port}`];
    const idle = new KafkaJsCluster({ brokers, clientId: 'idle', clientLog: 'debug' }, (line) =>
      lines.push(line),
    );
    const producer = idle.createProducer({ acks: 'all', compression: 'none', createTopics: false });
    const { consumer: reader, seen } = collecting(idle, TOPIC, 'idle');
    const { admin, release } = idle.acquireAdmin();
    await producer.send(TOPIC, 0, [outgoing({ value: 'busy' })]);
    await until('the record', () => seen.includes('busy'));
    const told: (ClientState | ConsumerState)[] = [];
    for (const client of [producer, reader])
      client.on('state', (state: ClientState | ConsumerState) => told.push(state));
    reader.pause([{ topic: TOPIC, partition: 0 }]);
    await admin.topicNames();
    // The producer's, that by which it knows its topics, the fetches' and that of the questions.
    await until(
      'the connections to be ended',
      () => lines.filter((line) => line.includes('server has closed connection')).length >= 4,
      15_000,
    );
    const begun = Date.now();
    await Promise.all([producer.send(TOPIC, 0, [outgoing({ value: 'again' })]), admin.topicNames()]);
    reader.resume([{ topic: TOPIC, partition: 0 }]);
    await until('the next record', () => seen.includes('again'), 2_000);
    assert.ok(Date.now() - begun < 2_000, `${Date.now() - begun} ms`);
    assert.deepEqual(
      told.filter(({ state }) => state !== 'connected'),
      [],
    );
    release();
    await Promise.all([producer.close(), reader.close()]);
    await idle.drained();
  });

  it('opens new connections when the old ones have gone silent', async () => {
    const connections = proxy.accepted;
    proxy.silence();
    await write('silence');
    await until('the record', () => values.includes('silence'), 40_000);
    assert.ok(proxy.accepted > connections);
  });

  it('says that it retries while the broker is dead, and reads on soon after it is back', async () => {
    const [process] = broker.brokers;
    assert.ok(process);
    states.length = 0;
    await killProcess(process);
    const retrying = await until('the state', () => states.find(({ state }) => state === 'retrying'), 20_000);
    assert.ok(retrying.state === 'retrying' && retrying.error.message !== '');
    await process.start();
    const back = Date.now();
    await write('again');
    await until('the record', () => values.includes('again'), 30_000);
    console.log(`      ${Date.now() - back} ms after the broker answered again`);
    await until('the state', () => consumer.state.state === 'connected');
  });
});
