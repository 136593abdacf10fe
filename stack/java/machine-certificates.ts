import { createHash, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { installOnce } from '../install-once';
import { CACHE } from '../paths';
import { run } from '../process/run';
import type { Java } from './java';

/** Where Linux and the BSDs keep in one file whom the machine trusts: Debian, Fedora, SUSE, Alpine and the others. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Each takes keytool a third of a second. */
const MOST = 200;
/** That of every Java's cacerts, which are no secret. */
const PASSWORD = 'changeit';

/**
 * The certificates by which this machine trusts networks beyond what every browser and Java know: those of a company or a
 * school that looks into its connections. npm and pip are told of them by variables or by the system.
 * @param environment names their file in SSL_CERT_FILE and NODE_EXTRA_CA_CERTS; without these the system's is read
 * @returns each in PEM, with those of old lists that browsers have given up since; the last of a file first, where systems
 * put what was added to them
 */
export async function machineCertificates(environment = process.env): Promise<string[]> {
  const named = [environment.NODE_EXTRA_CA_CERTS, environment.SSL_CERT_FILE].filter((file) => file);
  const files = named.length > 0 ? named : SYSTEM_FILES;
  const known = new Set(rootCertificates.map((pem) => new X509Certificate(pem).fingerprint256));
  const found = new Map<string, string>();
  for (const file of files) {
    if (file === undefined || !existsSync(file)) continue;
    for (const [pem] of (await readFile(file, 'utf8')).matchAll(PEM)) {
      const fingerprint = fingerprintOf(pem);
      if (fingerprint !== undefined && !known.has(fingerprint)) found.set(fingerprint, pem);
    }
  }
  return [...found.values()].reverse().slice(0, MOST);
}

/**
 * A Java out of a package trusts whom its makers trust. Beside it, a copy of its list with what this machine trusts.
 * @returns the file for -Djavax.net.ssl.trustStore, or undefined where the machine trusts nobody else
 */
export async function trustStoreOf({ home }: Required<Java>): Promise<string | undefined> {
  const certificates = await machineCertificates();
  if (certificates.length === 0) return undefined;
  const own = path.join(home, 'lib', 'security', 'cacerts');
  const sum = createHash('sha256')
    .update(await readFile(own))
    .update(certificates.join());
  const folder = path.join(CACHE, `certificates-${sum.digest('hex').slice(0, 16)}`);
  await installOnce(folder, async (partial) => {
    const store = path.join(partial, 'cacerts');
    await copyFile(own, store);
    for (const [index, certificate] of certificates.entries()) {
      const file = path.join(partial, `${index}.pem`);
      await writeFile(file, certificate);
      await run(path.join(home, 'bin', 'keytool'), [
        ...['-importcert', '-noprompt', '-alias', `machine-${index}`, '-file', file],
        ...['-keystore', store, '-storepass', PASSWORD],
      ]);
    }
  });
  return path.join(folder, 'cacerts');
}

/** @returns undefined for what begins like a certificate and is none */
function fingerprintOf(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    // A file of the system's that a program has damaged: its other certificates count.
    return undefined;
  }
}
