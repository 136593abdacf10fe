import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type tls from 'node:tls';
import { readRegistryConfig } from '../../../nodes/schema-registry/config';
import { testConnection } from '../../../nodes/schema-registry/connection-test';
import { UserError } from '../../../nodes/shared/user-error';
import { makeCertificates, type Certificate, type Certificates } from '../../support/certificates';
import { RegistryServer } from '../../support/registry-server';

describe('a schema registry that is secured', () => {
  let dir: string;
  let certificates: Certificates;

  before(async function () {
    this.timeout(30_000);
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-registry-tls-'));
    certificates = await makeCertificates(dir);
  });

  after(() => rm(dir, { recursive: true, force: true }));

  /** @returns what the dialog's test says of it: the keys without what they have in common */
  async function found(
    certificate: Certificate | undefined,
    options: tls.ConnectionOptions,
  ): Promise<string> {
    const server = new RegistryServer(certificate);
    try {
      const settings = readRegistryConfig(
        { url: await server.start(), timeoutMs: 2_000 },
        { username: 'ana', password: 'secreto' },
        options,
      );
      const findings = await testConnection(settings, new AbortController().signal);
      assert.equal(server.asked[0]?.authorization, 'Basic YW5hOnNlY3JldG8=');
      return findings.map(({ key, params }) => `${key} ${params.count}`).join();
    } catch (error) {
      if (error instanceof UserError) return error.key;
      throw error;
    } finally {
      await server.stop();
    }
  }

  it('answers who trusts its certificate, and gets the password by that way', async () => {
    const ca = readFileSync(certificates.ca);
    assert.match(await found(certificates.server, { ca }), /^schema-registry\.test\.subjects \d+$/);
  });

  it('is not spoken to where its certificate is no good', async () => {
    const ca = readFileSync(certificates.ca);
    const strange = readFileSync(certificates.strangeCa);
    for (const [certificate, trusted, text] of [
      [certificates.server, strange, 'certificate-untrusted'],
      [certificates.expired, ca, 'certificate-expired'],
      [certificates.wrongHost, ca, 'certificate-host'],
    ] as const)
      assert.equal(await found(certificate, { ca: trusted }), `schema-registry.errors.${text}`);
  });
});
