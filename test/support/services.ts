import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MongoClient, MongoNetworkTimeoutError } from 'mongodb';
import { Database } from '../../stack/database/database';
import { KafkaCluster } from '../../stack/kafka/cluster';
import type { Service } from '../../stack/process/service';

interface Shared<S extends Service> {
  dir: string;
  service: S;
}

const LOOK_MS = 2_000;
const STANDSTILL_MS = 12_000;

let closeWatch: () => Promise<void> = () => Promise.resolve();
let sharedKafka: Promise<Shared<KafkaCluster>> | undefined;
let sharedDatabase: Promise<Shared<Database>> | undefined;

/**
 * The real Kafka that all tests of this run share, started when first asked for. Topics are not created by themselves.
 * @returns its address as "127.0.0.1:port"
 */
export async function kafka(): Promise<{ brokers: string }> {
  sharedKafka ??= start('kafka', (dir) => KafkaCluster.prepare({ dir, report: console.log }));
  const { service } = await sharedKafka;
  return { brokers: service.bootstrap };
}

/** The real database that all tests of this run share, started when first asked for. */
export async function database(): Promise<{ uri: string }> {
  sharedDatabase ??= startDatabase();
  const { service } = await sharedDatabase;
  return { uri: service.uri };
}

/** Stops what the tests of this run have started, and removes its data. */
export async function stopServices(): Promise<void> {
  const running = [sharedKafka, sharedDatabase];
  sharedKafka = undefined;
  sharedDatabase = undefined;
  await closeWatch();
  await Promise.all(
    running.map(async (shared) => {
      if (shared === undefined) return;
      const { service, dir } = await shared;
      await service.stop();
      await rm(dir, { recursive: true, force: true });
    }),
  );
}

async function startDatabase(): Promise<Shared<Database>> {
  const shared = await start('database', (dir) => Database.prepare({ dir, report: console.log }));
  watch(shared.service);
  return shared;
}

/**
 * SecantusDB 0.7.0b3 has been seen to spin for ever in an insert of WiredTiger's while it made a collection, and to answer
 * nobody from then on. Such a server is killed and started again on its data, so that it costs one test and not all.
 */
function watch({ uri, process: server }: Database): void {
  const client = new MongoClient(uri, {
    maxPoolSize: 1,
    socketTimeoutMS: STANDSTILL_MS,
    retryReads: false,
  });
  const look = async (): Promise<void> => {
    try {
      await client.db('liveness').collection('none').findOne();
    } catch (error) {
      if (sharedDatabase === undefined || !(error instanceof MongoNetworkTimeoutError)) return;
      console.log('the database stands still: it is killed and started again');
      server.kill('SIGKILL');
      await server.exited;
      await server.start();
    }
  };
  const run = (): void => {
    const again = (): NodeJS.Timeout | undefined =>
      sharedDatabase === undefined ? undefined : setTimeout(run, LOOK_MS).unref();
    void look()
      .catch((error: unknown) => console.error('the database could not be started again:', error))
      .then(again);
  };
  run();
  closeWatch = () => client.close();
}

async function start<S extends Service>(
  name: string,
  prepare: (dir: string) => Promise<S>,
): Promise<Shared<S>> {
  const dir = await mkdtemp(path.join(os.tmpdir(), `test-${name}-`));
  const service = await prepare(dir);
  await service.start();
  return { dir, service };
}
