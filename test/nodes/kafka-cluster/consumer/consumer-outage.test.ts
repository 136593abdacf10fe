import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import type { ClusterConsumer, ConsumerListener, ConsumerState } from '../../../../nodes/kafka-cluster/types';
import { KafkaCluster, ensureTopics } from '../../../../stack/kafka/cluster';
import type { TcpProxy } from '../../../faults/support/proxy';
import { killProcess } from '../../../faults/support/scenarios';
import { kafkaBehindProxy } from '../../../faults/support/silent-kafka';
import { until } from '../../../support/until';

const TOPIC = 'Prueba';

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
    broker = await KafkaCluster.prepare({ ...behind.options.kafka, dir });
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
