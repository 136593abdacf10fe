import assert from 'node:assert/strict';
import { logLevel } from 'kafkajs';
import {
  KafkaClient,
  formatLogEntry,
  type ClusterSettings,
  type LineLevel,
} from '../../../nodes/kafka-cluster/client';
import {
  readClusterConfig,
  type ClusterConfig,
  type ClusterCredentials,
} from '../../../nodes/kafka-cluster/config';
import type { UserError } from '../../../nodes/shared/user-error';

const PASSWORD = 'no-one-may-see-this';

const TOKEN: ClusterConfig = { brokers: 'a', sasl: 'oauthbearer', tokenUrl: 'https://a/token' };
const CLIENT: ClusterCredentials = { oauthClientId: 'id', oauthClientSecret: PASSWORD };

describe('kafka-cluster: settings', () => {
  it('takes one broker or several, with or without a port', () => {
    const brokersOf = (brokers: string): string[] => readClusterConfig({ brokers }, {}).brokers;
    assert.deepEqual(brokersOf('a:1'), ['a:1']);
    assert.deepEqual(brokersOf('[::1]:1, [fe80::2], ::1'), ['[::1]:1', '[fe80::2]:9092', '[::1]:9092']);
    assert.deepEqual(brokersOf(' a:1, b ;c.example:9094\n'), ['a:1', 'b:9092', 'c.example:9094']);
  });

  const wrong: [string, ClusterConfig, ClusterCredentials, string][] = [
    ['no brokers', { brokers: ' , ' }, {}, 'no-brokers'],
    ['a variable that is not set', { brokers: '${BROKERS}' }, {}, 'unset-variable'],
    ['a port that is none', { brokers: 'a:99999' }, {}, 'broker-address'],
    ['a URL as broker', { brokers: 'http://a:9092' }, {}, 'broker-address'],
    ['an IPv6 address with a port and no brackets', { brokers: '::1:19196' }, {}, 'broker-address'],
    ['brackets around what is no IPv6 address', { brokers: '[a]:9092' }, {}, 'broker-address'],
    ['a mechanism it does not know', { brokers: 'a', sasl: 'gssapi' }, {}, 'sasl-mechanism'],
    ['a user without a password', { brokers: 'a', sasl: 'plain' }, { username: 'u' }, 'no-credentials'],
    [
      'a password from a variable that is not set',
      { brokers: 'a', sasl: 'plain' },
      { username: 'u', password: '${PW}' },
      'unset-password',
    ],
    [
      'a client id longer than Kafka has room for',
      { brokers: 'a', clientId: 'x'.repeat(1_001) },
      {},
      'name-length',
    ],
    ['a timeout that is none', { brokers: 'a', connectionTimeoutMs: 'soon' }, {}, 'timeout'],
    ['a timeout that no broker could keep', { brokers: 'a', requestTimeoutMs: '5' }, {}, 'timeout'],
    ['a pause that is none', { brokers: 'a', longestPauseMs: '0' }, {}, 'timeout'],
    ['more attempts than anybody waits for', { brokers: 'a', questionRetries: '21' }, {}, 'retries'],
    ['a log that it does not know', { brokers: 'a', clientLog: 'verbose' }, {}, 'client-log'],
    ['a timeout from a variable that is not set', { requestTimeoutMs: '${MS}' }, {}, 'unset-variable'],
    ['a mechanism from a variable that is not set', { brokers: 'a', sasl: '${SASL}' }, {}, 'unset-variable'],
    ['a token without a client secret', TOKEN, { oauthClientId: 'id' }, 'no-client-credentials'],
    ['a token without a client id', TOKEN, { oauthClientSecret: PASSWORD }, 'no-client-credentials'],
    [
      'a client secret from a variable that is not set',
      TOKEN,
      { oauthClientId: 'id', oauthClientSecret: '${SECRET}' },
      'unset-client-secret',
    ],
    ['a token without an address', { ...TOKEN, tokenUrl: '' }, CLIENT, 'token-url'],
    ['a token from a file', { ...TOKEN, tokenUrl: 'file:///etc/passwd' }, CLIENT, 'token-url'],
    ['a token URL with a password', { ...TOKEN, tokenUrl: `https://u:${PASSWORD}@a/` }, CLIENT, 'token-url'],
  ];
  for (const [what, config, credentials, key] of wrong) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => readClusterConfig(config, credentials),
        (error: UserError) =>
          error.key === `kafka-cluster.errors.${key}` && !JSON.stringify(error.params).includes(PASSWORD),
      );
    });
  }

  it('takes timeouts as numbers or as text, and has its own where none is given', () => {
    const timeoutsOf = (config: ClusterConfig) => readClusterConfig({ brokers: 'a', ...config }, {}).timeouts;
    assert.deepEqual(timeoutsOf({ connectionTimeoutMs: ' 5000 ', requestTimeoutMs: 30_000 }), {
      connectionMs: 5_000,
      requestMs: 30_000,
    });
    assert.deepEqual(timeoutsOf({ connectionTimeoutMs: '', requestTimeoutMs: '' }), timeoutsOf({}));
  });

  it('signs in by PLAIN or SCRAM, over TLS where that is chosen', () => {
    const credentials = { username: 'u', password: PASSWORD };
    const tls = { ca: 'certificate' };
    assert.deepEqual(readClusterConfig({ brokers: 'a', sasl: 'scram-sha-512' }, credentials, tls), {
      brokers: ['a:9092'],
      clientId: 'node-red',
      timeouts: { connectionMs: 3_000, requestMs: 10_000 },
      retries: { longestPauseMs: 1_000, ofQuestions: 4 },
      clientLog: 'quiet',
      tls,
      sasl: { mechanism: 'scram-sha-512', ...credentials },
    });
  });
});

describe('kafka-cluster: client', () => {
  it('never shows a secret in what it logs', () => {
    const line = formatLogEntry({
      namespace: 'Connection',
      level: logLevel.ERROR,
      label: 'ERROR',
      log: {
        timestamp: '',
        message: 'Response',
        broker: 'a:1',
        payload: PASSWORD,
        sasl: { password: PASSWORD },
      },
    });
    assert.match(line, /broker=a:1/);
    assert.doesNotMatch(line, new RegExp(PASSWORD));
  });

  for (const [clientLog, levels] of [
    ['quiet', ['debug']],
    ['errors', ['error']],
    ['debug', ['debug', 'error']],
  ] as const) {
    it(`tells of its own log what "${clientLog}" stands for`, async () => {
      const told = new Set<LineLevel>();
      const settings = { brokers: ['127.0.0.1:1'], clientId: 'test', clientLog };
      const client = new KafkaClient(settings, 1, (_line, level) => told.add(level));
      await assert.rejects(client.kafka.admin().connect());
      client.retire();
      assert.deepEqual([...told].sort(), levels);
    });
  }

  it('waits no longer between its attempts, and makes no more of them, than the settings say', async () => {
    const times: number[] = [];
    const retries = { longestPauseMs: 20, ofQuestions: 4 };
    const settings: ClusterSettings = {
      brokers: ['127.0.0.1:1'],
      clientId: 'test',
      retries,
      clientLog: 'errors',
    };
    const client = new KafkaClient(settings, retries.ofQuestions, (line) => {
      if (line.includes('Failed to connect to seed broker')) times.push(performance.now());
    });
    await assert.rejects(client.kafka.admin().connect());
    client.retire();
    assert.equal(times.length, 5);
    // With the default the pauses alone would be 100, 200, 400 and 800 ms.
    assert.ok((times.at(-1) ?? 0) - (times[0] ?? 0) < 700, `${times.join(', ')} ms`);
  });

  it('ends every attempt when it is retired', async () => {
    const client = new KafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'test' }, Infinity, () => undefined);
    const connecting = client.kafka.producer({ retry: { retries: Number.MAX_SAFE_INTEGER } }).connect();
    setTimeout(() => client.retire(), 100);
    await assert.rejects(connecting);
  });
});
