import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { makeCertificates } from '../support/certificates';
import { startNodeRed, type TestNodeRed } from '../support/node-red';

const HASH = '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK';

describe('dashboard and editor by TLS', function () {
  this.timeout(120_000);
  let dir: string;
  let ca: Buffer;
  let nodeRed: TestNodeRed;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-tls-'));
    const certificates = await makeCertificates(dir);
    ca = await readFile(certificates.ca);
    const { cert, key } = certificates.server;
    nodeRed = await startNodeRed({
      tls: { cert, key },
      admin: { user: 'ana', passwordHash: HASH },
      signIn: 'the-secret',
    });
  });

  after(async () => {
    await nodeRed?.dispose();
    await rm(dir, { recursive: true, force: true });
  });

  function get(place: string, headers: Record<string, string> = {}): Promise<[number, IncomingHttpHeaders]> {
    return new Promise((resolve, reject) => {
      const options = { ca, headers, agent: false as const, servername: 'localhost' };
      const asked = request(nodeRed.url + place, options, (response) => {
        response.resume();
        resolve([response.statusCode ?? 0, response.headers]);
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  it('hands out cookies that go by TLS alone, also by the link that signs in', async () => {
    assert.match(nodeRed.url, /^https:/);
    const [status, { 'set-cookie': [cookie = ''] = [] }] = await get('/?sign-in=the-secret');
    assert.equal(status, 302);
    assert.match(cookie, /; HttpOnly; SameSite=Strict; Secure$/);
    assert.notEqual((await get('/', { cookie: cookie.split(';')[0] ?? '' }))[0], 401);
    assert.equal((await get('/'))[0], 401);
    const [, { location = '' }] = await get('/admin/?sign-in=the-secret');
    const token = new URL(location, nodeRed.url).searchParams.get('access_token');
    assert.equal((await get('/admin/flows', { authorization: `Bearer ${token}` }))[0], 200);
  });

  it('is guarded as without it', async () => {
    assert.equal((await get('/', { origin: nodeRed.url.replace('https', 'http') }))[0], 401);
    assert.equal((await get('/', { origin: 'https://evil.example' }))[0], 403);
    assert.equal((await get('/', { host: 'evil.example' }))[0], 403);
  });
});
