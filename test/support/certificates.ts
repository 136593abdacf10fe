import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../stack/process/run';

/** A certificate with its private key: the files, and one file with both as Kafka's PEM key stores have it. */
export interface Certificate {
  cert: string;
  key: string;
  keyStore: string;
}

/** Made anew for each test run by openssl; all are files in one folder. */
export interface Certificates {
  /** who has signed all the others */
  ca: string;
  /** a certificate authority that has signed none of them */
  strangeCa: string;
  /** for the names localhost and uno.datos.test, and the address 127.0.0.1 */
  server: Certificate;
  /** the same, until yesterday */
  expired: Certificate;
  /** for another host */
  wrongHost: Certificate;
  /** of a client whose name is CN=station */
  client: Certificate;
}

const HERE = 'IP:127.0.0.1,DNS:localhost,DNS:uno.datos.test';

/** Makes the certificates in a folder. */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const ca = await authority(dir, 'ca');
  const sign = (name: string, subject: string, altName: string, days = 2): Promise<Certificate> =>
    signed(dir, ca, { name, subject, altName, days });
  return {
    ca: ca.cert,
    strangeCa: (await authority(dir, 'strange-ca')).cert,
    server: await sign('server', '/CN=broker', HERE),
    expired: await sign('expired', '/CN=broker', HERE, -1),
    wrongHost: await sign('wrong-host', '/CN=broker', 'DNS:kafka.example.org'),
    client: await sign('client', '/CN=station', 'DNS:station'),
  };
}

interface Authority {
  cert: string;
  key: string;
}

async function authority(dir: string, name: string): Promise<Authority> {
  const cert = path.join(dir, `${name}.pem`);
  const key = path.join(dir, `${name}.key`);
  await openssl('req', '-x509', ...newKey(key), '-subj', `/CN=${name}`, '-days', '2', '-out', cert);
  return { cert, key };
}

async function signed(
  dir: string,
  ca: Authority,
  { name, subject, altName, days }: { name: string; subject: string; altName: string; days: number },
): Promise<Certificate> {
  const file = (extension: string): string => path.join(dir, `${name}.${extension}`);
  const made = { cert: file('pem'), key: file('key'), keyStore: file('keystore.pem') };
  await openssl('req', ...newKey(made.key), '-subj', subject, '-out', file('csr'));
  await writeFile(file('ext'), `subjectAltName=${altName}\n`);
  const by = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', '-days', String(days)];
  await openssl('x509', '-req', '-in', file('csr'), ...by, '-extfile', file('ext'), '-out', made.cert);
  await writeFile(made.keyStore, await readFile(made.key));
  await appendFile(made.keyStore, await readFile(made.cert));
  return made;
}

function newKey(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

async function openssl(...args: string[]): Promise<void> {
  await run('openssl', args);
}
