import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { ROOT } from '../../stack/paths';
import { until } from '../support/until';
import { Product } from './product';

const run = promisify(execFile);
/** What the first version's `npm start` has written, as its `npm run backup` has packed it. */
const SAVED = path.join(__dirname, 'saved', 'data-0.1.0.tar.gz');
/** How many readings are in it. */
const READINGS = 190;

describe('what npm start keeps', function () {
  this.timeout(240_000);
  let dir: string;
  const products: Product[] = [];

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-backup-'));
  });

  after(async () => {
    await Promise.all(products.map((product) => product.dispose()));
    await rm(dir, { recursive: true, force: true });
  });

  it('comes back from a backup of the first version, goes on, and comes back from its own backup', async () => {
    const first = await restored(SAVED);
    await first.start();
    const saved = await readingsOf(first);
    assert.ok(saved.size >= READINGS, `${saved.size} readings`);
    await until('a reading of today', async () => (await readingsOf(first)).size > saved.size, 30_000);
    const file = path.join(dir, 'backup.tar.gz');
    await assert.rejects(npm('backup', file, first), /is in use by process \d+/);
    const before = { ids: await readingsOf(first), offset: await nextOffsetOf(first) };
    const secret = await secretOf(first);
    await first.stop();
    assert.match(await npm('backup', file, first), /packed \d+ files/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await assert.rejects(npm('restore', file, first), /not empty/);

    const second = await restored(file);
    assert.equal(await secretOf(second), secret);
    await second.start();
    const now = await readingsOf(second);
    assert.deepEqual(
      [...before.ids].filter((id) => !now.has(id)),
      [],
      'readings that were stored, and are missing',
    );
    const offset = await nextOffsetOf(second);
    assert.ok(offset >= before.offset, `${offset} records where there were ${before.offset}`);
    await until('a reading that came after', async () => (await readingsOf(second)).size > now.size, 30_000);
  });

  async function restored(file: string): Promise<Product> {
    const product = await Product.create();
    products.push(product);
    await npm('restore', file, product);
    return product;
  }
});

/** @throws (a rejection) with what it says where it fails */
async function npm(script: string, file: string, { folder }: Product): Promise<string> {
  const env = { ...process.env, DATA_DIR: folder };
  const { stdout } = await run('npm', ['run', '--silent', script, '--', file], { cwd: ROOT, env });
  return stdout;
}

/** The ids of all readings that are stored; each once. */
async function readingsOf({ mongoUri }: Product): Promise<Set<string>> {
  const client = await new MongoClient(mongoUri).connect();
  try {
    const all = await client.db('datos').collection('datos').find().toArray();
    const ids = new Set(all.map(({ readingId }) => String(readingId)));
    assert.equal(ids.size, all.length, 'readings that are stored twice');
    return ids;
  } finally {
    await client.close();
  }
}

/** Of all partitions together: how many records were ever written. */
async function nextOffsetOf({ brokers }: Product): Promise<number> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const partitions = await admin.fetchTopicOffsets('Prueba');
    return partitions.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}

/** The key of the credentials. */
function secretOf({ folder }: Product): Promise<string> {
  return readFile(path.join(folder, 'node-red', 'credential-secret'), 'utf8');
}
