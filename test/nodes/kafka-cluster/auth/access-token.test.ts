import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AccessTokens, type TokenSettings } from '../../../../nodes/kafka-cluster/auth/access-token';
import { KafkaError } from '../../../../nodes/kafka-cluster/errors';
import { makeCertificates, type Certificate, type Certificates } from '../../../support/certificates';
import { TokenServer } from '../../../support/token-server';
import { until } from '../../../support/until';

const SECRET = 'no-one-may-see-this-secret';

describe('kafka-cluster: access tokens', () => {
  let server: TokenServer;
  let url: string;

  beforeEach(async () => {
    server = new TokenServer('station', 'client', SECRET);
    url = await server.start();
  });
  afterEach(() => server.stop());

  function tokens(settings: Partial<TokenSettings> = {}): AccessTokens {
    return new AccessTokens({ url, clientId: 'client', clientSecret: SECRET, scope: '', ...settings }, 2_000);
  }

  async function refusal(source: AccessTokens): Promise<KafkaError> {
    const error: unknown = await source.current().then(
      () => assert.fail('a token was given'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof KafkaError, String(error));
    assert.doesNotMatch(error.message, new RegExp(SECRET));
    return error;
  }

  it('are asked for with the client credentials and the scope, and used again while they are good', async () => {
    const source = tokens({ scope: 'kafka write' });
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => source.current()));
    assert.ok(first);
    assert.deepEqual(others, [first, first]);
    assert.equal(await source.current(), first);
    assert.equal(server.given.length, 1);
    assert.equal(server.requests[0]?.body, 'grant_type=client_credentials&scope=kafka+write');
  });

  it('are fetched anew before they run out', async () => {
    server.life = 1;
    const source = tokens();
    const first = await source.current();
    const born = Date.now();
    await until('the next token', async () => (await source.current()) !== first, 1_000);
    assert.ok(Date.now() - born < 1_000);
  });

  it('are fetched anew when the brokers do not take one', async () => {
    const source = tokens();
    const first = await source.current();
    source.discard(first);
    await until('another', async () => (await source.current()) !== first);
    source.discard(first);
    await source.current();
    assert.equal(server.given.length, 2, 'one that was replaced already changes nothing');
  });

  it('are refused with the reason, without the secret, and asked for again with the next connection', async () => {
    const error = await refusal(tokens({ clientSecret: `${SECRET}-but-wrong` }));
    assert.equal(error.key, 'kafka-cluster.errors.token-refused');
    assert.equal(error.problem, 'not-admitted');
    assert.equal(error.params.reason, 'HTTP 401, invalid_client');
    server.answer = { status: 400, body: '{"error":"invalid_scope","error_description":"no such scope"}' };
    const source = tokens();
    assert.equal((await refusal(source)).params.reason, 'HTTP 400, invalid_scope, no such scope');
    server.answer = undefined;
    assert.ok(await source.current());
  });

  it('are waited for while the server is away or in trouble', async () => {
    server.answer = { status: 503, body: 'come again later' };
    const troubled = await refusal(tokens());
    assert.deepEqual(
      [troubled.key, troubled.problem],
      ['kafka-cluster.errors.token-unreachable', 'unreachable'],
    );
    const away = await refusal(tokens({ url: 'http://127.0.0.1:1/token' }));
    assert.equal(away.key, 'kafka-cluster.errors.token-unreachable');
    assert.match(String(away.params.reason), /ECONNREFUSED|bad port/);
  });

  it('are not taken from an answer that has none', async () => {
    for (const body of ['<html>sign in</html>', '[]', '{"access_token":""}', 'null']) {
      server.answer = { status: 200, body };
      assert.equal((await refusal(tokens())).key, 'kafka-cluster.errors.token-refused', body);
    }
  });

  it('are not fetched from where the server sends the client to', async () => {
    server.answer = { status: 307, body: '', location: 'http://127.0.0.1:1/token' };
    const error = await refusal(tokens());
    assert.deepEqual([error.key, error.params.reason], ['kafka-cluster.errors.token-refused', 'HTTP 307']);
  });

  describe('from a server whose certificate was signed by an authority of their own', () => {
    let dir: string;
    let certificates: Certificates;
    let secure: TokenServer | undefined;

    before(async () => {
      dir = await mkdtemp(path.join(os.tmpdir(), 'token-certificates-'));
      certificates = await makeCertificates(dir);
    });
    after(() => rm(dir, { recursive: true }));
    afterEach(() => secure?.stop());

    async function withCertificate(
      certificate: Certificate,
      verification: TokenSettings['verification'] = {},
    ): Promise<AccessTokens> {
      secure = new TokenServer('station', 'client', SECRET, certificate);
      return tokens({ url: await secure.start(), verification });
    }

    it('are given where that authority is known, or nothing is to be verified', async () => {
      const ca = await readFile(certificates.ca);
      assert.ok(await (await withCertificate(certificates.server, { ca })).current());
      await secure?.stop();
      const unverified = await withCertificate(certificates.expired, { rejectUnauthorized: false });
      assert.ok(await unverified.current());
    });

    it('are not asked for, and the secret not shown, where it is not known or the certificate is no good', async () => {
      const ca = await readFile(certificates.ca);
      const { server: right, expired, wrongHost, strangeCa } = certificates;
      for (const [certificate, verification] of [
        [right, {}],
        [right, { ca: await readFile(strangeCa) }],
        [expired, { ca }],
        [wrongHost, { ca, rejectUnauthorized: true }],
      ] as const) {
        const error = await refusal(await withCertificate(certificate, verification));
        assert.equal(error.key, 'kafka-cluster.errors.token-certificate');
        assert.equal(error.problem, 'not-admitted');
        assert.deepEqual(secure?.requests, []);
        await secure.stop();
      }
    });
  });
});
