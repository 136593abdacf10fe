import type { Admin, Kafka } from 'kafkajs';
import type { Finding } from '../shared/connection-test';
import { clusterShape } from './admin/admin-client';
import { KafkaClient, type ClusterSettings } from './client';
import { protocolErrorType, sentenceOf, toKafkaError } from './errors';
import { clusterOf, createAdmin } from './patched-kafkajs/index';

/** Each broker of the list is tried at least once, one that is slow to answer a second time. */
const RETRIES = 2;
/** Topic names that are shown; more would make nobody wiser. */
const SHOWN_TOPICS = 8;
/** Errors by which a broker says that this user may not; a policy stands above the rights. */
const REFUSED = /_AUTHORIZATION_FAILED$|^POLICY_VIOLATION$/;
/** Only asked about, never made. */
const TOPIC_TO_ASK_FOR = 'node-red-connection-test';

/**
 * Connects as the nodes would, and tells what there is and what this user may do. Nothing is written.
 * @throws KafkaError (a rejection) that says why there is no connection
 */
export async function testConnection(settings: ClusterSettings, signal: AbortSignal): Promise<Finding[]> {
  const client = new KafkaClient(settings, RETRIES, () => undefined);
  const retire = (): void => client.retire();
  signal.addEventListener('abort', retire, { once: true });
  try {
    const admin = createAdmin(client.kafka);
    await admin.connect();
    return [
      ...(await describeCluster(admin)),
      ...(await reachBrokers(admin)),
      ...(await describeVersion(admin)),
      await describeTopics(admin),
      await mayWrite(client.kafka),
      await mayCreate(admin),
    ];
  } catch (error) {
    throw toKafkaError(error, { brokers: settings.brokers.join(', ') }, 'unreachable');
  } finally {
    signal.removeEventListener('abort', retire);
    client.retire();
  }
}

async function describeCluster(admin: Admin): Promise<Finding[]> {
  const { clusterId, brokers } = await admin.describeCluster();
  const addresses = brokers.map(({ host, port }) => `${host}:${port}`).join(', ');
  return [
    finding('good', 'cluster', { clusterId }),
    finding('good', 'brokers', { count: brokers.length, addresses }),
  ];
}

/** Brokers send their clients on to the addresses that they announce: each of them has to be reached from here. */
async function reachBrokers(admin: Admin): Promise<Finding[]> {
  const { brokers } = await admin.describeCluster();
  const findings: Finding[] = [];
  for (const { nodeId, host, port } of brokers) {
    try {
      await clusterOf(admin)?.findBroker({ nodeId: String(nodeId) });
    } catch (error) {
      findings.push(
        finding('warning', 'announced', { address: `${host}:${port}`, reason: sentenceOf(error) }),
      );
    }
  }
  return findings;
}

/** Brokers do not say their version; that they are of 4.0 or later shows in what they no longer say. */
async function describeVersion(admin: Admin): Promise<Finding[]> {
  const { mode, version } = await clusterShape(admin);
  if (mode === undefined) return [];
  return [finding('good', mode, { version: version ?? '4.0+' })];
}

/** A broker lists only the topics that the user may describe, which whoever may read or write one may. */
async function describeTopics(admin: Admin): Promise<Finding> {
  const topics = (await admin.listTopics()).filter((name) => !name.startsWith('__')).sort();
  if (topics.length === 0) return finding('warning', 'no-topics', {});
  const more = topics.length > SHOWN_TOPICS ? ', …' : '';
  return finding('good', 'topics', {
    count: topics.length,
    names: topics.slice(0, SHOWN_TOPICS).join(', ') + more,
  });
}

/** A producer id is given to whoever may write to some topic (KIP-679); it costs the broker nothing. */
async function mayWrite(kafka: Kafka): Promise<Finding> {
  const producer = kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
  });
  return allowed('write', () => producer.connect());
}

async function mayCreate(admin: Admin): Promise<Finding> {
  const topics = [{ topic: TOPIC_TO_ASK_FOR }];
  return allowed('create', () => admin.createTopics({ validateOnly: true, waitForLeaders: false, topics }));
}

async function allowed(right: string, ask: () => Promise<unknown>): Promise<Finding> {
  try {
    await ask();
  } catch (error) {
    if (!REFUSED.test(protocolErrorType(error) ?? '')) throw error;
    return finding('warning', `no-${right}`, {});
  }
  return finding('good', right, {});
}

function finding(level: Finding['level'], name: string, params: Finding['params']): Finding {
  return { level, key: `kafka-cluster.test.${name}`, params };
}
