import assert from 'node:assert/strict';
import { shorten } from '../../../nodes/shared/user-error';
import type { FlowNode } from '../../../stack/node-red/flows';
import { EDITOR_PATH } from '../../../stack/node-red/node-red';
import { AdminApi } from '../../support/admin-api';
import { startNodeRed, type TestNodeRed } from '../../support/node-red';
import { until } from '../../support/until';

/** A node with one setting that is no good. */
interface Case {
  type: string;
  /** of the node */
  settings?: Record<string, unknown>;
  /** of its config node */
  config?: Record<string, unknown>;
  /** what the text has to name */
  field: string;
  value: string;
}

const CASES: readonly Case[] = [
  { type: 'serial-json-in', settings: { baudRate: 'fast' }, field: 'baudRate', value: 'fast' },
  { type: 'serial-json-in', settings: { variables: 'a: 9..1' }, field: 'variables', value: 'a: 9..1' },
  { type: 'serial-json-in', settings: { path: '${NOT_SET}' }, field: 'path', value: '${NOT_SET}' },
  { type: 'kafka-producer', settings: { acks: 'some' }, field: 'acks', value: 'some' },
  { type: 'kafka-producer', settings: { headers: '{', headersType: 'json' }, field: 'headers', value: '{' },
  { type: 'kafka-producer', settings: { cluster: 'gone' }, field: 'cluster', value: 'gone' },
  { type: 'kafka-consumer', settings: { topics: 'a b' }, field: 'topics', value: 'a b' },
  { type: 'kafka-consumer', settings: { maxTries: '0' }, field: 'maxTries', value: '0' },
  { type: 'kafka-consumer', settings: { cluster: 'gone' }, field: 'cluster', value: 'gone' },
  { type: 'mongo-sink', settings: { maxBatch: '-1' }, field: 'maxBatch', value: '-1' },
  { type: 'mongo-sink', settings: { collection: 'a$b' }, field: 'collection', value: 'a$b' },
  { type: 'mongo-sink', settings: { database: 'gone' }, field: 'database', value: 'gone' },
  { type: 'mongo-find', settings: { pageSize: 'many' }, field: 'pageSize', value: 'many' },
  { type: 'mongo-find', settings: { sort: '[1]' }, field: 'sort', value: '[1]' },
  { type: 'mongo-find', settings: { database: 'gone' }, field: 'database', value: 'gone' },
  { type: 'topic-catalog', settings: { silentAfter: '0' }, field: 'silentAfter', value: '0' },
  { type: 'topic-catalog', settings: { limits: 'hot' }, field: 'limits', value: 'hot' },
  { type: 'topic-catalog', settings: { cluster: 'gone' }, field: 'cluster', value: 'gone' },
  { type: 'topic-catalog', settings: { database: 'gone' }, field: 'database', value: 'gone' },
  { type: 'kafka-cluster', config: { brokers: 'a/b' }, field: 'brokers', value: 'a/b' },
  { type: 'kafka-cluster', config: { requestTimeoutMs: '1' }, field: 'requestTimeoutMs', value: '1' },
  { type: 'kafka-cluster', config: { sasl: 'magic' }, field: 'sasl', value: 'magic' },
  { type: 'kafka-cluster', config: { questionRetries: 'x' }, field: 'questionRetries', value: 'x' },
  { type: 'kafka-cluster', config: { clientLog: 'all' }, field: 'clientLog', value: 'all' },
  { type: 'kafka-cluster', config: { tls: 'gone' }, field: 'tls', value: 'gone' },
  { type: 'mongo-database', config: { database: 'a b' }, field: 'database', value: 'a b' },
  { type: 'mongo-database', config: { uri: '${NOT_SET}' }, field: 'uri', value: '${NOT_SET}' },
  { type: 'mongo-database', config: { tls: 'gone' }, field: 'tls', value: 'gone' },
  { type: 'schema-registry', config: { url: 'a b' }, field: 'url', value: 'a b' },
  { type: 'schema-registry', config: { timeoutMs: '1' }, field: 'timeoutMs', value: '1' },
  { type: 'schema-registry', config: { tls: 'gone' }, field: 'tls', value: 'gone' },
  {
    type: 'kafka-consumer',
    settings: { output: 'registry', registry: 'gone' },
    field: 'registry',
    value: 'gone',
  },
  { type: 'ui-serial-kafka-mongo', settings: { page: 'gone' }, field: 'page', value: 'gone' },
  { type: 'ui_serial_kafka_mongo', settings: { group: 'gone' }, field: 'group', value: 'gone' },
];

/** What a config node's problem is told by, since a config node has neither status nor wires. */
const USERS: Record<string, string> = {
  'kafka-cluster': 'kafka-producer',
  'mongo-database': 'mongo-sink',
  'schema-registry': 'kafka-consumer',
};

/** Settings that are good, and name no server that would have to answer. */
const GOOD: Record<string, Record<string, unknown>> = {
  'serial-json-in': { path: '/dev/not-there', baudRate: '9600' },
  'kafka-producer': { topic: 'Prueba' },
  'kafka-consumer': { topics: 'Prueba', groupId: 'wrong-settings' },
  'mongo-sink': { collection: 'datos', nodesCollection: 'nodos', rejectedCollection: 'rechazados' },
  'mongo-find': { collection: 'datos', operation: 'find', query: 'payload', queryType: 'msg' },
  'topic-catalog': { silentAfter: '5', limits: '' },
  'kafka-cluster': { brokers: '127.0.0.1:1' },
  'mongo-database': { uri: 'mongodb://127.0.0.1:1', database: 'datos' },
  'schema-registry': { url: 'http://127.0.0.1:1' },
  'ui-serial-kafka-mongo': {},
  ui_serial_kafka_mongo: {},
};

const LANGUAGES = {
  en: { lang: 'en_US.UTF-8', form: (field: string) => `^(?:The (\\S+)'s|The) field ${field} (?:is|has) ` },
  es: { lang: 'es_CO.UTF-8', form: (field: string) => `^El campo ${field}(?: del (\\S+))? (?:es|tiene) ` },
};

/** More than this no node of the package takes to end; Node-RED itself would wait for 15 s. */
const CLOSE_MS = 5_000;

/** A tab with a Catch node, and one without: Node-RED logs what no Catch node takes. */
const [CAUGHT, LOGGED] = ['caught', 'logged'];
const nodeIn = (z: string, id: string, type: string, rest: object): FlowNode => ({
  id,
  type,
  z,
  x: 0,
  y: 0,
  ...rest,
});
const configOf = (id: string, type: string, rest: object): FlowNode => ({ id, type, ...rest });
const idIn = (tab: string, index: number): string => `${tab}-${index}`;
const reporterOf = ({ type }: Case): string => USERS[type] ?? type;
const idsIn = (tab: string): string[] => CASES.map((_, index) => idIn(tab, index));

const inject = nodeIn(CAUGHT, 'inject', 'inject', {
  name: 'inject',
  props: [{ p: 'payload' }],
  payload: '',
  payloadType: 'date',
  repeat: '',
  once: false,
  wires: [idsIn(CAUGHT)],
});
const shown = {
  active: true,
  tosidebar: true,
  console: false,
  complete: 'true',
  targetType: 'full',
  wires: [],
};
const caught = nodeIn(CAUGHT, 'errors', 'debug', shown);
const completed = nodeIn(CAUGHT, 'completed', 'debug', shown);

function casesIn(tab: string): FlowNode[] {
  return CASES.flatMap((each, index) => {
    const [cluster, database, registry] = ['cluster', 'database', 'registry'].map(
      (name) => `${tab}-${name}-${index}`,
    ) as [string, string, string];
    const of = (type: string): object => ({ ...GOOD[type], ...(each.type === type ? each.config : {}) });
    const type = reporterOf(each);
    const output = each.type === 'schema-registry' ? { output: 'registry' } : {};
    const settings = { cluster, database, registry, ...output, ...GOOD[type], ...each.settings };
    return [
      configOf(cluster, 'kafka-cluster', of('kafka-cluster')),
      configOf(database, 'mongo-database', of('mongo-database')),
      configOf(registry, 'schema-registry', of('schema-registry')),
      nodeIn(tab, idIn(tab, index), type, { name: `n${index}`, ...settings, wires: [[], []] }),
    ];
  });
}

const FLOW = [
  configOf(CAUGHT, 'tab', { label: 'With a Catch node' }),
  inject,
  nodeIn(CAUGHT, 'catch', 'catch', { scope: null, uncaught: false, wires: [[caught.id]] }),
  nodeIn(CAUGHT, 'complete', 'complete', { scope: idsIn(CAUGHT), wires: [[completed.id]] }),
  caught,
  completed,
  ...casesIn(CAUGHT),
  configOf(LOGGED, 'tab', { label: 'Without' }),
  ...casesIn(LOGGED),
];

interface Caught {
  _msgid?: string;
  error: { message: string; source: { id: string; type: string; name: string } };
}

describe('settings that are no good', function () {
  this.timeout(120_000);

  for (const [language, { lang, form }] of Object.entries(LANGUAGES)) {
    describe(`in ${language}`, () => {
      let nodeRed: TestNodeRed;
      let api: AdminApi;
      before(async () => {
        nodeRed = await startNodeRed({ env: { LANG: lang, LC_ALL: lang, LANGUAGE: '' } });
        api = await AdminApi.connect(`${nodeRed.url}${EDITOR_PATH}`);
        await api.deploy(FLOW);
      });
      after(async () => {
        api.close();
        await nodeRed.dispose();
      });

      const caughtOf = (index: number): Caught[] =>
        api.debugMessages
          .filter(({ id }) => id === caught.id)
          .map(({ value }) => value as Caught)
          .filter(({ error }) => error.source.id === idIn(CAUGHT, index));
      const ofAll = (count: number): Promise<boolean> =>
        until(`${count} errors of each node`, () =>
          CASES.every((_, index) => caughtOf(index).length >= count),
        );

      it('reach the Catch node, the log and the status of every node, once and in the same words', async () => {
        await ofAll(1);
        for (const [index, each] of CASES.entries()) {
          const type = reporterOf(each);
          const told = `${each.type} ${each.field}`;
          const [first, ...more] = caughtOf(index);
          assert.ok(first);
          assert.deepEqual(more, [], told);
          const { message, source } = first.error;
          assert.deepEqual([source.type, source.name], [type, `n${index}`]);

          const begin = new RegExp(form(each.field)).exec(message);
          assert.ok(begin, `${told}: ${message}`);
          assert.equal(begin[1], type === each.type ? undefined : each.type, told);
          assert.ok(message.slice(begin[0].length).startsWith(`"${each.value}"`), `${told}: ${message}`);

          const logged = nodeRed.output.filter((line) => line.includes(` [${type}:n${index}] `));
          assert.equal(logged.length, 1, logged.join('\n'));
          assert.ok(logged[0]?.endsWith(`[error] [${type}:n${index}] ${message}`), logged[0]);
          const byItself = (line: string): boolean =>
            line.includes(`[error] [${each.type}:`) && line.endsWith(message);
          assert.ok(nodeRed.output.some(byItself), told);

          const wanted = { fill: 'red', shape: 'ring', text: shorten(message, 60) };
          for (const node of [CAUGHT, LOGGED].map((tab) => nodeIn(tab, idIn(tab, index), type, {}))) {
            const { fill, shape, text } = await api.status(told, node, () => true);
            assert.deepEqual({ fill, shape, text }, wanted, told);
          }
        }
      });

      it('end each message, once and with that error', async () => {
        // What the first message is done with a second time comes before what the second is done with.
        await api.press(inject);
        await ofAll(2);
        await api.press(inject);
        await ofAll(3);
        for (const [index, each] of CASES.entries()) {
          const [first, ...ofMessages] = caughtOf(index);
          assert.equal(ofMessages.length, 2, each.type);
          assert.equal(new Set(ofMessages.map(({ _msgid }) => _msgid)).size, 2, each.type);
          for (const { error } of ofMessages) assert.equal(error.message, first?.error.message);
        }
        assert.deepEqual(
          api.debugMessages.filter(({ id }) => id === completed.id),
          [],
          'none of them is told as done',
        );
      });

      it('keep no node from closing in its time', async () => {
        const before = nodeRed.output.length;
        const begun = Date.now();
        await api.deploy([]);
        await until('the nodes to have ended', () =>
          nodeRed.output.slice(before).some((line) => /Stopped flows|Flujos detenidos/.test(line)),
        );
        assert.ok(Date.now() - begun < CLOSE_MS, `${Date.now() - begun} ms`);
        assert.deepEqual(
          nodeRed.output.slice(before).filter((line) => line.includes('[error]')),
          [],
        );
      });
    });
  }
});
