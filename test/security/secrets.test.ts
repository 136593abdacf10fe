import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FlowNode } from '../../stack/node-red/flows';
import { AdminApi } from '../support/admin-api';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { securedDatabase, type SecuredDatabase } from '../support/secured-database';
import { PASSWORD, USERS } from '../support/secured-kafka';
import { kafka, securedKafka } from '../support/services';
import { TokenServer } from '../support/token-server';
import { until } from '../support/until';
import { waysToWrite } from '../support/ways-to-write';

/** What must never be seen, by where it is used. Each has characters that are written in other ways inside a URI. */
const SECRETS = {
  plainRefused: 'k4fka-plain/päss 1',
  scramUnreachable: 'k4fka-scram/päss 2',
  scramRight: PASSWORD,
  clientSecret: 'k4fka-oauth/päss 9',
  clientSecretAccepted: 'k4fka-oauth/päss 10',
  unusable: 'k4fka-unusable/päss 3',
  databaseRight: 'm0ngo-right/päss 4',
  databaseWrong: 'm0ngo-wrong/päss 5',
  insideUri: 'm0ngo-uri/päss 6',
  insideRefusedUri: 'm0ngo-refused/päss 7',
  certificate: 'tls-passphrase/päss 8',
};

const PLACE = { z: 'tab', x: 100, y: 100 };
/** Writes what it gets into the log, whole. */
const LOGGER: FlowNode = {
  ...PLACE,
  id: 'logger',
  type: 'function',
  func: `node.log(util.inspect(msg, { depth: 20, showHidden: true, compact: true, breakLength: Infinity })); return null;`,
  outputs: 0,
  libs: [],
  wires: [],
};

describe('secrets', function () {
  this.timeout(120_000);
  let dir: string;
  let server: SecuredDatabase;
  let tokens: TokenServer;
  let tokenUrl: string;
  let nodeRed: TestNodeRed;
  let api: AdminApi;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'secrets-'));
    server = await securedDatabase(dir, [
      { username: 'ana', password: SECRETS.databaseRight, roles: [{ role: 'readWrite', db: 'datos' }] },
    ]);
    const { certificates } = await securedKafka();
    tokens = new TokenServer(USERS.operator, 'ana', SECRETS.clientSecretAccepted, certificates.server);
    tokenUrl = await tokens.start();
    const inUri = (secret: string): string => `mongodb://ana:${encodeURIComponent(secret)}@${server.address}`;
    nodeRed = await startNodeRed({
      env: {
        NODE_RED_LOG_LEVEL: 'trace',
        URI_WITH_PASSWORD: inUri(SECRETS.insideUri),
        URI_REFUSED: `${inUri(SECRETS.insideRefusedUri)}/?nonsense=1`,
      },
    });
    api = await AdminApi.connect(nodeRed.editor.replace(/\/$/, ''));
  });

  after(async () => {
    api.close();
    await Promise.all([nodeRed.dispose(), server.stop(), tokens.stop()]);
    await rm(dir, { recursive: true, force: true });
  });

  /** Kafka clusters and databases that work, refuse, are away or can't be used; each with its users. */
  async function flow(): Promise<FlowNode[]> {
    const [{ brokers }, secured] = await Promise.all([kafka(), securedKafka()]);
    const login = (password: string) => ({ credentials: { username: 'ana', password } });
    const cluster = (id: string, password: string, changes: object): FlowNode => ({
      ...{ id, type: 'kafka-cluster', name: '', brokers, clientId: 'x', tls: '', sasl: 'plain' },
      ...login(password),
      ...changes,
    });
    const database = (id: string, password: string, changes: object = {}): FlowNode => ({
      ...{
        id,
        type: 'mongo-database',
        name: '',
        uri: `mongodb://${server.address}`,
        database: 'datos',
        tls: '',
      },
      ...(password === '' ? {} : login(password)),
      ...changes,
    });
    const clusters = [
      cluster('scramRight', '', {
        ...{ brokers: secured.at('SIGNIN'), sasl: 'scram-sha-256', tls: 'authority' },
        credentials: { username: USERS.operator, password: SECRETS.scramRight },
      }),
      {
        ...cluster('tokenRight', '', {
          ...{ brokers: secured.at('SIGNIN'), sasl: 'oauthbearer', tls: 'authority', tokenUrl, scope: '' },
        }),
        credentials: { oauthClientId: 'ana', oauthClientSecret: SECRETS.clientSecretAccepted },
      },
      cluster('plainRefused', SECRETS.plainRefused, {}),
      cluster('scramUnreachable', SECRETS.scramUnreachable, {
        brokers: '127.0.0.1:1',
        sasl: 'scram-sha-512',
      }),
      {
        ...cluster('clientSecret', '', {
          sasl: 'oauthbearer',
          tokenUrl: 'http://127.0.0.1:1/token',
          scope: '',
        }),
        credentials: { oauthClientId: 'ana', oauthClientSecret: SECRETS.clientSecret },
      },
      cluster('unusable', SECRETS.unusable, { brokers: 'a b/c', sasl: 'scram-sha-256' }),
    ];
    const databases = [
      database('databaseRight', SECRETS.databaseRight),
      database('databaseWrong', SECRETS.databaseWrong),
      database('insideUri', '', { uri: '${URI_WITH_PASSWORD}' }),
      database('insideRefusedUri', '', { uri: '${URI_REFUSED}' }),
      database('tls', SECRETS.databaseWrong, { tls: 'certificate' }),
    ];
    return [
      { id: 'tab', type: 'tab', label: 'secrets' },
      {
        ...{ id: 'certificate', type: 'tls-config', verifyservercert: true },
        credentials: { passphrase: SECRETS.certificate },
      },
      { id: 'authority', type: 'tls-config', verifyservercert: true, ca: secured.certificates.ca },
      ...clusters,
      ...databases,
      ...clusters.flatMap(({ id }) => usersOfCluster(id)),
      ...databases.map(({ id }) => sink(id)),
      inject([...clusters.map(({ id }) => `${id}-producer`), ...databases.map(({ id }) => `${id}-sink`)]),
      { ...PLACE, id: 'catch', type: 'catch', name: '', scope: null, uncaught: false, wires: [['logger']] },
      { ...PLACE, id: 'status', type: 'status', name: '', scope: null, wires: [['logger']] },
      LOGGER,
    ];
  }

  it('are in no flow, no file, no log line, no status, no caught error and no answer to the editor', async () => {
    const nodes = await flow();
    await api.deploy(nodes);
    await api.press(inject([]));
    const shown = nodes.filter(({ type }) => /^(kafka-(producer|consumer)|mongo-sink)$/.test(type));
    await until(
      'each node to have said how it fares',
      () => shown.every(({ id }) => /ring|dot/.test(api.statuses.get(id)?.shape ?? '')) || undefined,
      40_000,
    );
    const stored = nodes.find(({ id }) => id === 'databaseRight-sink');
    assert.ok(stored);
    await api.status('the sink with the right password to store', stored, ({ fill }) => fill === 'green');
    for (const id of ['scramRight-producer', 'tokenRight-producer']) {
      const writing = nodes.find((node) => node.id === id) ?? assert.fail();
      await api.status(`${id} to write`, writing, ({ fill }) => fill === 'green');
    }
    const waiting = nodes.find(({ id }) => id === 'databaseWrong-sink');
    assert.ok(waiting);
    await api.status('the sink with the wrong one to be refused', waiting, ({ fill }) => fill === 'red');
    await until('errors of Kafka and of the database to have been caught', () => {
      const log = nodeRed.output.join('\n');
      const caught = (id: string): boolean => log.includes(`source: { id: '${id}'`);
      return ['unusable-producer', 'databaseWrong-sink', 'insideUri-sink'].every(caught);
    });

    const seen = new Map<string, string>();
    for (const [place, text] of await everything(nodes)) seen.set(place, text);
    assert.ok(tokens.given.length > 0);
    const secrets: Record<string, string> = { ...SECRETS, ...Object.fromEntries(tokens.given.entries()) };
    for (const [place, text] of seen) {
      assert.ok(text.length > 0, `${place} is empty`);
      for (const [use, secret] of Object.entries(secrets)) {
        for (const way of waysToWrite(secret)) {
          const at = text.indexOf(way);
          assert.equal(at, -1, `${use} is in ${place}: ${text.slice(Math.max(0, at - 200), at + 100)}`);
        }
      }
    }
  });

  /** All that anybody can see, by where. */
  async function everything(nodes: readonly FlowNode[]): Promise<[string, string][]> {
    const files = ['flows.json', 'flows_cred.json', 'package.json', '.config.runtime.json'];
    const configs = nodes.filter(({ type }) => /^(kafka-cluster|mongo-database)$/.test(type));
    const tested: [string, string][] = [];
    // One after the other: the embedded database has enough to do with those that come again and again.
    for (const node of configs) tested.push(await connectionTestOf(node));
    return [
      ['GET /flows', await api.request('/flows')],
      ['GET /flows (version 2)', await api.request('/flows', { headers: { 'Node-RED-API-Version': 'v2' } })],
      ['GET /flow/tab', await api.request('/flow/tab')],
      ['GET /settings', await api.request('/settings')],
      ['GET /diagnostics', await api.request('/diagnostics')],
      ['GET /serial-json-in/ports', await api.request('/serial-json-in/ports')],
      ...(await Promise.all(configs.map((node) => credentialsOf(node)))),
      ...tested,
      ['statuses', JSON.stringify([...api.statuses])],
      ...(await Promise.all(files.map((file) => fileOf(file)))),
      // Last, so that it holds what the questions above have caused.
      ['the log', nodeRed.output.join('\n')],
    ];
  }

  async function credentialsOf({ id, type }: FlowNode): Promise<[string, string]> {
    return [`GET /credentials of ${id}`, await api.request(`/credentials/${type}/${id}`)];
  }

  /** As the dialog of a saved node asks for it: the password itself stays in the runtime. */
  async function connectionTestOf({ id, type, credentials, ...fields }: FlowNode): Promise<[string, string]> {
    const saved = Object.entries((credentials ?? {}) as Record<string, string>).map(([name, value]) => [
      name,
      name === 'password' || name === 'oauthClientSecret' ? '__PWRD__' : value,
    ]);
    const body = { id, fields, credentials: Object.fromEntries(saved) as unknown };
    const answer = await api.request(`/${type}/test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const [first] = JSON.parse(answer) as { level: string }[];
    assert.equal(first?.level, id.endsWith('Right') ? 'good' : 'error', `${id}: ${answer}`);
    return [`POST /${type}/test of ${id}`, answer];
  }

  async function fileOf(name: string): Promise<[string, string]> {
    return [name, await readFile(path.join(nodeRed.userDir, name), 'utf8')];
  }
});

function usersOfCluster(cluster: string): FlowNode[] {
  return [
    {
      ...{ ...PLACE, id: `${cluster}-producer`, type: 'kafka-producer', cluster, name: '', wires: [[]] },
      ...{
        topic: 'allowed-secrets',
        createTopics: true,
        topicType: 'str',
        key: '',
        keyType: 'str',
        acks: 'all',
        compression: 'none',
      },
      ...{ partition: '', partitionType: 'str', headers: '', headersType: 'json' },
      outbox: false,
    },
    {
      ...{ ...PLACE, id: `${cluster}-consumer`, type: 'kafka-consumer', cluster, name: '', wires: [[], []] },
      ...{
        topics: 'allowed-secrets',
        groupId: 'allowed-secrets',
        from: 'earliest',
        output: 'json',
        mode: 'single',
      },
      ...{ confirm: 'automatic', deadLetters: false, sessionTimeoutMs: '6000', confirmTimeoutSeconds: '60' },
    },
  ];
}

function sink(database: string): FlowNode {
  return {
    ...{ ...PLACE, id: `${database}-sink`, type: 'mongo-sink', database, name: '', wires: [[], []] },
    ...{ collection: 'datos', nodesCollection: 'nodos', rejectedCollection: 'rechazados', maxBatch: '500' },
    confirm: false,
  };
}

function inject(targets: string[]): FlowNode {
  return {
    ...{
      ...PLACE,
      id: 'inject',
      type: 'inject',
      name: 'send',
      topic: '',
      payload: '{"nodo":"n1","humedad":1}',
    },
    ...{ payloadType: 'json', repeat: '', crontab: '', once: false, onceDelay: 0.1 },
    props: [{ p: 'payload' }],
    wires: [targets],
  };
}
