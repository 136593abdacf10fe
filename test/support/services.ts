import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Database } from '../../stack/database/database';
import { KafkaCluster } from '../../stack/kafka/cluster';
import type { Service } from '../../stack/process/service';

interface Shared<S extends Service> {
  dir: string;
  service: S;
}

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
  sharedDatabase ??= start('database', (dir) => Database.prepare({ dir, report: console.log }));
  const { service } = await sharedDatabase;
  return { uri: service.uri };
}

/** Stops what the tests of this run have started, and removes its data. */
export async function stopServices(): Promise<void> {
  const running = [sharedKafka, sharedDatabase];
  sharedKafka = undefined;
  sharedDatabase = undefined;
  await Promise.all(
    running.map(async (shared) => {
      if (shared === undefined) return;
      const { service, dir } = await shared;
      await service.stop();
      await rm(dir, { recursive: true, force: true });
    }),
  );
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
