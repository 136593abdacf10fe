import assert from 'node:assert/strict';
import dns from 'node:dns';
import { mkdtemp, rm } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoConnection } from '../../../nodes/mongo-database/client';
import { testConnection } from '../../../nodes/mongo-database/connection-test';
import { connectionSettings, type ConnectionSettings } from '../../../nodes/mongo-database/settings';
import type { DatabaseState } from '../../../nodes/mongo-database/types';
import { UserError } from '../../../nodes/shared/user-error';
import { makeCertificates } from '../../support/certificates';
import { DnsServer } from '../../support/dns-server';
import { securedDatabase, type SecuredDatabase } from '../../support/secured-database';
import { until } from '../../support/until';

const PASSWORD = 's3creto';

/** A socket asks the system for a host's address; in this test that too is asked of the DNS server. */
const lookup: LookupFunction = (host, { all }, done) =>
  dns.resolve4(host, (error, addresses) => {
    if (error || !all) done(error, addresses?.[0] ?? '', 4);
    else
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
  });

describe('mongo-database: a database whose hosts stand in DNS (mongodb+srv)', function () {
  this.timeout(120_000);
  const systemServers = dns.getServers();
  let dir: string;
  let ca: string;
  let server: SecuredDatabase;
  let port: number;
  let names: DnsServer;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'srv-'));
    const certificates = await makeCertificates(dir);
    ca = certificates.ca;
    const { cert, key } = certificates.server;
    server = await securedDatabase(dir, [], ['--tls-cert-file', cert, '--tls-key-file', key]);
    port = Number(server.address.split(':')[1]);
  });

  after(async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    names = await DnsServer.start();
    dns.setServers([names.address]);
  });

  afterEach(() => {
    dns.setServers(systemServers);
    names.stop();
  });

  function addSrv(name: string, target: string): void {
    names.records.push({ type: 'SRV', name, data: { target, port } });
    names.records.push({ type: 'A', name: target, data: '127.0.0.1' });
  }

  function addTxt(text: string): void {
    names.records.push({ type: 'TXT', name: 'datos.test', data: text });
  }

  function settingsOf(uri: string): ConnectionSettings {
    // TLS is not asked for: it is what mongodb+srv means.
    const withCa = `${uri}${uri.includes('?') ? '&' : '/?'}tlsCAFile=${encodeURIComponent(ca)}`;
    const settings = connectionSettings({ uri: withCa, database: 'datos' });
    Object.assign(settings.options, { lookup, serverSelectionTimeoutMS: 1_000 });
    return settings;
  }

  /** What a test of the connection says, in short: "good read-write", or "error unreachable". */
  async function found(uri: string): Promise<string[]> {
    try {
      const findings = await testConnection(settingsOf(uri), new AbortController().signal);
      return findings.map(({ level, key }) => `${level} ${key.slice(key.lastIndexOf('.') + 1)}`);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      assert.ok(!JSON.stringify(error).includes(PASSWORD));
      return [`error ${error.key.slice(error.key.lastIndexOf('.') + 1)}`];
    }
  }

  it('is found by its SRV record and spoken to in TLS, without an option that asks for it', async () => {
    addSrv('_mongodb._tcp.datos.test', 'uno.datos.test');
    assert.deepEqual(await found('mongodb+srv://datos.test'), ['good replica-set', 'good read-write']);
    addSrv('_sensores._tcp.datos.test', 'uno.datos.test');
    names.questions.length = 0;
    assert.deepEqual(await found('mongodb+srv://datos.test/?srvServiceName=sensores'), [
      'good replica-set',
      'good read-write',
    ]);
    assert.ok(names.questions.includes('SRV _sensores._tcp.datos.test'), names.questions.join());
  });

  it('takes the options that its TXT record has', async () => {
    addSrv('_mongodb._tcp.datos.test', 'uno.datos.test');
    addTxt('replicaSet=secantus');
    assert.deepEqual(await found('mongodb+srv://datos.test'), ['good replica-set', 'good read-write']);
    names.records.pop();
    addTxt('replicaSet=otro');
    assert.deepEqual(await found('mongodb+srv://datos.test'), ['error replica-set-name']);
  });

  it('tells records that are missing from records that are of no use', async () => {
    const uri = `mongodb+srv://ana:${PASSWORD}@datos.test`;
    assert.deepEqual(await found(uri), ['error srv-not-found']);
    addTxt('replicaSet=secantus');
    assert.deepEqual(await found(uri), ['error srv-not-found'], 'a name that has other records');

    addSrv('_mongodb._tcp.datos.test', 'uno.example.org');
    assert.deepEqual(await found(uri), ['error srv-records'], 'a host of another domain');

    names.records.length = 0;
    addSrv('_mongodb._tcp.datos.test', 'uno.datos.test');
    addTxt('tls=false');
    assert.deepEqual(await found(uri), ['error srv-records'], 'an option that TXT may not have');

    names.records.pop();
    names.records.splice(1, 1);
    assert.deepEqual(await found(uri), ['error host-not-found'], 'a host without an address');
  });

  it('is asked for again, ever more seldom, until the record has been made', async () => {
    const connection = new MongoConnection(settingsOf('mongodb+srv://datos.test'), (error) =>
      assert.fail(error),
    );
    const attempts: (DatabaseState & { state: 'retrying' })[] = [];
    const waits: number[] = [];
    const lease = connection.acquire((state) => {
      if (state.state !== 'retrying') return;
      attempts.push(state);
      waits.push(state.nextAttempt - Date.now());
    });
    try {
      await until('the third attempt', () => attempts.length >= 3);
      assert.ok(
        waits.every((wait) => wait > 0),
        waits.join(),
      );
      for (const { error } of attempts) {
        assert.ok(error instanceof UserError);
        assert.equal(error.key, 'mongo-database.errors.srv-not-found');
      }
      addSrv('_mongodb._tcp.datos.test', 'uno.datos.test');
      const db = await lease.db();
      assert.equal((await db.command({ ping: 1 })).ok, 1);
    } finally {
      lease.release();
      await connection.close();
    }
  });

  it('is given up for now within seconds when no DNS server answers, and at once when nobody wants it', async () => {
    names.silent = true;
    const connection = new MongoConnection(settingsOf(`mongodb+srv://ana:${PASSWORD}@datos.test`), (error) =>
      assert.fail(error),
    );
    const attempts: DatabaseState[] = [];
    const lease = connection.acquire((state) => {
      if (state.state === 'retrying') attempts.push(state);
    });
    try {
      const [first] = await until('the failure', () => attempts.length > 0 && attempts, 8_000);
      assert.ok(first?.state === 'retrying' && first.error instanceof UserError);
      assert.equal(first.error.key, 'mongo-database.errors.dns-server');
      assert.ok(!JSON.stringify(first.error).includes(PASSWORD));
      const asked = names.questions.length;
      await until('the next question', () => names.questions.length > asked);
    } finally {
      lease.release();
      const since = Date.now();
      await connection.close();
      assert.ok(Date.now() - since < 1_000);
    }
  });

  it('leaves no question open when one of the records is missing', async () => {
    names.ignored = 'TXT';
    assert.deepEqual(await found('mongodb+srv://datos.test'), ['error srv-not-found']);
    const asked = names.questions.length;
    // A question that nobody answers would be asked again after a second.
    await delay(1_500);
    assert.equal(names.questions.length, asked);
  });

  it('says so when the DNS server can’t be reached', async () => {
    const gone = await DnsServer.start();
    dns.setServers([gone.address]);
    gone.stop();
    assert.deepEqual(await found('mongodb+srv://datos.test'), ['error dns-server']);
  });
});
