import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import murmur2 from 'kafkajs/src/producer/partitioners/default/murmur2';
import { MongoClient } from 'mongodb';
import { Database } from '../../stack/database/database';
import { KafkaCluster } from '../../stack/kafka/cluster';
import { CACHE } from '../../stack/paths';
import type { Progress } from '../contenders/counter';

/** Where README.md says that the Rust build of the database is to be put; it is no part of a checkout. */
const RUST_DATABASE = path.join(CACHE, 'secantusd-rs-0.5.3-beta.193', 'bin');

export type DatabaseChoice = 'auto' | 'python';

/** A real Kafka and a real database of this run's own, and the harness's own view of them. */
export class Services {
  private constructor(
    readonly dir: string,
    readonly kafka: KafkaCluster,
    readonly database: Database,
    private readonly admin: Admin,
    private readonly mongo: MongoClient,
  ) {}

  static async start(choice: DatabaseChoice): Promise<Services> {
    if (choice === 'auto' && existsSync(RUST_DATABASE)) {
      process.env.PATH = `${RUST_DATABASE}${path.delimiter}${process.env.PATH ?? ''}`;
    }
    const dir = await mkdtemp(path.join(os.tmpdir(), 'bench-'));
    const [kafka, database] = await Promise.all([
      KafkaCluster.prepare({ dir: path.join(dir, 'kafka'), logs: dir, report: console.log }),
      Database.prepare({ dir: path.join(dir, 'database'), logs: dir, report: console.log }),
    ]);
    await Promise.all([kafka.start(), database.start()]);
    const client = new Kafka({
      brokers: [kafka.bootstrap],
      clientId: 'bench-harness',
      logLevel: logLevel.NOTHING,
    });
    const admin = client.admin();
    await admin.connect();
    const mongo = new MongoClient(database.uri);
    await mongo.connect();
    return new Services(dir, kafka, database, admin, mongo);
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    await this.kafka.ensureTopics([{ topic, partitions }]);
  }

  /** How many records a topic holds. */
  async written(topic: string): Promise<number> {
    const ends = await this.admin.fetchTopicOffsets(topic);
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  }

  /** The growth of a topic, as often as it is asked for. */
  growth(topic: string): () => Promise<Progress> {
    let last: Progress = { count: 0, at: 0 };
    return async () => {
      const before = performance.now();
      const count = await this.written(topic);
      const at = performance.timeOrigin + (before + performance.now()) / 2;
      if (count > last.count) last = { count, at };
      return last;
    };
  }

  async countDocuments(databaseName: string, collection = 'datos'): Promise<number> {
    return this.mongo.db(databaseName).collection(collection).countDocuments({});
  }

  async dropDatabase(databaseName: string): Promise<void> {
    await this.mongo.db(databaseName).dropDatabase();
  }

  async stop(): Promise<void> {
    await Promise.all([this.admin.disconnect(), this.mongo.close()]);
    await Promise.all([this.kafka.stop(), this.database.stop()]);
    await rm(this.dir, { recursive: true, force: true });
  }
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
