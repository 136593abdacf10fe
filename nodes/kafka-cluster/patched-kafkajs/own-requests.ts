import { createRequire } from 'node:module';
import type { Admin, Kafka } from 'kafkajs';
import type { Cluster } from 'kafkajs/src/cluster';
import type Decoder from 'kafkajs/src/protocol/decoder';
import type Encoder from 'kafkajs/src/protocol/encoder';

/* What it takes to make requests of Kafka's protocol that kafkajs does not speak, over its connections. */

export type { Broker, Cluster, ProtocolRequest } from 'kafkajs/src/cluster';
export type { Decoder, Encoder };

type CreateCluster = (options: object) => Cluster;

const load = createRequire(__filename);
const clusters = new WeakMap<Admin, Cluster>();

/** @returns an admin client of kafkajs of which clusterOf knows the connections: kafkajs keeps them to itself. */
export function createAdmin(kafka: Kafka): Admin {
  const inside = createClusterOf(kafka);
  if (!inside) return kafka.admin();
  const { symbol, createCluster } = inside;
  let cluster: Cluster | undefined;
  Object.assign(kafka, { [symbol]: (options: object) => (cluster = createCluster(options)) });
  const admin = kafka.admin();
  Object.assign(kafka, { [symbol]: createCluster });
  if (cluster) clusters.set(admin, cluster);
  return admin;
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
