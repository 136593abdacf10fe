import assert from 'node:assert/strict';
import path from 'node:path';
import { watchRoom } from '../../stack/disk-room';
import { installOnce } from '../../stack/install-once';
import { run } from '../../stack/process/run';
import { setupError } from '../../stack/setup-error';
import { until } from '../support/until';
import { withTempDir } from '../support/temp-dir';

describe('a set-up that fails', () => {
  const messageOf = (text: string, env: NodeJS.ProcessEnv = {}): string =>
    (setupError(new Error(text), '/x/.cache', env) as Error).message;

  it('says in a sentence that the network or the proxy is the reason', () => {
    for (const text of [
      'npm error code EAI_AGAIN',
      'Temporary failure in name resolution',
      'Could not transfer artifact org.apache.kafka: Unknown host repo.example',
    ]) {
      assert.match(messageOf(text), /^nothing can be fetched into \/x\/\.cache, since .*HTTPS_PROXY/, text);
    }
    const env = { https_proxy: 'http://ana:secreto@proxy.example:3128' };
    const told = messageOf('ProxyError: Cannot connect to proxy', env);
    assert.match(told, /through the proxy that https_proxy names \(http:\/\/proxy\.example:3128\)/);
    assert.doesNotMatch(told, /secreto/);
  });

  it('says in a sentence that a certificate is not trusted', () => {
    for (const text of [
      'npm error code SELF_SIGNED_CERT_IN_CHAIN',
      '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate',
      'PKIX path building failed: unable to find valid certification path to requested target',
    ]) {
      assert.match(messageOf(text), /^nothing can be fetched .*certificate.*NODE_EXTRA_CA_CERTS/, text);
    }
  });

  it("says in a sentence that the disk is full or the folder is somebody else's", () => {
    assert.match(
      messageOf('OSError: [Errno 28] No space left on device'),
      /^the disk of \/x\/\.cache is full/,
    );
    assert.match(
      messageOf("EACCES: permission denied, mkdir '/x/.cache/y'"),
      /^\/x\/\.cache is not for .* chown/,
    );
    assert.match(
      messageOf("ENOENT: no such file or directory, mkdir '/x/.cache/y'"),
      /^\/x\/\.cache is not for .* chown/,
    );
    for (const text of [
      'npm error code EACCES\nnpm error path /home/ana/.npm/_cacache',
      "EACCES: permission denied, mkdir '/home/ana/.npm/_cacache'",
      "PermissionError: [Errno 13] Permission denied: '/home/ana/.npm/_cacache'",
      '[ERROR] Could not create local repository at /home/ana/.npm/_cacache -> [Help 1]',
    ]) {
      assert.match(
        messageOf(text),
        /^\/home\/ana\/\.npm\/_cacache is not for .* to write to.*sudo chown -R/,
        text,
      );
    }
    // What has nothing to do with a folder stays as it is.
    assert.equal(messageOf('EACCES: listen'), 'EACCES: listen');
  });

  it('with a proxy that is not there names its variable', async function () {
    this.timeout(60_000);
    await withTempDir(async (dir) => {
      const env = { https_proxy: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' };
      const ask = (): Promise<void> =>
        run('npm', ['view', 'left-pad', '--fetch-retries=0', '--cache', path.join(dir, 'npm')], { env });
      const failed = await installOnce(path.join(dir, 'x'), ask).catch((error: Error) => error);
      assert.ok(
        failed instanceof Error && failed.message.startsWith('nothing can be fetched into'),
        String(failed),
      );
    });
  });
});

describe('the room on the disk of the data', () => {
  it('is told once when it runs out, and once when there is some again', async () => {
    const reports: string[] = [];
    const free = [900, 150, 100, 90, 500, 600];
    let looks = 0;
    const look = (): Promise<number> => Promise.resolve(free[Math.min(looks++, free.length - 1)]!);
    const end = watchRoom('/data', (line) => reports.push(line), { look, everyMs: 5 });
    await until('all looks', () => looks > free.length + 2);
    end();
    assert.equal(reports.length, 2, reports.join('\n'));
    assert.match(reports[0]!, /^the disk of \/data has 150 MB left/);
    assert.match(reports[1]!, /has room again \(500 MB\)/);
  });
});
