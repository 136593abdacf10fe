import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Finding } from '../../nodes/shared/connection-test';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { database, kafka } from '../support/services';

/** Of the password "secreto". */
const LOGIN = {
  user: 'ana',
  password: 'secreto',
  passwordHash: '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK',
};

describe('our routes of the editor, where the editor asks for a password', function () {
  this.timeout(120_000);
  let nodeRed: TestNodeRed;
  let token: string;

  before(async () => {
    nodeRed = await startNodeRed({ admin: LOGIN });
    const answer = await post('auth/token', {
      client_id: 'node-red-editor',
      grant_type: 'password',
      scope: '*',
      username: LOGIN.user,
      password: LOGIN.password,
    });
    assert.equal(answer.status, 200);
    ({ access_token: token } = (await answer.json()) as { access_token: string });
  });

  after(() => nodeRed.dispose());

  function post(path: string, body: unknown, authorization = ''): Promise<Response> {
    return fetch(nodeRed.editor + path, {
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

  for (const [method, path] of [
    ['GET', 'serial-json-in/ports'],
    ['POST', 'kafka-cluster/test'],
    ['POST', 'mongo-database/test'],
  ] as const) {
    it(`${method} ${path} is refused without a login, and with one that nobody gave out`, async () => {
      for (const authorization of ['', 'Bearer abc', 'Basic YW5hOnNlY3JldG8=']) {
        const answer = await fetch(nodeRed.editor + path, { method, headers: { authorization } });
        assert.equal(answer.status, 401, authorization);
        assert.equal(await answer.text(), 'Unauthorized');
      }
    });
  }

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
      ['an address is none', 'mongo-database', { uri: 'http://x' }, 'mongo-database.errors.uri'],
    ] as const) {
      it(`${type}: ${title}`, async () => {
        const place = (value: string): string =>
          value === 'silent' ? (type === 'mongo-database' ? `mongodb://${address}` : address) : value;
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
