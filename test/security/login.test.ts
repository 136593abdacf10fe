import assert from 'node:assert/strict';
import { mergeFlows } from '../../stack/node-red/flows';
import { readFlow } from '../support/flow-settings';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { ask, type Told } from './support/foreign';

const PASSWORD = 'secreto';
const HASH = '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK';
/** A comparison with it takes some 0.3 s. */
const SLOW_HASH = '$2b$12$Hr0.4cm6kAD0pkYDFi2F4O6nUTFTjxOUDJMpZtIvlwmEAZ7P2SOFu';
const SIGN_IN = 'the-secret-of-the-link';
const PAGES = ['/', '/serial-kafka-mongo/dashboard.js', '/dashboard/lecturas'];

function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${btoa(`${user}:${password}`)}` };
}

describe('the password of editor and dashboards', function () {
  this.timeout(120_000);
  let nodeRed: TestNodeRed;

  async function start(passwordHash: string): Promise<void> {
    nodeRed = await startNodeRed({
      admin: { user: 'ana', passwordHash },
      viewer: { user: 'viewer', passwordHash: HASH },
      signIn: SIGN_IN,
      env: { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'x', MONGODB_URI: 'mongodb://127.0.0.1:1' },
      flows: mergeFlows([readFlow('flows/server.json'), readFlow('flows/dashboard-2.json')]),
    });
  }

  afterEach(() => nodeRed?.dispose());

  /** @returns the first packet of socket.io: 40 lets in, 44 does not */
  async function connect(place: string, headers: Record<string, string>): Promise<string> {
    const url = `${nodeRed.url}${place}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await ask(url, { headers })).body.slice(1)) as { sid: string };
    await ask(`${url}&sid=${sid}`, { method: 'POST', headers, body: '40' });
    return (await ask(`${url}&sid=${sid}`, { headers })).body.slice(0, 2);
  }

  /** @returns the cookie that an answer sets, as a browser sends it back */
  function cookieOf(response: Response): Record<string, string> {
    const [cookie = ''] = response.headers.getSetCookie();
    assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Strict$/);
    return { cookie: cookie.split(';')[0] ?? '' };
  }

  async function token(username: string, password: string, way = 'auth/token'): Promise<Told> {
    const { pathname } = new URL(nodeRed.editor);
    return ask(nodeRed.url, {
      // Not as a URL: that would be tidied up.
      path: pathname + way,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: 'node-red-editor',
        grant_type: 'password',
        scope: '',
        username,
        password,
      }).toString(),
    });
  }

  it('is a text: no login by anything else ends Node-RED, or keeps others out', async () => {
    await start(HASH);
    const { pathname } = new URL(nodeRed.editor);
    const login = {
      client_id: 'node-red-editor',
      grant_type: 'password',
      scope: '',
      username: 'ana',
      password: 'x',
    };
    const none = { toString: 1, valueOf: 1 };
    for (const wrong of [
      { password: {} },
      { password: none },
      { username: none },
      { scope: none },
      { client_id: none },
    ]) {
      for (const [type, body] of [
        ['application/json', JSON.stringify({ ...login, ...wrong })],
        [
          'application/x-www-form-urlencoded',
          Object.keys(wrong).reduce(
            (form, name) => `${form}&${name}[toString]=1&${name}[valueOf]=1`,
            new URLSearchParams(
              Object.entries(login).filter(([name]) => !Object.hasOwn(wrong, name)),
            ).toString(),
          ),
        ],
      ] as const) {
        const told = await ask(nodeRed.url, {
          path: `${pathname}auth/token`,
          method: 'POST',
          headers: { 'content-type': type },
          body,
        });
        assert.ok(told.status >= 400, `${body}: ${told.status} ${told.body}`);
        nodeRed.assertRunning();
        // What was wrong does not count where the password is right.
        if ('username' in wrong) assert.equal((await token('ana', PASSWORD)).status, 200);
      }
    }
    nodeRed.assertRunning();
  });

  it('is asked for once a session, by pages and sockets alike', async () => {
    await start(HASH);
    for (const page of PAGES) {
      for (const headers of [{}, basic('ana', 'otro'), basic('nobody', PASSWORD)] as Record<
        string,
        string
      >[]) {
        const response = await fetch(nodeRed.url + page, { headers });
        assert.equal(response.status, 401);
        assert.match(response.headers.get('www-authenticate') ?? '', /^Basic /);
        assert.deepEqual(response.headers.getSetCookie(), []);
      }
    }
    const session = cookieOf(await fetch(`${nodeRed.url}/`, { headers: basic('ana', PASSWORD) }));
    for (const page of PAGES) assert.equal((await ask(nodeRed.url + page, { headers: session })).status, 200);
    for (const place of ['', '/dashboard']) {
      assert.equal(await connect(place, session), '40');
      assert.equal(await connect(place, {}), '44');
    }
  });

  it('is asked for once behind a proxy that speaks TLS, whose cookie goes by TLS alone', async () => {
    await start(HASH);
    const headers = { ...basic('ana', PASSWORD), 'x-forwarded-proto': 'https' };
    const [cookie = ''] = (await fetch(`${nodeRed.url}/`, { headers })).headers.getSetCookie();
    assert.match(cookie, /; HttpOnly; SameSite=Strict; Secure$/);
  });

  it('lets a viewer open the dashboards, and nothing of the editor', async () => {
    await start(HASH);
    const viewer = basic('viewer', PASSWORD);
    for (const page of PAGES) assert.equal((await ask(nodeRed.url + page, { headers: viewer })).status, 200);
    for (const place of ['', '/dashboard']) assert.equal(await connect(place, viewer), '40');
    for (const place of ['flows', 'settings', 'nodes', 'context/global'])
      assert.equal((await ask(nodeRed.editor + place, { headers: viewer })).status, 401, place);
    assert.notEqual((await token('viewer', PASSWORD)).status, 200);
    assert.equal((await token('ana', PASSWORD)).status, 200);
  });

  it('is not needed by who has the link that signs in', async () => {
    await start(HASH);
    const wrong = await fetch(`${nodeRed.url}/?sign-in=x`, { redirect: 'manual' });
    assert.equal(wrong.status, 401);
    assert.equal((await fetch(`${nodeRed.editor}?sign-in=x`, { redirect: 'manual' })).status, 200);

    const opened = await fetch(`${nodeRed.url}/dashboard/lecturas?sign-in=${SIGN_IN}`, {
      redirect: 'manual',
    });
    assert.deepEqual([opened.status, opened.headers.get('location')], [302, '/dashboard/lecturas']);
    assert.equal((await ask(`${nodeRed.url}/`, { headers: cookieOf(opened) })).status, 200);
    const away = await fetch(`${nodeRed.url}//evil.example/?sign-in=${SIGN_IN}`, { redirect: 'manual' });
    assert.equal(away.headers.get('location'), '/evil.example/');

    const editor = await fetch(`${nodeRed.editor}?sign-in=${SIGN_IN}`, { redirect: 'manual' });
    assert.equal((await ask(`${nodeRed.url}/`, { headers: cookieOf(editor) })).status, 200);
    const location = new URL(editor.headers.get('location') ?? '', nodeRed.url);
    assert.equal(location.pathname, '/admin/');
    const authorization = `Bearer ${location.searchParams.get('access_token')}`;
    assert.equal((await ask(`${nodeRed.editor}flows`, { headers: { authorization } })).status, 200);
  });

  it('is guessed ten times by an address, and then no more, while others go on', async () => {
    await start(HASH);
    const session = cookieOf(await fetch(`${nodeRed.url}/`, { headers: basic('ana', PASSWORD) }));
    const guess = async (i: number): Promise<number> =>
      (await ask(`${nodeRed.url}/`, { headers: basic('ana', `guess ${i}`) })).status;
    for (let i = 0; i < 10; i++) assert.equal(await guess(i), 401);
    const refused = await fetch(`${nodeRed.url}/`, { headers: basic('ana', 'one more') });
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) > 500);
    assert.equal((await ask(`${nodeRed.url}/`, { headers: session })).status, 200);

    // The editor's own limit counts by name, and answers before ten.
    for (let i = 0; i < 10; i++) assert.ok((await token('ana', `guess ${i}`)).status !== 200);
    for (const way of ['auth/token', 'auth/token/', 'AUTH/Token', 'auth/token?x', 'auth/token#x'])
      assert.equal((await token('ana', PASSWORD, way)).status, 429, way);
  });

  it('can be guessed from any number of connections without anybody else having to wait', async () => {
    await start(SLOW_HASH);
    const opened = await fetch(`${nodeRed.url}/?sign-in=${SIGN_IN}`, { redirect: 'manual' });
    const session = cookieOf(opened);
    let guessing = true;
    const guesses = Promise.all(
      Array.from({ length: 30 }, (_, i) => ask(`${nodeRed.url}/`, { headers: basic('ana', `guess ${i}`) })),
    ).finally(() => (guessing = false));
    let answers = 0;
    while (guessing) {
      const { status } = await ask(`${nodeRed.url}/serial-kafka-mongo/dashboard.js`, { headers: session });
      assert.equal(status, 200);
      answers++;
    }
    const statuses = (await guesses).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 401).length, 10);
    assert.equal(statuses.filter((status) => status === 429).length, 20);
    // On the main thread there would be one between two comparisons, of which there are ten.
    assert.ok(answers > 30, `${answers} answers`);
  });
});
