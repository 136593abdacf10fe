import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { ROOT } from '../../stack/paths';
import { readServiceUsers, serviceUsersFile, type ServiceUsers } from '../../stack/service-users';
import { AdminApi } from '../support/admin-api';
import { CommandLines } from '../support/command-lines';
import { until } from '../support/until';
import { waysToWrite } from '../support/ways-to-write';
import { Product } from './product';

const run = promisify(execFile);
/** The board sends every 3.06 s. */
const NEXT_READING_MS = 30_000;

describe('npm start -- --secure', function () {
  this.timeout(360_000);
  let dir: string;
  const products: Product[] = [];

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-secure-'));
  });

  after(async () => {
    await Promise.all(products.map((product) => product.dispose()));
    await rm(dir, { recursive: true, force: true });
  });

  async function create(): Promise<Product> {
    const product = await Product.create();
    products.push(product);
    return product;
  }

  it('secures what was stored without, shows its passwords to nobody, and stays secure until they are removed', async () => {
    const product = await create();
    await product.start();
    assert.match(product.lines.at(-1) ?? '', /open without a password/);
    await until('a reading', async () => (await readingsOf(product)).size > 0, NEXT_READING_MS);
    const before = await readingsOf(product);
    await product.stop();

    const commandLines = new CommandLines();
    await product.start(['--secure']);
    assert.ok(
      product.lines.some((line) =>
        /Kafka and database ask for the passwords in .*service-passwords\.json; but the editor/.test(line),
      ),
      product.lines.join('\n'),
    );
    const users = readServiceUsers(product.folder) ?? assert.fail();
    assert.equal((await stat(serviceUsersFile(product.folder))).mode & 0o777, 0o600);
    await goesOn(product, before);
    await letsInNobodyElse(product, users);
    assert.match(await inside(product, {}), /topic Prueba/);
    const elsewhere = { DATA_DIR: dir, KAFKA_BROKERS: product.brokers };
    await assert.rejects(inside(product, elsewhere), /KAFKA_USER and KAFKA_PASSWORD/);
    const login = { KAFKA_USER: users.user, KAFKA_PASSWORD: users.kafka };
    assert.match(await inside(product, { ...elsewhere, ...login }), /topic Prueba/);

    const seen = await everything(product);
    const stored = await readingsOf(product);
    await product.stop();
    seen.set('the arguments of all programs', commandLines.stop().join('\n'));
    seen.set('the terminal', product.lines.join('\n'));
    const logs = await readdir(path.join(product.folder, 'logs'));
    const texts = logs.map((file) => readFile(path.join(product.folder, 'logs', file), 'utf8'));
    seen.set('the logs', (await Promise.all(texts)).join('\n'));
    assertNowhere(users, seen);

    const backup = path.join(dir, 'backup.tar.gz');
    await npm('backup', backup, product);
    const other = await create();
    await npm('restore', backup, other);
    await other.start();
    assert.deepEqual(readServiceUsers(other.folder), users);
    await goesOn(other, stored);
    await letsInNobodyElse(other, users);
    await other.stop();

    // Back to where it was, as the documentation says.
    const secured = await readFile(path.join(other.folder, 'node-red', 'flows.json'), 'utf8');
    await rm(serviceUsersFile(other.folder));
    await other.start();
    assert.doesNotMatch(other.lines.at(-1) ?? '', /passwords in/);
    await goesOn(other, stored);
    assert.equal(await readFile(path.join(other.folder, 'node-red', 'flows.json'), 'utf8'), secured);
  });
});

/** The ids of all readings that are stored. */
async function readingsOf({ mongoUri }: Product): Promise<Set<string>> {
  const client = await new MongoClient(mongoUri).connect();
  try {
    const all = await client.db('datos').collection('datos').find().toArray();
    return new Set(all.map(({ readingId }) => String(readingId)));
  } finally {
    await client.close();
  }
}

/** What was stored is there, what the board sends now goes the whole way, and Node-RED finds itself well. */
async function goesOn(product: Product, before: Set<string>): Promise<void> {
  const now = await readingsOf(product);
  assert.deepEqual(
    [...before].filter((id) => !now.has(id)),
    [],
    'readings that are missing',
  );
  await until(
    'a reading that came after',
    async () => (await readingsOf(product)).size > now.size,
    NEXT_READING_MS,
  );
  await until(
    'it to be well',
    async () => (await fetch(`${product.dashboard}health/ready`)).ok,
    NEXT_READING_MS,
  );
}

/** As another user of this machine would try it. */
async function letsInNobodyElse({ brokers, mongoUri }: Product, users: ServiceUsers): Promise<void> {
  const as = (password: string): { sasl: SASLOptions } => ({
    sasl: { mechanism: 'scram-sha-512', username: users.user, password },
  });
  for (const login of [{}, as('wrong'), as(users.database)]) {
    const kafka = new Kafka({
      brokers: [brokers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
      ...login,
    });
    const admin = kafka.admin();
    await assert.rejects(
      admin.connect().then(() => admin.listTopics()),
      /Closed connection|authentication failed|ECONNRESET|socket hang up/i,
    );
    await admin.disconnect();
  }
  const address = mongoUri.replace(/\/\/.*@/, '//').replace(/\/\?.*/, '');
  for (const [uri, code] of [
    [address, 13],
    [mongoUri.replace(users.database, users.kafka), 18],
  ] as const) {
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
    const collection = client.db('datos').collection('datos');
    await assert.rejects(collection.insertOne({ forged: true }), { code });
    await assert.rejects(collection.findOne(), { code });
    await client.close();
  }
}

/** All that somebody without rights to the folder, or with a look at the editor, may see, by where. */
async function everything(product: Product): Promise<Map<string, string>> {
  const api = await AdminApi.connect(`${product.dashboard}admin`);
  const seen = new Map<string, string>();
  try {
    await until('statuses of the nodes', () => api.statuses.size > 3);
    const flows = JSON.parse(await api.request('/flows')) as { id: string; type: string }[];
    const configs = flows.filter(({ type }) => /^(kafka-cluster|mongo-database)$/.test(type));
    assert.equal(configs.length, 2);
    for (const { id, type } of configs) seen.set(id, await api.request(`/credentials/${type}/${id}`));
    for (const place of ['/flows', '/settings', '/diagnostics']) seen.set(place, await api.request(place));
    seen.set('statuses', JSON.stringify([...api.statuses]));
  } finally {
    api.close();
  }
  for (const place of ['', 'metrics', 'health/ready', 'dashboard/'])
    seen.set(`/${place}`, await (await fetch(`${product.dashboard}${place}`)).text());
  for (const file of ['flows.json', 'flows_cred.json', 'package.json'])
    seen.set(file, await readFile(path.join(product.folder, 'node-red', file), 'utf8'));
  return seen;
}

function assertNowhere({ kafka, database, internal }: ServiceUsers, seen: Map<string, string>): void {
  for (const [place, text] of seen) {
    assert.ok(text.length > 0, `${place} is empty`);
    for (const [use, secret] of Object.entries({ kafka, database, internal })) {
      for (const way of waysToWrite(secret)) {
        const at = text.indexOf(way);
        assert.equal(
          at,
          -1,
          `the password ${use} is in ${place}: ${text.slice(Math.max(0, at - 200), at + 100)}`,
        );
      }
    }
  }
}

/** What `npm run inside` shows. */
async function inside({ folder, brokers }: Product, more: Record<string, string>): Promise<string> {
  const port = brokers.split(':').at(-1);
  const { stdout } = await run('npm', ['run', '--silent', 'inside'], {
    cwd: ROOT,
    env: { ...process.env, LC_ALL: 'C.UTF-8', DATA_DIR: folder, KAFKA_PORT: port, ...more },
  });
  return stdout;
}

/** @throws (a rejection) with what it says where it fails */
async function npm(script: string, file: string, { folder }: Product): Promise<void> {
  const env = { ...process.env, DATA_DIR: folder };
  await run('npm', ['run', '--silent', script, '--', file], { cwd: ROOT, env });
}
