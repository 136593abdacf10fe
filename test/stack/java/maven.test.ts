import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { installedJava } from '../../../stack/java/java';
import { runMaven } from '../../../stack/java/maven';
import { settingsFor } from '../../../stack/java/maven-settings';
import { ROOT } from '../../../stack/paths';
import { proxyOf } from '../../../stack/process/proxy';
import { findProgram } from '../../../stack/programs';
import { skip } from '../../support/skip';
import { withTempDir } from '../../support/temp-dir';

const PASSWORD = 'se@cre&to<';

describe('Maven behind a proxy', function () {
  this.timeout(120_000);
  const names = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'TMPDIR'];
  const before = names.map((name) => [name, process.env[name]] as const);

  afterEach(() => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });

  it('goes through it, and signs in there, with what the environment says', async function () {
    const java = await installedJava();
    if (java === undefined || findProgram('mvn') === undefined)
      return skip(this, 'no Maven, or no Java for it, is installed');
    const asked: { host: string; login: string }[] = [];
    const proxy = createServer();
    // It lets nobody in, not even who has the password.
    proxy.on('connect', ({ url = '', headers }, socket) => {
      const login = headers['proxy-authorization'] ?? '';
      asked.push({ host: url, login: Buffer.from(login.replace('Basic ', ''), 'base64').toString() });
      const answer = login === '' ? '407 Proxy Authentication Required' : '403 Forbidden';
      socket.end(
        `HTTP/1.1 ${answer}\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    for (const name of names) delete process.env[name];
    process.env.HTTPS_PROXY = `http://ana:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
    try {
      await withTempDir(async (dir) => {
        const pom = path.join(ROOT, 'stack', 'kafka', 'pom.xml');
        const args = [
          '--file',
          pom,
          `-Dmaven.repo.local=${path.join(dir, 'repo')}`,
          'dependency:copy-dependencies',
        ];
        process.env.TMPDIR = dir;
        await assert.rejects(runMaven(args, java, 'to try it'), (error: Error) => {
          assert.ok(!error.message.includes(PASSWORD), error.message);
          return true;
        });
        assert.deepEqual(readdirSync(dir), ['repo'], 'no password is left');
      });
    } finally {
      proxy.close();
    }
    assert.ok(
      asked.some(({ host, login }) => host.endsWith(':443') && login === `ana:${PASSWORD}`),
      JSON.stringify(asked),
    );
  });

  it('is told of hosts that are reached without it', () => {
    const proxy = proxyOf({ HTTPS_PROXY: 'http://p', NO_PROXY: '.example.com, *.a.b,c:443' });
    assert.ok(proxy);
    const settings = settingsFor(proxy);
    assert.match(settings, /<port>80<\/port>/);
    assert.match(
      settings,
      /<nonProxyHosts>localhost\|127\.\*\|example\.com\|\*\.example\.com\|a\.b\|\*\.a\.b\|c\|\*\.c<\/nonProxyHosts>/,
    );
    assert.doesNotMatch(settings, /username|password/);
  });
});
