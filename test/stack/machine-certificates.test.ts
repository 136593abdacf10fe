import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { rootCertificates } from 'node:tls';
import { fetchedJava } from '../../stack/java/java';
import { machineCertificates, trustStoreOf } from '../../stack/java/machine-certificates';
import { runMaven } from '../../stack/java/maven';
import { makeCertificates } from '../support/certificates';
import { withTempDir } from '../support/temp-dir';

describe('a machine that trusts more than every browser knows, as behind the proxy of a company', () => {
  const given = {
    path: process.env.PATH,
    file: process.env.SSL_CERT_FILE,
    extra: process.env.NODE_EXTRA_CA_CERTS,
  };
  afterEach(() => {
    for (const [name, value] of [
      ['PATH', given.path],
      ['SSL_CERT_FILE', given.file],
      ['NODE_EXTRA_CA_CERTS', given.extra],
    ] as const) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('is asked for that by its variables, and what everybody knows is left out, as is what is damaged', async () => {
    await withTempDir(async (dir) => {
      const { ca, strangeCa } = await makeCertificates(dir);
      const bundle = path.join(dir, 'bundle.crt');
      const [own, strange] = [await readFile(ca, 'utf8'), await readFile(strangeCa, 'utf8')];
      const damaged = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
      await writeFile(bundle, ['# ours', rootCertificates[0], damaged, own, own].join('\n'));
      const extra = { NODE_EXTRA_CA_CERTS: path.join(dir, 'missing'), SSL_CERT_FILE: bundle };
      assert.deepEqual(await machineCertificates(extra), [own.trim()]);
      const both = await machineCertificates({ NODE_EXTRA_CA_CERTS: strangeCa, SSL_CERT_FILE: bundle });
      assert.deepEqual(both, [own.trim(), strange.trim()], 'the last one first');
    });
  });

  it('has the Java that was fetched for Maven trust the same', async function () {
    this.timeout(180_000);
    await withTempDir(async (dir) => {
      const { ca } = await makeCertificates(dir);
      process.env.SSL_CERT_FILE = ca;
      delete process.env.NODE_EXTRA_CA_CERTS;
      const java = await fetchedJava(console.log);
      const store = await trustStoreOf(java);
      assert.ok(store);
      const keytool = path.join(java.home, 'bin', 'keytool');
      const list = ['-list', '-keystore', store, '-storepass', 'changeit'];
      const { stdout } = await promisify(execFile)(keytool, list);
      assert.ok(stdout.includes(new X509Certificate(await readFile(ca)).fingerprint256), stdout.slice(-500));

      // One that fails as long as it does not trust that.
      const mvn = path.join(dir, 'mvn');
      const trusts = '"$JAVA_HOME/bin/java" -XshowSettings:properties -version 2>&1 | grep "trustStore ="';
      await writeFile(mvn, `#!/bin/sh\necho "asked with $*"\n${trusts}\n`, { mode: 0o755 });
      process.env.PATH = `${dir}${path.delimiter}${given.path}`;
      const lines: string[] = [];
      await runMaven(['verify'], java, 'to see', { onLine: (line) => lines.push(line.trim()) });
      const asked = 'asked with --batch-mode -U verify';
      assert.deepEqual(lines, [asked, asked, `javax.net.ssl.trustStore = ${store}`]);
    });
  });
});
