import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { readConfig } from '../../stack/config';
import { portHolder } from '../../stack/process/port-holder';
import { freePort, isPortFree } from '../../stack/process/ports';
import { Stack, type StackParts } from '../../stack/stack';
import { until } from '../support/until';

const PASSWORD = 'secreto';
const PASSWORD_HASH = '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK';

/** What Java, its class path, its settings and Kafka's lists could each take for something else. */
const FOLDER = 'José, año: 100 % ñ 温度';

/** A dashboard with one text, and an address that answers with what the flows see of their environment. */
const FLOWS = [
  { id: 'tab', type: 'tab', label: 'flow' },
  { id: 'page', type: 'ui_tab', name: 'Home', icon: 'dashboard', order: 1 },
  { id: 'group', type: 'ui_group', name: 'group', tab: 'page', order: 1, disp: true, width: 6 },
  {
    id: 'text',
    type: 'ui_text',
    z: 'tab',
    group: 'group',
    label: 'text',
    format: '',
    x: 100,
    y: 40,
    wires: [],
  },
  { id: 'in', type: 'http in', z: 'tab', url: '/env', method: 'get', x: 100, y: 80, wires: [['fill']] },
  {
    id: 'fill',
    type: 'function',
    z: 'tab',
    func: `const names = ['KAFKA_BROKERS', 'KAFKA_TOPIC', 'MONGODB_URI', 'SERIAL_PATH', 'SERIAL_BAUD', 'ADMIN_PASSWORD_HASH'];
           msg.payload = Object.fromEntries(names.map((name) => [name, env.get(name)]));
           return msg;`,
    outputs: 1,
    x: 250,
    y: 80,
    wires: [['out']],
  },
  { id: 'out', type: 'http response', z: 'tab', x: 400, y: 80, wires: [] },
];

describe('npm start', function () {
  this.timeout(120_000);
  let dir: string;
  let parts: StackParts;
  let env: Record<string, string>;
  let url: string;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-stack-'));
    const packageDir = path.join(dir, 'package');
    const flows = path.join(dir, 'flows.json');
    await mkdir(path.join(packageDir, 'examples'), { recursive: true });
    await writeFile(path.join(packageDir, 'package.json'), JSON.stringify(PACKAGE));
    await writeFile(path.join(packageDir, 'sensors.js'), 'module.exports = () => {};');
    await writeFile(path.join(packageDir, 'sensors.html'), '');
    await writeFile(path.join(packageDir, 'examples', 'pipeline.json'), '[]');
    await writeFile(flows, JSON.stringify(FLOWS));
    parts = { flows: [flows], packageDir };
    const [port, kafkaPort, mongoPort] = await Promise.all([freePort(), freePort(), freePort()]);
    env = {
      PORT: String(port),
      KAFKA_PORT: String(kafkaPort),
      MONGO_PORT: String(mongoPort),
      DATA_DIR: path.join(dir, FOLDER),
    };
    url = `http://127.0.0.1:${port}`;
  });

  after(() => rm(dir, { recursive: true, force: true }));

  it('runs everything, brings back what dies, and leaves nothing running', async () => {
    const reports: string[] = [];
    const stack = new Stack(readConfig(env), (line) => reports.push(line), parts);
    try {
      const addresses = await stack.start();
      assert.ok(reports.includes('starting Kafka, the database and the board'));
      assert.equal(addresses.dashboard, `${url}/`);
      assert.equal(addresses.editor, `${url}/admin`);
      assert.match(await page('/'), /ng-app|angular/);
      assert.match(await page('/admin/'), /red\.min\.js|red\/red/);
      assert.deepEqual(JSON.parse(await page('/env')), {
        KAFKA_BROKERS: `127.0.0.1:${env.KAFKA_PORT}`,
        KAFKA_TOPIC: 'Prueba',
        MONGODB_URI: `mongodb://127.0.0.1:${env.MONGO_PORT}`,
        SERIAL_PATH: path.join(dir, FOLDER, 'board'),
        SERIAL_BAUD: '9600',
      });
      assert.ok(existsSync(addresses.serial ?? ''), 'the board has its serial line');
      assert.match(await page('/admin/library/examples/flows/'), /sensors/);

      const settings = path.join(dir, FOLDER, 'kafka', 'broker-1', 'server.properties');
      const before = await readFile(settings, 'utf8');
      const another = await runMain({ ...env, PORT: '1', KAFKA_PORT: '2', MONGO_PORT: '3' });
      assert.equal(another.code, 1);
      const held = `DATA_DIR: ${path.join(dir, FOLDER)} is in use by process ${process.pid}, another npm start`;
      assert.ok(another.stderr.startsWith(held), another.stderr);
      assert.equal(await readFile(settings, 'utf8'), before);

      const kafka = Number(/\(process (\d+)\)/.exec(portHolder(Number(env.KAFKA_PORT)) ?? '')?.[1]);
      process.kill(kafka, 'SIGKILL');
      await until('Kafka to be back', () => reports.includes('Kafka is back'), 60_000);
      assert.ok(reports.some((line) => line.startsWith('Kafka ended (killed by SIGKILL)')));
      assert.equal((await fetch(`${url}/env`)).status, 200);
      assert.deepEqual(await openToOthers(path.join(dir, FOLDER)), []);
    } finally {
      const since = Date.now();
      await stack.stop();
      assert.ok(Date.now() - since < 10_000, `stopping took ${Date.now() - since} ms`);
    }
    assert.deepEqual(
      (await readdir(dir)).sort(),
      [FOLDER, 'flows.json', 'package'].sort(),
      'nothing beside it',
    );
    for (const name of ['PORT', 'KAFKA_PORT', 'MONGO_PORT']) {
      assert.equal(await isPortFree(Number(env[name])), true, name);
    }
    assert.equal(
      existsSync(path.join(dir, FOLDER, 'board')),
      false,
      'the board has taken its serial line away',
    );
  });

  it('is ready within 20 s the next time, and asks for the password where there is one', async () => {
    const stack = new Stack(
      readConfig({ ...env, ADMIN_PASSWORD_HASH: PASSWORD_HASH }),
      () => undefined,
      parts,
    );
    try {
      const since = Date.now();
      await stack.start();
      assert.ok(Date.now() - since < 20_000, `it took ${Date.now() - since} ms`);
      assert.equal((await fetch(`${url}/`)).status, 401);
      assert.equal((await fetch(`${url}/admin/flows`)).status, 401);
      const login = { authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}` };
      assert.equal((await fetch(`${url}/`, { headers: login })).status, 200);
      const seen = (await (await fetch(`${url}/env`, { headers: login })).json()) as Record<string, string>;
      assert.equal(seen.ADMIN_PASSWORD_HASH, undefined, 'the flows do not see the hash');
    } finally {
      await stack.stop();
    }
  });

  it("runs without the topic of a Kafka of one's own that it can't reach, and says what to do", async () => {
    const reports: string[] = [];
    const elsewhere = {
      ...{ KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'mine', MONGODB_URI: 'mongodb://127.0.0.1:1' },
      ...{ SERIAL_PATH: '/dev/null', DATA_DIR: path.join(dir, 'elsewhere') },
    };
    const stack = new Stack(readConfig({ ...env, ...elsewhere }), (line) => reports.push(line), parts);
    try {
      await stack.start();
      assert.deepEqual(
        reports.filter((line) => line.startsWith('starting')),
        ['starting Node-RED'],
      );
      const advice = reports.find((line) => line.startsWith('topic mine could not be')) ?? assert.fail();
      assert.match(
        advice,
        /^topic mine could not be looked up or created at 127\.0\.0\.1:1 \(.*ECONNREFUSED/,
      );
      assert.ok(advice.includes(`open ${url}/admin, enter both in the config node kafka-cluster and deploy`));
      assert.ok(
        advice.includes(
          'kafka-topics.sh --bootstrap-server 127.0.0.1:1 --create --topic mine --partitions 3',
        ),
      );
    } finally {
      await stack.stop();
    }
  });

  it('ends at once when a port is taken, naming the port and the variable', async () => {
    const server = createServer().listen(Number(env.KAFKA_PORT), '127.0.0.1');
    await once(server, 'listening');
    const { code, stderr } = await runMain(env);
    server.close();
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(`port ${env.KAFKA_PORT} is in use by .*process ${process.pid}.*KAFKA_PORT`),
    );
  });

  it('ends at once when it would be open to others without a password', async () => {
    const { code, stderr } = await runMain({ ...env, HOST: '0.0.0.0' });
    assert.equal(code, 1);
    assert.match(stderr, /^HOST: 0\.0\.0\.0 can be reached from other machines/);
  });

  async function page(place: string): Promise<string> {
    const response = await fetch(`${url}${place}`);
    assert.equal(response.status, 200, place);
    return response.text();
  }
});

const PACKAGE = {
  name: 'node-red-contrib-sensors',
  version: '1.0.0',
  keywords: ['node-red'],
  'node-red': { nodes: { sensors: 'sensors.js' } },
};

async function runMain(env: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
  const main = path.join(__dirname, '..', '..', 'stack', 'main.ts');
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', main], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, exit] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: exit[0] as number | null, stderr };
}

/** @returns what of a folder others than its owner may read, write or enter */
async function openToOthers(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const places = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));
  assert.ok(places.length > 20, 'Kafka, database and Node-RED have written something');
  const open: string[] = [];
  for (const place of [folder, ...places]) {
    // A file of a log or a database may be gone by now.
    const found = await stat(place).catch(() => undefined);
    if (found && (found.mode & 0o077) !== 0) open.push(place);
  }
  return open;
}
