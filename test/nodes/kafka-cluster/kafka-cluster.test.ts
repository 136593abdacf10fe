import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerCluster from '../../../nodes/kafka-cluster/kafka-cluster';
import registerConsumer from '../../../nodes/kafka-consumer/kafka-consumer';
import registerProducer from '../../../nodes/kafka-producer/kafka-producer';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { PASSWORD, USERS, type SecuredKafka } from '../../support/secured-kafka';
import { securedKafka } from '../../support/services';
import { loadTexts, withTexts } from '../../support/texts';
import { TokenServer } from '../../support/token-server';
import { until } from '../../support/until';

const CLIENT_SECRET = 'no-one-may-see-this-secret';
const WRONG_PASSWORD = 'no-one-may-see-this-wrong-password';
const registerTls = createRequire(__filename)('@node-red/nodes/core/network/05-tls.js') as (
  RED: NodeAPI,
) => void;

/** What reached each collector, as text. */
let collected: Record<string, string[]>;

function registerCollector(RED: NodeAPI): void {
  RED.nodes.registerType('collector', function (this: Node, def: NodeDef) {
    RED.nodes.createNode(this, def);
    this.on('input', (message, _send, done) => {
      collected[def.name]?.push(JSON.stringify(message));
      done();
    });
  });
}

const NODES = [
  registerTls,
  withTexts(registerCluster),
  withTexts(registerProducer),
  withTexts(registerConsumer),
  registerCollector,
];

describe('kafka-cluster in Node-RED, with a Kafka that asks who is there', function () {
  this.timeout(60_000);
  let kafka: SecuredKafka;
  let topic: string;
  let userDir: string;
  let tokens: TokenServer;
  let tokenUrl: string;

  before(async () => {
    for (const type of ['kafka-cluster', 'kafka-producer', 'kafka-consumer']) await loadTexts(type);
    kafka = await securedKafka();
    tokens = new TokenServer(USERS.operator, 'client', CLIENT_SECRET, kafka.certificates.server);
    tokenUrl = await tokens.start();
  });

  after(() => tokens?.stop());

  beforeEach(async () => {
    userDir = mkdtempSync(path.join(os.tmpdir(), 'kafka-cluster-'));
    helper.settings({ userDir });
    topic = `allowed-${randomUUID()}`;
    await ensureTopics(kafka.plain, [{ topic }]);
    await new Promise<void>((resolve) => helper.startServer(() => resolve()));
  });

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
    helper.settings({});
    rmSync(userDir, { recursive: true, force: true });
    for (const name of Object.keys(process.env)) if (name.startsWith('TEST_OWN_')) delete process.env[name];
  });

  /** Deploys a producer and a consumer of the same topic. */
  async function deploy(
    cluster: Record<string, unknown>,
    credentials: Record<string, string>,
    tls: Record<string, string> = { ca: kafka.certificates.ca },
  ): Promise<Node> {
    collected = { sent: [], read: [], caught: [], statuses: [] };
    const groupId = `allowed-group-${randomUUID()}`;
    const flow = [
      { id: 'producer', type: 'kafka-producer', cluster: 'cluster', topic, wires: [['sent']] },
      {
        id: 'consumer',
        type: 'kafka-consumer',
        cluster: 'cluster',
        topics: topic,
        groupId,
        wires: [['read'], []],
      },
      { id: 'catch', type: 'catch', wires: [['caught']] },
      { id: 'status', type: 'status', wires: [['statuses']] },
      ...Object.keys(collected).map((id) => ({ id, name: id, type: 'collector' })),
    ].map((node) => ({ x: 100, y: 100, z: 'tab', ...node }));
    await helper.load(
      NODES,
      [
        { id: 'tab', type: 'tab' },
        { id: 'tls', type: 'tls-config', verifyservercert: true, ...tls },
        { id: 'cluster', type: 'kafka-cluster', brokers: kafka.at('SIGNIN'), tls: 'tls', ...cluster },
        ...flow,
      ],
      { cluster: credentials },
    );
    return helper.getNode('producer');
  }

  /** Puts values into the environment. @returns what stands in the fields instead of them */
  function fromEnvironment<N extends string>(values: Record<N, string>): Record<N, string> {
    const fields = Object.entries<string>(values).map(([name, value]) => {
      process.env[`TEST_OWN_${name}`] = value;
      return [name, `\${TEST_OWN_${name}}`];
    });
    return Object.fromEntries(fields) as Record<N, string>;
  }

  function firstOf(collector: string): Promise<string> {
    return until(`something ${collector}`, () => collected[collector]?.[0]);
  }

  async function readingComesThrough(producer: Node): Promise<void> {
    producer.receive({ payload: { nodo: 'nodo1', humedad: 60 } });
    assert.match(await firstOf('read'), /"humedad":60/);
    assert.deepEqual(collected.caught, []);
  }

  /** Everything that Node-RED has shown or written. */
  function everything(): string {
    const logged = helper.log().args.map(([entry]) => JSON.stringify(entry));
    return [...Object.values(collected).flat(), ...logged].join('\n');
  }

  it('carries readings for a user with a password, over TLS', async () => {
    await readingComesThrough(
      await deploy({ sasl: 'scram-sha-512' }, { username: USERS.operator, password: PASSWORD }),
    );
    assert.doesNotMatch(everything(), new RegExp(PASSWORD));
  });

  it('takes addresses, mechanism, user and password from the environment', async () => {
    const { brokers, sasl, username, password } = fromEnvironment({
      ...{ brokers: kafka.at('SIGNIN'), sasl: 'SCRAM-SHA-256' },
      ...{ username: USERS.operator, password: PASSWORD },
    });
    await readingComesThrough(await deploy({ brokers, sasl }, { username, password }));
    assert.doesNotMatch(everything(), new RegExp(PASSWORD));
  });

  it('takes client id, times, token server, client and scope from the environment', async () => {
    const { oauthClientId, oauthClientSecret, ...config } = fromEnvironment({
      ...{
        clientId: 'station-7',
        connectionTimeoutMs: '4000',
        requestTimeoutMs: '12000',
        sasl: 'oauthbearer',
      },
      ...{ tokenUrl, scope: 'kafka', oauthClientId: 'client', oauthClientSecret: CLIENT_SECRET },
    });
    await readingComesThrough(await deploy(config, { oauthClientId, oauthClientSecret }));
    assert.match(tokens.requests.at(-1)?.body ?? '', /scope=kafka$/);
    assert.doesNotMatch(everything(), new RegExp(CLIENT_SECRET));
  });

  it('carries readings for a client with a certificate', async () => {
    const { client, ca } = kafka.certificates;
    await readingComesThrough(
      await deploy({ brokers: kafka.at('MUTUAL') }, {}, { ca, cert: client.cert, key: client.key }),
    );
  });

  it('carries readings for a client with an access token', async () => {
    const credentials = { oauthClientId: 'client', oauthClientSecret: CLIENT_SECRET };
    await readingComesThrough(await deploy({ sasl: 'oauthbearer', tokenUrl }, credentials));
    const login = Buffer.from(`client:${CLIENT_SECRET}`).toString('base64');
    assert.doesNotMatch(everything(), new RegExp(`${CLIENT_SECRET}|${login}|eyJ`));
  });

  it('says in status, Catch node and log what to change when the password is wrong, but not the password', async () => {
    const producer = await deploy({ sasl: 'plain' }, { username: USERS.operator, password: WRONG_PASSWORD });
    producer.receive({ payload: { nodo: 'nodo1' } });
    const status = /access refused, retrying at [\d:]+/;
    await until(
      'the status of both',
      () => collected.statuses?.filter((text) => status.test(text)).length === 2,
    );
    assert.match(await firstOf('caught'), /Correct user name and password in the kafka-cluster/);
    assert.match(
      everything(),
      /"type":"kafka-cluster".*Correct user name and password|Correct user name and password.*"type":"kafka-cluster"/,
    );
    assert.doesNotMatch(everything(), new RegExp(WRONG_PASSWORD));
  });

  it('refuses to work with a certificate that cannot be read, and says where it is chosen', async () => {
    const producer = await deploy({}, {}, { ca: path.join(userDir, 'not-there.pem') });
    producer.receive({ payload: 1 });
    assert.match(
      await firstOf('caught'),
      /field tls is .*tls-config node is missing, disabled, or its certificates can't be read/,
    );
  });

  it('asks in both languages for what it needs', () => {
    const dialog = readFileSync(
      path.join(__dirname, '../../../nodes/kafka-cluster/kafka-cluster.html'),
      'utf8',
    );
    const keys = [...dialog.matchAll(/data-i18n="(?:\[\w+\])?kafka-cluster\.([\w.-]+)"/g)].map(
      ([, key]) => key ?? '',
    );
    assert.ok(keys.length > 10);
    for (const language of ['en-US', 'es']) {
      const file = path.join(
        __dirname,
        '../../../nodes/kafka-cluster/locales',
        language,
        'kafka-cluster.json',
      );
      const catalog = JSON.parse(readFileSync(file, 'utf8')) as Record<
        string,
        Record<string, Record<string, string>>
      >;
      for (const key of keys) {
        const [section = '', name = ''] = key.split('.');
        assert.ok(catalog['kafka-cluster']?.[section]?.[name], `${language} has no ${key}`);
      }
    }
  });
});
