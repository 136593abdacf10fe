/**
 * Makes the record sets that test/nodes/kafka-cluster/records/record-set.test.ts reads, with the clients of others:
 *   node --import tsx tools/foreign-records/make.ts
 * Needs Python 3 with venv and a JDK; fetches what requirements.txt names.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureTopics, KafkaCluster } from '../../stack/kafka/cluster';
import { java } from '../../stack/java/java';
import { kafkaJars } from '../../stack/kafka/jars';
import { run } from '../../stack/process/run';
import { installLocked, makeEnvironment } from '../../stack/python-packages';

const TARGET = path.join(__dirname, '../../test/nodes/kafka-cluster/records/foreign');
const TOPICS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((codec) => `librdkafka-v2-${codec}`);

void make();

async function make(): Promise<void> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'foreign-records-'));
  const report = (line: string): void => console.log(line);
  try {
    const jars = await kafkaJars('kraft', await java(report), report);
    // A JDK: it compiles what it runs.
    await run('java', ['-cp', path.join(jars, '*'), path.join(__dirname, 'JavaRecords.java'), TARGET]);
    const python = await makeEnvironment(dir, 'to run the clients');
    await installLocked(python, path.join(__dirname, 'requirements.txt'));
    await run(python, [path.join(__dirname, 'python_records.py'), TARGET]);
    await writeThroughBroker(python, path.join(dir, 'kafka'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** librdkafka gives its bytes only to a broker, which keeps them as they are. */
async function writeThroughBroker(python: string, dir: string): Promise<void> {
  // The records' time is a fixed one, long ago.
  const settings = { 'log.message.timestamp.before.max.ms': Number.MAX_SAFE_INTEGER, 'log.retention.ms': -1 };
  const kafka = await KafkaCluster.prepare({ dir, settings });
  await kafka.start();
  try {
    await ensureTopics(
      kafka.bootstrap,
      TOPICS.map((topic) => ({ topic })),
    );
    await run(python, [path.join(__dirname, 'librdkafka_records.py'), kafka.bootstrap]);
  } finally {
    await kafka.stop();
  }
  for (const topic of TOPICS) {
    const segment = path.join(dir, 'broker-1/data', `${topic}-0`, '00000000000000000000.log');
    await copyFile(segment, path.join(TARGET, `${topic}.bin`));
  }
}
