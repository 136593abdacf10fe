/**
 * Measures what readings take on the disk, each part by itself: node --import tsx bench/history/sizes.ts [--readings 200000]
 * The board's readings, of 100 nodes in turns, each 3 s; the outbox with its records waiting, Kafka with one replica and
 * without compression, the database with its indexes, after each has been stopped.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaCluster } from '../../stack/kafka/cluster';
import { Database } from '../../stack/database/database';
import { MongoClient } from 'mongodb';
import { ensureReadingsIndex } from '../../nodes/mongo-sink/preparing/indexes';
import type { ReadingDocument } from '../../nodes/mongo-sink/storing/document';
import { GeneratedHistory, TOPIC } from './generator';

const BATCH = 2_000;

interface Size {
  part: string;
  bytesPerReading: number;
}

async function main(readings: number): Promise<void> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'bench-sizes-'));
  try {
    const all = [...new GeneratedHistory(Date.now(), readings).readings()];
    for (const { part, bytesPerReading } of [await kafkaSize(dir, all), await databaseSize(dir, all)]) {
      const perMillion = (bytesPerReading * 1e6) / 1e6;
      console.log(
        `${part}: ${Math.round(bytesPerReading)} bytes a reading, ${Math.round(perMillion)} MB a million (${all.length} readings)`,
      );
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function kafkaSize(dir: string, readings: readonly ReadingDocument[]): Promise<Size> {
  const folder = path.join(dir, 'kafka');
  const cluster = await KafkaCluster.prepare({ dir: folder, logs: dir, report: console.log });
  await cluster.start();
  try {
    await cluster.ensureTopics([{ topic: TOPIC, partitions: 3 }]);
    const before = sizeOf(folder);
    const producer = new Kafka({ brokers: [cluster.bootstrap], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    for (const batch of batches(readings))
      await producer.send({ topic: TOPIC, messages: batch.map(toMessage) });
    await producer.disconnect();
    await cluster.stop();
    return { part: 'Kafka', bytesPerReading: (sizeOf(folder) - before) / readings.length };
  } finally {
    await cluster.stop();
  }
}

/** As kafka-producer writes one. */
function toMessage({ _id, readingId, ts, ...values }: ReadingDocument): {
  key: string;
  value: string;
  headers: Record<string, string>;
} {
  return {
    key: values.nodo,
    value: JSON.stringify(values),
    headers: {
      'content-type': 'application/json',
      'reading-id': String(readingId ?? `${_id.toHexString()}${ts.getTime()}`),
    },
  };
}

async function databaseSize(dir: string, readings: readonly ReadingDocument[]): Promise<Size> {
  const folder = path.join(dir, 'database');
  const database = await Database.prepare({
    dir: folder,
    logs: dir,
    report: console.log,
    standstill: 600_000,
  });
  await database.start();
  const client = await MongoClient.connect(database.uri);
  try {
    const db = client.db('datos');
    const collection = db.collection<ReadingDocument>('datos');
    await ensureReadingsIndex(db, collection);
    const before = sizeOf(folder);
    for (const batch of batches(readings)) await collection.insertMany(batch, { ordered: false });
    await client.close();
    await database.stop();
    return { part: database.name, bytesPerReading: (sizeOf(folder) - before) / readings.length };
  } finally {
    await client.close();
    await database.stop();
  }
}

function* batches<T>(all: readonly T[]): Iterable<T[]> {
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}

/** Bytes on the disk: what a file only reserves counts for nothing. */
function sizeOf(folder: string): number {
  return Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0]) * 1024;
}

const { values } = parseArgs({ options: { readings: { type: 'string', default: '200000' } } });
void main(Number(values.readings));
