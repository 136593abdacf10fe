import assert from 'node:assert/strict';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { KnownNames } from '../../../nodes/guard/names';
import { guardServer, isGuarded } from '../../../nodes/guard/server-guard';
import type { Refusal } from '../../../nodes/guard/who-may-ask';

describe('a guarded server', () => {
  let server: Server;
  let port: number;
  let heard: string[];
  let refused: Refusal[];

  beforeEach(async () => {
    heard = [];
    refused = [];
    server = createServer();
    guardServer(server, { names: new KnownNames(), refused: (refusal) => refused.push(refusal) });
    // Each as a part of Node-RED listens: after the guard was set up, and beside others.
    for (let i = 0; i < 2; i++) {
      server.on('upgrade', (incoming: IncomingMessage, socket) => {
        heard.push(`upgrade ${incoming.url}`);
        if (socket.writable)
          socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      });
    }
    server.on('request', (incoming, response) => {
      heard.push(`${incoming.method} ${incoming.url}`);
      response.end('heard');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

  /** @returns the status, and what came with it */
  function ask(headers: Record<string, string>, method = 'GET', body = ''): Promise<[number, string]> {
    return new Promise((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', method, path: '/x', headers });
      asked.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve([response.statusCode ?? 0, text]));
      });
      asked.on('upgrade', (response) => resolve([response.statusCode ?? 0, '']));
      asked.on('error', reject);
      asked.end(body);
    });
  }

  it('hears its own pages and programs, requests and WebSockets alike', async () => {
    assert.deepEqual(await ask({}, 'POST', 'x'), [200, 'heard']);
    assert.deepEqual(await ask({ origin: `http://127.0.0.1:${port}` }), [200, 'heard']);
    const [status] = await ask({ connection: 'Upgrade', upgrade: 'websocket' });
    assert.equal(status, 101);
    assert.deepEqual(heard, ['POST /x', 'GET /x', 'upgrade /x', 'upgrade /x']);
    assert.deepEqual(refused, []);
  });

  for (const [what, headers] of [
    ['another origin', { origin: 'http://evil.example' }],
    ['another name', { host: 'evil.example' }],
  ] as const) {
    it(`lets nobody hear what comes from ${what}`, async () => {
      for (const more of [{}, { connection: 'Upgrade', upgrade: 'websocket' }, { expect: '100-continue' }]) {
        const [status, text] = await ask({ ...headers, ...more });
        assert.equal(status, 403, JSON.stringify(more));
        assert.match(text, /HOST_NAMES/);
      }
      assert.deepEqual(heard, []);
      assert.equal(refused.length, 3);
    });
  }

  for (const [what, lines] of [
    ['several names', ['GET / HTTP/1.1', 'Host: 127.0.0.1', 'Host: evil.example']],
    ['an address of another server', ['GET http://evil.example/ HTTP/1.1', 'Host: 127.0.0.1']],
    ['no name, as HTTP/1.0 may', ['GET / HTTP/1.0', 'X-Forwarded-Host: 127.0.0.1']],
    ['its body behind', ['POST / HTTP/1.1', 'Host: evil.example', 'Content-Length: 40']],
  ] as const) {
    it(`lets nobody hear what comes with ${what}, nor what follows on the connection`, async () => {
      const told = await new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(
            `${lines.join('\r\n')}\r\n\r\nGET /next HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${' '.repeat(40)}`,
          ),
        );
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('error', reject);
        socket.on('close', () => resolve(text));
      });
      assert.match(told, /^HTTP\/1\.1 403 /);
      assert.doesNotMatch(told, / 200 /);
      assert.deepEqual(heard, []);
    });
  }

  it('says with each answer what a browser has to keep to', async () => {
    const { headers } = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN');
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'self'.*form-action 'self'/);
  });

  it('is guarded once, however often that is asked for', async () => {
    assert.ok(isGuarded(server));
    guardServer(server, { names: new KnownNames(), refused: () => assert.fail('a second guard') });
    assert.equal((await ask({ host: 'evil.example' }))[0], 403);
    assert.equal(refused.length, 1);
  });
});
