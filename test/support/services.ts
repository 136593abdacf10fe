import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Database } from '../../stack/database/database';
import { KafkaCluster } from '../../stack/kafka/cluster';
import { Supervisor } from '../../stack/process/supervisor';
import { prepareSecuredKafka, type SecuredKafka } from './secured-kafka';

/** Something that all tests of a run share, kept running until the last is through. */
interface Shared<S> {
  service: S;
  stop(): Promise<void>;
}

/**
 * A database that stands still costs one test and not all (see stack/database/standstill.ts). It also answers nobody
 * while it drops some thousand documents, which takes more than 12 s on a machine that is busy.
 */
const STANDSTILL_MS = 20_000;

let sharedKafka: Promise<Shared<KafkaCluster>> | undefined;
let sharedSecuredKafka: Promise<Shared<SecuredKafka>> | undefined;
let sharedDatabase: Promise<Shared<Database>> | undefined;

/**
 * The real Kafka that all tests of this run share, started when first asked for. Topics are not created by themselves.
 * @returns its address as "127.0.0.1:port"
 */
export async function kafka(): Promise<{ brokers: string }> {
  sharedKafka ??= share('kafka', async (dir, supervisor) => {
    const cluster = await KafkaCluster.prepare({ dir, report: console.log });
    await supervisor.run(...cluster.brokers);
    return cluster;
  });
  const { service } = await sharedKafka;
  return { brokers: service.bootstrap };
}

/** The real Kafka with passwords, certificates and access rights that all tests of this run share. */
export async function securedKafka(): Promise<SecuredKafka> {
  sharedSecuredKafka ??= share('secured-kafka', async (dir, supervisor) => {
    const secured = await prepareSecuredKafka(dir);
    await supervisor.run(...secured.cluster.brokers);
    await secured.grantRights();
    return secured;
  });
  return (await sharedSecuredKafka).service;
}

/**
 * The real database that all tests of this run share, started when first asked for: the embedded one, or the server that
 * MONGODB_URI names, which then is used for every test but those that break theirs.
 */
export async function database(): Promise<{ uri: string }> {
  const given = process.env.MONGODB_URI;
  if (given) return { uri: given };
  sharedDatabase ??= share('database', async (dir, supervisor) => {
    const server = await Database.prepare({ dir, standstill: STANDSTILL_MS, report: console.log });
    await supervisor.run(server.process);
    return server;
  });
  const { service } = await sharedDatabase;
  return { uri: service.uri };
}

/** Stops what the tests of this run have started, and removes its data. */
export async function stopServices(): Promise<void> {
  const running = [sharedKafka, sharedSecuredKafka, sharedDatabase];
  sharedKafka = undefined;
  sharedSecuredKafka = undefined;
  sharedDatabase = undefined;
  await Promise.all(running.map(async (shared) => (await shared)?.stop()));
}

async function share<S>(
  name: string,
  start: (dir: string, supervisor: Supervisor) => Promise<S>,
): Promise<Shared<S>> {
  const dir = await mkdtemp(path.join(os.tmpdir(), `test-${name}-`));
  const supervisor = new Supervisor(console.log);
  const service = await start(dir, supervisor);
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { service, stop };
}
