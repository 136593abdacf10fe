import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import type { Finding } from '../../nodes/shared/connection-test';
import { mergeFlows } from '../../stack/node-red/flows';
import { SETTINGS_FILE } from '../../stack/node-red/node-red';
import { DashboardPage } from '../browser/support/dashboard-page';
import { launchBrowser } from '../support/browser';
import { Editor } from '../support/editor';
import { readFlow } from '../support/flow-settings';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { database, kafka } from '../support/services';
import { until } from '../support/until';

const PASSWORD = 'secreto';
const PASSWORD_HASH = '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK';

/** May change the flows. */
const ADMIN = 'ana';
/** The others whom the editor knows, and what they may. */
const OTHERS = { reader: 'read', visitor: ['flows.read', 'settings.read'] };

/** Our settings, and more users in them. */
const SETTINGS = `
const settings = require(${JSON.stringify(SETTINGS_FILE)});
for (const [username, permissions] of Object.entries(${JSON.stringify(OTHERS)}))
  settings.adminAuth.users.push({ username, permissions, password: '${PASSWORD_HASH}' });
module.exports = settings;
`;

const SCHEMES = { 'kafka-cluster': '', 'mongo-database': 'mongodb://', 'schema-registry': 'http://' };

const OUR_ROUTES = [
  ['GET', 'serial-json-in/ports'],
  ['POST', 'serial-json-in/preview'],
  ['POST', 'kafka-cluster/test'],
  ['POST', 'mongo-database/test'],
  ['POST', 'schema-registry/test'],
  ['GET', 'mongo-sink/take-in/sink'],
  ['POST', 'mongo-sink/take-in/sink'],
] as const;

describe('our routes of the editor, where the editor asks for a password', function () {
  this.timeout(120_000);
  let dir: string;
  let nodeRed: TestNodeRed;
  let token: string;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'permissions-'));
    const settings = path.join(dir, 'settings.cjs');
    await writeFile(settings, SETTINGS);
    nodeRed = await startNodeRed({ settings, admin: { user: ADMIN, passwordHash: PASSWORD_HASH } });
    token = await logIn(ADMIN);
  });

  after(async () => {
    await nodeRed?.dispose();
    await rm(dir, { recursive: true, force: true });
  });

  /** @returns the user's access token */
  async function logIn(username: string): Promise<string> {
    const login = { grant_type: 'password', scope: '', username, password: PASSWORD };
    const answer = await post('auth/token', { client_id: 'node-red-editor', ...login });
    assert.equal(answer.status, 200, await answer.clone().text());
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  /** @returns the status of the answer that a user gets */
  async function ask(method: string, place: string, user: string): Promise<number> {
    const authorization = `Bearer ${await logIn(user)}`;
    return (await fetch(nodeRed.editor + place, { method, headers: { authorization } })).status;
  }

  function post(place: string, body: unknown, authorization = ''): Promise<Response> {
    return fetch(nodeRed.editor + place, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
    });
  }

  async function test(type: string, fields: Record<string, string>, credentials = {}): Promise<Finding[]> {
    const answer = await post(`${type}/test`, { id: 'new', fields, credentials }, `Bearer ${token}`);
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as Finding[];
  }

  for (const [method, place] of OUR_ROUTES) {
    it(`${method} ${place} is refused without a login, and with one that nobody gave out`, async () => {
      for (const authorization of ['', 'Bearer abc', 'Basic YW5hOnNlY3JldG8=']) {
        const answer = await fetch(nodeRed.editor + place, { method, headers: { authorization } });
        assert.equal(answer.status, 401, authorization);
        assert.equal(await answer.text(), 'Unauthorized');
      }
    });
  }

  for (const type of ['kafka-cluster', 'mongo-database', 'schema-registry']) {
    it(`${type}/test is refused to who may only look at the flows, and not to who may change them`, async () => {
      for (const user of Object.keys(OTHERS)) {
        assert.equal(await ask('POST', `${type}/test`, user), 401, user);
      }
      // It is asked without what it takes.
      assert.equal(await ask('POST', `${type}/test`, ADMIN), 400);
    });
  }

  it('what other programs have stored is neither looked at nor taken in for who may only look at the flows', async () => {
    for (const user of Object.keys(OTHERS))
      assert.equal(await ask('POST', 'mongo-sink/take-in/sink', user), 401, user);
    assert.equal(await ask('GET', 'mongo-sink/take-in/sink', 'visitor'), 401);
    // There is no such node.
    assert.equal(await ask('POST', 'mongo-sink/take-in/sink', ADMIN), 404);
  });

  it('the serial ports are listed for who may read everything, and for nobody who may less', async () => {
    assert.equal(await ask('GET', 'serial-json-in/ports', 'visitor'), 401);
    for (const user of ['reader', ADMIN]) {
      assert.equal(await ask('GET', 'serial-json-in/ports', user), 200, user);
    }
  });

  it('who may only look at the flows is told why the connection is not tested', async () => {
    const browser = await launchBrowser();
    try {
      const editor = await Editor.open(browser, nodeRed.editor, 'es-CO', {
        user: 'reader',
        password: PASSWORD,
      });
      for (const [type, field, x] of [
        ['kafka-producer', 'cluster', 300],
        ['mongo-sink', 'database', 600],
      ] as const) {
        const node = await editor.edit(await editor.addNode(type, { x, y: 100 }));
        await node.addConfig(field, async (dialog) => {
          assert.deepEqual(await dialog.testConnection(), [
            'error: Su usuario de este editor no puede probar conexiones: hace falta el permiso para cambiar flujos',
          ]);
        });
        if (type === 'mongo-sink') {
          await editor.page.locator('#node-input-take-in-look').click();
          const refused = 'No tiene permiso para cambiar este nodo.';
          await editor.page.locator('#node-input-take-in-found', { hasText: refused }).waitFor();
        }
        await node.done();
      }
    } finally {
      await browser.close();
    }
  });

  it('the serial ports are listed for who has logged in', async () => {
    const answer = await fetch(`${nodeRed.editor}serial-json-in/ports`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 200);
    assert.ok(Array.isArray(await answer.json()));
  });

  it('a cluster is tested for who has logged in', async () => {
    const { brokers } = await kafka();
    const found = await test('kafka-cluster', { brokers, clientId: 'x', tls: '', sasl: 'none' });
    assert.deepEqual(
      found.filter(({ key }) => !key.endsWith('topics')).map(({ level, key }) => `${level} ${key}`),
      ['cluster', 'brokers', 'kraft', 'write', 'create'].map((name) => `good kafka-cluster.test.${name}`),
    );
    assert.equal(found[1]?.params.addresses, brokers);
  });

  it('a database is tested for who has logged in', async () => {
    const { uri } = await database();
    const found = await test('mongo-database', { uri, database: 'permissions' });
    assert.deepEqual(
      found.map(({ level }) => level),
      ['good', 'good'],
    );
    assert.match(String(found[0]?.params.version), /^\d+\.\d+/);
  });

  it('what is no such request is refused with the reason', async () => {
    for (const body of [{}, { id: 'x', fields: { uri: 1 }, credentials: {} }, { id: 'x', fields: null }]) {
      const answer = await post('mongo-database/test', body, `Bearer ${token}`);
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /expected/);
    }
  });

  describe('tell within 11 s why there is no connection:', () => {
    let silent: Server;
    let address: string;

    before(async () => {
      silent = createServer((socket) => socket.on('error', () => socket.destroy()));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    });

    after(() => silent.close());

    for (const [title, type, fields, key] of [
      ['nobody listens', 'kafka-cluster', { brokers: '127.0.0.1:1' }, 'kafka-cluster.errors.unreachable'],
      ['a broker is silent', 'kafka-cluster', { brokers: 'silent' }, 'kafka-cluster.test.no-answer'],
      ['a database is silent', 'mongo-database', { uri: 'silent' }, 'mongo-database.errors.unreachable'],
      [
        'a variable is unset',
        'kafka-cluster',
        { brokers: '${NOT_SET}' },
        'kafka-cluster.errors.unset-variable',
      ],
      ['a registry is silent', 'schema-registry', { url: 'silent' }, 'schema-registry.errors.no-answer'],
      ['an address is none', 'mongo-database', { uri: 'http://x' }, 'mongo-database.errors.uri'],
    ] as const) {
      it(`${type}: ${title}`, async () => {
        const place = (value: string): string => (value === 'silent' ? `${SCHEMES[type]}${address}` : value);
        const given = Object.entries(fields).map(([name, value]) => [name, place(value)]);
        const since = Date.now();
        const found = await test(type, { database: 'x', ...(Object.fromEntries(given) as object) });
        assert.deepEqual(
          found.map(({ level, key }) => [level, key]),
          [['error', key]],
        );
        assert.ok(Date.now() - since < 11_000);
      });
    }
  });
});

describe('the dashboards, where Node-RED asks for a password', function () {
  this.timeout(120_000);
  const RIGHT = `Basic ${btoa(`${ADMIN}:${PASSWORD}`)}`;
  const WRONG = `Basic ${btoa(`${ADMIN}:otro`)}`;
  const topic = `dashboards-${Date.now()}`;
  let client: MongoClient;
  let nodeRed: TestNodeRed;

  before(async () => {
    const [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
    client = await new MongoClient(uri).connect();
    await client
      .db(topic)
      .collection('nodos')
      .insertOne({ nodo: 'uno', topic, ts: new Date(), valores: { humedad: 1 } });
    nodeRed = await startNodeRed({
      admin: { user: ADMIN, passwordHash: PASSWORD_HASH },
      env: { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, MONGODB_URI: uri },
    });
    const nodes = mergeFlows([readFlow('flows/server.json'), readFlow('flows/dashboard-2.json')]);
    for (const node of nodes) if (node.type === 'mongo-database') node.database = topic;
    const login = await fetch(`${nodeRed.editor}auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: 'node-red-editor',
        grant_type: 'password',
        scope: '*',
        username: ADMIN,
        password: PASSWORD,
      }),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const deployed = await fetch(`${nodeRed.editor}flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(nodes),
    });
    assert.equal(deployed.status, 204, await deployed.text());
  });

  after(async () => {
    await nodeRed?.dispose();
    await client?.db(topic).dropDatabase();
    await client?.close();
  });

  /** Opens a connection as a page does. @returns the first packet of socket.io: 40 lets in, 44 does not */
  async function connect(place: string, headers: Record<string, string>): Promise<string> {
    const url = `${nodeRed.url}${place}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(url, { headers })).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const session = `${url}&sid=${sid}`;
    await (await fetch(session, { method: 'POST', headers, body: '40' })).text();
    return (await (await fetch(session, { headers })).text()).slice(0, 2);
  }

  for (const [dashboard, place, page] of [
    ['the classic dashboard', '', ''],
    ['Dashboard 2.0', '/dashboard', 'dashboard/lecturas'],
  ] as const) {
    it(`${dashboard}: its sockets let nobody in without the password`, async () => {
      for (const headers of [{}, { authorization: WRONG }, { authorization: 'Bearer x' }]) {
        assert.equal(await connect(place, headers as Record<string, string>), '44');
      }
      assert.equal(await connect(place, { authorization: RIGHT }), '40');
    });

    it(`${dashboard}: its sockets let no page of another website in, which a browser gives the password too`, async () => {
      const url = `${nodeRed.url}${place}/socket.io/?EIO=4&transport=polling`;
      for (const origin of ['http://example.com', 'null']) {
        assert.equal((await fetch(url, { headers: { authorization: RIGHT, origin } })).status, 403, origin);
      }
      assert.equal(await connect(place, { authorization: RIGHT, origin: nodeRed.url }), '40');
    });

    it(`${dashboard}: its page works in a browser that was given the password once`, async () => {
      const browser = await launchBrowser();
      try {
        const httpCredentials = { username: ADMIN, password: PASSWORD };
        const opened = await DashboardPage.open(browser, nodeRed.url, page, { httpCredentials });
        await opened.row('uno').waitFor();
        // The page asks again over the connection that took the place of the polling.
        let asked = false;
        opened.page.on('websocket', (socket) => socket.on('framesent', () => (asked = true)));
        await opened.page.reload();
        await opened.row('uno').waitFor();
        await until('the WebSocket', () => asked);
      } finally {
        await browser.close();
      }
    });
  }
});
