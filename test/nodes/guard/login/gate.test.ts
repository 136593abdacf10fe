import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ownPath, pageGate } from '../../../../nodes/guard/login/gate';
import { Login } from '../../../../nodes/guard/login/login';

describe('the place that a link which signs in leads to', () => {
  for (const path of [
    '//evil.example/x',
    '/\\evil.example',
    '\\\\evil.example',
    '/\\/evil.example',
    '/./\\evil.example',
    '/a/..//evil.example',
    '/.//evil.example',
    'http://evil.example/',
    'javascript:alert(1)',
    '',
  ]) {
    it(`is on this server: ${JSON.stringify(path)}`, () => {
      const place = ownPath(path);
      assert.equal(new URL(place, 'http://here').host, 'here', place);
      assert.match(place, /^\/(?![/\\])/);
    });
  }

  it('is the page that was asked for', () => {
    for (const path of ['/', '/admin', '/dashboard/page1', '/con%20blanco/%C3%B1'])
      assert.equal(ownPath(path), path);
  });
});

describe('the gate of the pages', () => {
  it('knows a session beside cookies of the same name, which another server of the host has set', async () => {
    const login = new Login({
      users: [{ username: 'ana', password: 'hash' }],
      compare: () => Promise.resolve(false),
      signIn: 'of the link',
    });
    const gate = pageGate(login);
    const server = createServer((incoming, response) => gate(incoming, response, () => response.end('in')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const { session = '' } = login.admitLink('of the link') ?? {};
      const statusOf = async (...values: string[]): Promise<number | undefined> => {
        const cookie = values.map((value) => `serial_kafka_mongo_${port}=${value}`).join('; ');
        const asked = request({ port, host: '127.0.0.1', headers: { cookie } }).end();
        const [response] = (await once(asked, 'response')) as [IncomingMessage];
        response.resume();
        return response.statusCode;
      };
      assert.equal(await statusOf(session), 200);
      // A browser sends the one with the longer path first.
      for (const foreign of ['x', '', 'YW5h.9999999999999.x', '__proto__'])
        assert.equal(await statusOf(foreign, session), 200, foreign);
      assert.equal(await statusOf('x', 'y'), 401);
    } finally {
      server.close();
    }
  });
});
