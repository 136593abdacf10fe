import { createRequire } from 'node:module';
import type { Admin, Consumer, ConsumerConfig, Kafka, Producer, ProducerConfig } from 'kafkajs';
import type { Broker, Cluster } from 'kafkajs/src/cluster';
import type Decoder from 'kafkajs/src/protocol/decoder';
import type Encoder from 'kafkajs/src/protocol/encoder';
import { anyBroker } from './any-broker';
import { onBeginnings, type TellBeginnings } from './beginnings';
import { Leaders } from './leaders';
import { onFetchAnswers, type FetchAnswer } from './partition-errors';

/* What it takes to make requests of Kafka's protocol that kafkajs does not speak, over its connections. */

export type { Asked, Broker, Cluster, DescribedGroup, ProtocolRequest } from 'kafkajs/src/cluster';
export type { Decoder, Encoder };

type CreateCluster = (options: object) => Cluster;

const load = createRequire(__filename);
const clusters = new WeakMap<Admin, Cluster>();

/** @returns an admin client of kafkajs of which clusterOf knows the connections: kafkajs keeps them to itself. */
export function createAdmin(kafka: Kafka): Admin {
  const { made: admin, cluster } = withCluster(kafka, () => kafka.admin());
  if (cluster) clusters.set(admin, cluster);
  return admin;
}

/** What a broker has answered to records: with an error, or taken. */
export interface ProduceAnswer {
  topic: string;
  partition: number;
  /** kafkajs's error; a broker's sentence where it has a `type` */
  error?: Error;
  /** how long the broker lets this client wait, in milliseconds, since it sends more than its quota allows */
  throttledMs: number;
}

/**
 * @param onAnswer told of each answer to records: kafkajs keeps those to itself that it tries again after
 * @returns a producer of kafkajs, and how it fares with brokers where kafkajs is as expected
 */
export function createProducer(
  kafka: Kafka,
  config: ProducerConfig,
  onAnswer: (answer: ProduceAnswer) => void,
): { producer: Producer; leaders: Leaders | undefined } {
  const { made: producer, cluster } = withCluster(kafka, () => kafka.producer(config));
  if (!cluster) return { producer, leaders: undefined };
  const leaders = new Leaders(cluster);
  observe(cluster, (broker) => observeProduce(broker, leaders, onAnswer));
  // Each gives a producer the id that it writes under: none waits for the controller, which may be out of reach.
  cluster.findControllerBroker = () => anyBroker(cluster);
  return { producer, leaders };
}

function observeProduce(broker: Broker, leaders: Leaders, onAnswer: (answer: ProduceAnswer) => void): void {
  const kind = Object.getPrototypeOf(broker) as Broker;
  broker.produce = async (request) => {
    const places = request.topicData.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition }) => ({ topic, partition })),
    );
    try {
      const answer = await kind.produce.call(broker, request);
      leaders.tried(broker.nodeId);
      const throttledMs = answer?.clientSideThrottleTime ?? 0;
      for (const place of places) onAnswer({ ...place, throttledMs });
      return answer;
    } catch (error) {
      leaders.tried(broker.nodeId, error);
      if (error instanceof Error) for (const place of places) onAnswer({ ...place, error, throttledMs: 0 });
      throw error;
    }
  };
}

/** What a consumer's connections tell. */
export interface ConsumerConnections {
  /** The group has taken this member in; `beat` tells the group that it is alive, and rejects where that is refused. */
  member(beat: () => Promise<void>): void;
  /** Something told the group that this member is alive. */
  beaten(): void;
  /** The broker wants to be asked for records only after so many milliseconds: more were fetched than a quota allows. */
  throttled(milliseconds: number): void;
  /** A broker was asked for records; `answer` has all partitions that it has told something of. */
  fetched(answer: FetchAnswer): void;
  /** Where partitions begin: those that it does not tell of are not fetched. */
  beginnings: TellBeginnings;
}

/** @returns a consumer of kafkajs, whose heartbeats wait for its fetches: with `member` somebody else can make them */
export function createConsumer(
  kafka: Kafka,
  config: ConsumerConfig,
  connections: ConsumerConnections,
): Consumer {
  const { made, cluster } = withCluster(kafka, () => kafka.consumer(config));
  if (cluster) {
    observe(cluster, (broker) => observeConsumer(broker, connections));
    onFetchAnswers(cluster, (answer) => connections.fetched(answer));
    onBeginnings(cluster, (partitions) => connections.beginnings(partitions));
  }
  return made;
}

function observeConsumer(broker: Broker, connections: ConsumerConnections): void {
  const kind = Object.getPrototypeOf(broker) as Broker;
  broker.syncGroup = async (request) => {
    const answer = await kind.syncGroup.call(broker, request);
    const { groupId, generationId, memberId } = request;
    connections.member(
      async () => void (await broker.heartbeat({ groupId, groupGenerationId: generationId, memberId })),
    );
    return answer;
  };
  broker.heartbeat = async (request) => {
    const answer = await kind.heartbeat.call(broker, request);
    connections.beaten();
    return answer;
  };
  broker.fetch = async (request) => {
    const answer = await kind.fetch.call(broker, request);
    if (answer.clientSideThrottleTime) connections.throttled(answer.clientSideThrottleTime);
    return answer;
  };
}

/** Calls `prepare` once for each broker that a client finds, before the client makes use of it. */
function observe(cluster: Cluster, prepare: (broker: Broker) => void): void {
  const seen = new WeakSet<Broker>();
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (options) => {
    const broker = await findBroker(options);
    if (!seen.has(broker)) prepare(broker);
    seen.add(broker);
    return broker;
  };
}

/** @returns a client, and its connections where kafkajs is as expected */
function withCluster<T>(kafka: Kafka, make: () => T): { made: T; cluster: Cluster | undefined } {
  const inside = createClusterOf(kafka);
  if (!inside) return { made: make(), cluster: undefined };
  const { symbol, createCluster } = inside;
  let cluster: Cluster | undefined;
  Object.assign(kafka, { [symbol]: (options: object) => (cluster = createCluster(options)) });
  try {
    const made = make();
    return { made, cluster };
  } finally {
    Object.assign(kafka, { [symbol]: createCluster });
  }
}

/** @returns the brokers that an admin client made by createAdmin is connected to, where kafkajs is as expected */
export function clusterOf(admin: Admin): Cluster | undefined {
  return clusters.get(admin);
}

/** @returns the function by which kafkajs makes the connections of a client, and the name that it has there */
export function createClusterOf(kafka: Kafka): { symbol: symbol; createCluster: CreateCluster } | undefined {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const createCluster = symbol && (kafka as unknown as Record<symbol, CreateCluster>)[symbol];
  return symbol && createCluster && { symbol, createCluster };
}

/** @returns an empty message */
export function newEncoder(): Encoder {
  return new (load('kafkajs/src/protocol/encoder') as typeof Encoder)();
}

/** @returns what reads a message */
export function newDecoder(data: Buffer): Decoder {
  return new (load('kafkajs/src/protocol/decoder') as typeof Decoder)(data);
}
