import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import murmur2 from 'kafkajs/src/producer/partitioners/default/murmur2';
import { MongoClient } from 'mongodb';
import { Database } from '../../stack/database/database';
import { CACHE } from '../../stack/paths';
import { KafkaUnderTest } from './kafka-under-test';

/** Where README.md says that the Rust build of the database is to be put; it is no part of a checkout. */
export const RUST_DATABASE = path.join(CACHE, 'secantusd-rs-0.5.3-beta.193', 'bin');

export type DatabaseChoice = 'auto' | 'python';

/** A real Kafka and a real database of this run's own, and the harness's own view of them. */
export class Services {
  private constructor(
    readonly dir: string,
    readonly kafka: KafkaUnderTest,
    readonly database: Database,
    private readonly mongo: MongoClient,
  ) {}

  static async start(choice: DatabaseChoice): Promise<Services> {
    if (choice === 'auto' && existsSync(RUST_DATABASE)) {
      process.env.PATH = `${RUST_DATABASE}${path.delimiter}${process.env.PATH ?? ''}`;
    }
    const dir = await mkdtemp(path.join(os.tmpdir(), 'bench-'));
    const [kafka, { database, mongo }] = await Promise.all([KafkaUnderTest.start(dir), startDatabase(dir)]);
    return new Services(dir, kafka, database, mongo);
  }

  async countDocuments(databaseName: string, collection = 'datos'): Promise<number> {
    return this.mongo.db(databaseName).collection(collection).countDocuments({});
  }

  /** Without a look at the documents. */
  async estimateDocuments(databaseName: string, collection = 'datos'): Promise<number> {
    return this.mongo.db(databaseName).collection(collection).estimatedDocumentCount();
  }

  async createIndex(databaseName: string, fields: Record<string, 1 | -1>): Promise<void> {
    await this.mongo.db(databaseName).collection('datos').createIndex(fields);
  }

  async dropDatabase(databaseName: string): Promise<void> {
    await this.mongo.db(databaseName).dropDatabase();
  }

  async stop(): Promise<void> {
    await this.mongo.close();
    await Promise.all([this.kafka.stop(), this.database.stop()]);
    await rm(this.dir, { recursive: true, force: true });
  }
}

async function startDatabase(dir: string): Promise<{ database: Database; mongo: MongoClient }> {
  const database = await Database.prepare({
    dir: path.join(dir, 'database'),
    logs: dir,
    report: console.log,
  });
  await database.start();
  const mongo = new MongoClient(database.uri);
  await mongo.connect();
  return { database, mongo };
}

/** @returns for each partition as many names of sensor nodes as for any other, so that the load is even */
export function nodesByPartition(partitions: number, each: number): string[][] {
  const nodes = Array.from({ length: partitions }, (): string[] => []);
  for (let i = 0; nodes.some(({ length }) => length < each); i++) {
    const nodo = `comuna_${i}`;
    const own = nodes[(murmur2(Buffer.from(nodo)) & 0x7fffffff) % partitions];
    if (own && own.length < each) own.push(nodo);
  }
  return nodes;
}

/** @returns the same names turn by turn of the partitions */
export function interleaved(nodes: readonly string[][]): string[] {
  const [first = []] = nodes;
  return first.flatMap((_name, i) => nodes.map((own) => own[i] ?? ''));
}
