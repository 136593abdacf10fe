import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type tls from 'node:tls';
import os from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { MongoConnection } from '../../../nodes/mongo-database/client';
import { testConnection } from '../../../nodes/mongo-database/connection-test';
import { connectionSettings, type DatabaseConfig } from '../../../nodes/mongo-database/settings';
import type { DatabaseState } from '../../../nodes/mongo-database/types';
import { UserError } from '../../../nodes/shared/user-error';
import { makeCertificates, type Certificates } from '../../support/certificates';
import { securedDatabase, type SecuredDatabase } from '../../support/secured-database';
import { until } from '../../support/until';

const ADMIN = { username: 'admin', password: 'adm1n', roles: [{ role: 'root', db: 'admin' }] };
const WRITER = { username: 'ana', password: 'p@ss:w/rd%', roles: [{ role: 'readWrite', db: 'datos' }] };
const READER = { username: 'leo', password: 's3cret', roles: [{ role: 'read', db: 'datos' }] };
const STRANGER = { username: 'eva', password: 's3cret', roles: [] };

/** What a test of the connection says, in short: "good read-write", or "error unreachable". */
async function found(config: DatabaseConfig, tlsOptions?: tls.ConnectionOptions): Promise<string[]> {
  const settings = connectionSettings({ database: 'datos', ...config }, tlsOptions);
  // Who does not answer here at once never will.
  settings.options.serverSelectionTimeoutMS = 1_000;
  try {
    const findings = await testConnection(settings, new AbortController().signal);
    return findings.map(({ level, key }) => `${level} ${nameOf(key)}`);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return [`error ${nameOf(error.key)}`];
  }
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

describe('mongo-database: a database with its doors shut', function () {
  this.timeout(120_000);
  let dir: string;
  let server: SecuredDatabase;

  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'secured-'));
  });

  afterEach(async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('lets in whom it knows; wrong password, missing role, read-only and not primary are told apart', async () => {
    server = await securedDatabase(dir, [ADMIN, WRITER, READER, STRANGER]);
    const uri = `mongodb://${server.address}`;
    const SERVER = 'good replica-set';
    assert.deepEqual(await found({ uri, ...WRITER }), [SERVER, 'good read-write']);
    assert.deepEqual(await found({ uri, ...WRITER, database: 'otra' }), [SERVER, 'warning no-rights']);
    assert.deepEqual(await found({ uri, ...READER }), [SERVER, 'warning read-only']);
    assert.deepEqual(await found({ uri, ...STRANGER }), [SERVER, 'warning no-rights']);
    assert.deepEqual(await found({ uri }), [SERVER, 'warning no-rights']);
    assert.deepEqual(await found({ uri, ...WRITER, password: 'wrong' }), ['error authentication']);
    assert.deepEqual(await found({ uri, username: 'nobody', password: 'x' }), ['error authentication']);
    assert.deepEqual(await found({ uri: `${uri}/?authSource=datos`, ...WRITER }), ['error authentication']);
    assert.deepEqual(await found({ uri: `${uri}/?replicaSet=secantus`, ...WRITER }), [
      SERVER,
      'good read-write',
    ]);
    assert.deepEqual(await found({ uri: `${uri}/?replicaSet=otro`, ...WRITER }), ['error replica-set-name']);
    assert.deepEqual(await found({ uri: `${uri}/?tls=true`, ...WRITER }), ['error tls-not-spoken']);

    // What the driver does with a password inside a URI, the dialog does with its parts.
    const encoded = `mongodb://ana:${encodeURIComponent(WRITER.password)}@${server.address}`;
    assert.deepEqual(await found({ uri: encoded }), [SERVER, 'good read-write']);

    const admin = new MongoClient(uri, { auth: ADMIN });
    await admin.db('admin').command({ replSetStepDown: 60, force: true });
    await admin.close();
    assert.deepEqual(await found({ uri, ...WRITER }), ['error not-primary']);
    const direct = `${uri}/?directConnection=true`;
    assert.deepEqual(await found({ uri: direct, ...WRITER }), ['error not-primary']);
  });

  it('the connection of the nodes says why it waits, and is there once the user has been made', async () => {
    server = await securedDatabase(dir, [ADMIN, WRITER]);
    const settings = connectionSettings({
      uri: `mongodb://${server.address}`,
      database: 'datos',
      ...READER,
    });
    const connection = new MongoConnection(settings, (error) => assert.fail(error));
    const attempts: DatabaseState[] = [];
    const lease = connection.acquire((state) => {
      if (state.state === 'retrying') attempts.push(state);
    });
    try {
      const [first] = await until('the third attempt', () => attempts.length >= 3 && attempts);
      assert.ok(first?.state === 'retrying' && first.error instanceof UserError);
      assert.equal(first.error.key, 'mongo-database.errors.authentication');
      assert.ok(!JSON.stringify(first.error).includes(READER.password));

      const admin = new MongoClient(settings.uri, { auth: ADMIN });
      const { username, password, roles } = READER;
      await admin.db('admin').command({ createUser: username, pwd: password, roles });
      await admin.close();
      const db = await lease.db();
      assert.deepEqual(await db.collection('datos').findOne(), null);
    } finally {
      lease.release();
      await connection.close();
    }
  });

  it('an expired certificate is told, and taken only where the certificate is not to be looked at', async () => {
    const { ca, expired } = await makeCertificates(dir);
    server = await securedDatabase(dir, [], ['--tls-cert-file', expired.cert, '--tls-key-file', expired.key]);
    const connect = (rejectUnauthorized: boolean) =>
      found({ uri: `mongodb://${server.address}` }, { ca: readFileSync(ca), rejectUnauthorized });
    assert.deepEqual(await connect(true), ['error certificate-expired']);
    assert.deepEqual(await connect(false), ['good replica-set', 'good read-write']);
  });

  describe('that speaks TLS and wants to see a certificate', () => {
    let certificates: Certificates;
    let uri: string;

    beforeEach(async () => {
      certificates = await makeCertificates(dir);
      const { ca, server: own } = certificates;
      const files = ['--tls-cert-file', own.cert, '--tls-key-file', own.key, '--tls-ca-file', ca];
      server = await securedDatabase(dir, [], [...files, '--tls-require-client-cert']);
      uri = `mongodb://${server.address}`;
    });

    it('lets in who brings one, and tells the others what is missing', async () => {
      const read = (file: string): Buffer => readFileSync(file);
      const ca = read(certificates.ca);
      const own = { cert: read(certificates.client.cert), key: read(certificates.client.key) };
      const ALL_GOOD = ['good replica-set', 'good read-write'];
      assert.deepEqual(await found({ uri }, { ca, ...own, rejectUnauthorized: true }), ALL_GOOD);
      assert.deepEqual(await found({ uri }, { ca, rejectUnauthorized: true }), ['error client-certificate']);
      assert.deepEqual(await found({ uri }, { ca: read(certificates.strangeCa), ...own }), [
        'error certificate-untrusted',
      ]);
      assert.deepEqual(await found({ uri }, { ...own }), ['error certificate-untrusted']);
      assert.deepEqual(await found({ uri }, { ca, ...own, servername: 'kafka.example.org' }), [
        'error certificate-host',
      ]);
      assert.deepEqual(await found({ uri }, { ...own, rejectUnauthorized: false }), ALL_GOOD);
      assert.deepEqual(await found({ uri }), ['error tls-expected']);
      const files = `tls=true&tlsCAFile=${certificates.ca}&tlsCertificateKeyFile=${certificates.client.keyStore}`;
      assert.deepEqual(await found({ uri: `${uri}/?${files}` }), ALL_GOOD);
    });
  });
});
