import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ensureTopics } from '../../stack/kafka/cluster';
import type { FlowNode } from '../../stack/node-red/flows';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { database, kafka } from '../support/services';
import { until } from '../support/until';
import { SETTINGS } from '../nodes/mongo-sink/support';
import { HOSTILE_FIELDS, HOSTILE_VALUES } from './support/hostile-values';

const TOPIC = `hostile-${randomUUID()}`;

/** Each node that has an input of its own: what it takes, and what it is given with a hostile payload. */
const TARGETS: Record<string, { good: string; base: string }> = {
  'serial-json-in': { good: `{ action: 'release' }`, base: '{}' },
  'kafka-producer': { good: `{ topic: '${TOPIC}', payload: { v: 1 } }`, base: `{ topic: '${TOPIC}' }` },
  'kafka-consumer': { good: `{ action: 'resume' }`, base: `{ action: 'seek' }` },
  'mongo-sink': { good: `{ payload: { nodo: 'good', v: 1 } }`, base: '{}' },
  'mongo-find': { good: '{ payload: {} }', base: '{}' },
  'topic-catalog': { good: `{ action: 'events' }`, base: `{ action: 'series' }` },
};
const TYPES = Object.keys(TARGETS);

/** What becomes of a message. */
interface End {
  id: string;
  how: 'complete' | 'caught';
  type: string;
  text: string;
}

function flowOf(brokers: string, uri: string): FlowNode[] {
  const note = (how: string, source: string, text: string): string =>
    `const ends = global.get('ends') ?? []; ends.push({ id: msg._msgid, how: '${how}', type: ${source}.source.type, text: ${text} }); global.set('ends', ends); return null;`;
  const make = `const { id, to, code } = msg.payload; msg._msgid = id;
const out = new Array(${TYPES.length}).fill(null); out[to] = eval('(' + code + ')'); return out;`;
  const fn = (id: string, func: string, wires: string[][] = [], outputs = wires.length): FlowNode => ({
    ...{ id, type: 'function', name: id, func, outputs, noerr: 0, initialize: '', finalize: '', libs: [] },
    wires,
  });
  const nodes: FlowNode[] = [
    { id: 'in', type: 'http in', url: '/hostile', method: 'post', wires: [['make', 'taken']] },
    { id: 'taken', type: 'http response', wires: [] },
    fn(
      'make',
      make,
      TYPES.map((type) => [type]),
    ),
    // Each output has two wires, so that Node-RED copies what goes out.
    ...TYPES.map((type) => ({
      ...settingsOf(type),
      id: type,
      type,
      wires: [
        ['one', 'two'],
        ['one', 'two'],
      ],
    })),
    fn('one', 'return null;', [[]]),
    fn('two', 'return null;', [[]]),
    { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
    fn('caught', note('caught', 'msg.error', 'String(msg.error.message)'), [[]]),
    { id: 'complete', type: 'complete', scope: TYPES, wires: [['completed']] },
    fn('completed', note('complete', 'msg.complete', `''`), [[]]),
    { id: 'asked', type: 'http in', url: '/ends', method: 'get', wires: [['ends']] },
    fn('ends', `msg.payload = global.get('ends') ?? []; return msg;`, [['told']]),
    { id: 'told', type: 'http response', wires: [] },
  ];
  return [
    { id: 'tab', type: 'tab', label: 'hostile' },
    { id: 'cluster', type: 'kafka-cluster', brokers },
    { id: 'db', type: 'mongo-database', uri, database: TOPIC },
    ...nodes.map((node) => ({ x: 100, y: 100, z: 'tab', ...node })),
  ];
}

function settingsOf(type: string): object {
  switch (type) {
    case 'serial-json-in':
      return { path: '/dev/there-is-no-such-port' };
    case 'kafka-producer':
      return { cluster: 'cluster', topic: '', topicType: 'str', outbox: true };
    case 'kafka-consumer':
      return { cluster: 'cluster', topics: TOPIC, groupId: TOPIC };
    case 'mongo-sink':
      return { database: 'db', ...SETTINGS, confirm: true };
    case 'mongo-find':
      return { database: 'db', collection: SETTINGS.collection, operation: 'find', output: 'array' };
    default:
      return { cluster: 'cluster', database: 'db' };
  }
}

describe('a message that no node should get', function () {
  this.timeout(120_000);
  let nodeRed: TestNodeRed;
  let count = 0;

  before(async function () {
    this.timeout(300_000);
    const [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
    await ensureTopics(brokers, [{ topic: TOPIC }]);
    nodeRed = await startNodeRed({ flows: flowOf(brokers, uri) });
    for (const type of TYPES) {
      const { how, text } = await ended(type, await send(type, TARGETS[type]!.good), 60_000);
      assert.equal(how, 'complete', text);
    }
  });

  after(() => nodeRed?.dispose());

  /** @returns the id of the message */
  async function send(type: string, code: string): Promise<string> {
    const id = `${type}-${++count}`;
    const body = JSON.stringify({ id, to: TYPES.indexOf(type), code });
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(`${nodeRed.url}/hostile`, { method: 'POST', headers, body });
    assert.equal(status, 200);
    return id;
  }

  async function ends(id: string): Promise<End[]> {
    const response = await fetch(`${nodeRed.url}/ends`, { signal: AbortSignal.timeout(10_000) });
    return ((await response.json()) as End[]).filter((end) => end.id === id);
  }

  async function ended(type: string, id: string, timeoutMs = 30_000): Promise<End> {
    try {
      const [end] = await until(
        `the end of ${id}`,
        async () => {
          nodeRed.assertRunning();
          const found = await ends(id);
          return found.length > 0 && found;
        },
        timeoutMs,
      );
      assert.equal(end?.type, type);
      return end;
    } catch (cause) {
      throw new Error(`${String(cause)}\n${nodeRed.output.slice(-15).join('\n')}`, { cause });
    }
  }

  /** The process lives, the message has ended once, and the next good one goes through. */
  async function survives(type: string, code: string): Promise<End> {
    const id = await send(type, code);
    const end = await ended(type, id);
    const good = await ended(type, await send(type, TARGETS[type]!.good));
    assert.equal(good.how, 'complete', good.text);
    assert.equal((await ends(id)).length, 1, 'it ends once');
    return end;
  }

  for (const type of TYPES) {
    const { base } = TARGETS[type]!;
    describe(`does not end ${type}:`, () => {
      for (const [name, { code, fits }] of Object.entries(HOSTILE_VALUES)) {
        it(name, async () => {
          const end = await survives(type, `Object.assign(${base}, { payload: ${code} })`);
          if (fits?.includes(type)) return;
          assert.equal(end.how, 'caught', 'it was taken');
          assert.match(end.text, /\w{3}/, 'the error says something');
        });
      }

      for (const [name, code] of Object.entries(HOSTILE_FIELDS)) {
        it(name, () => survives(type, `(${code})(${TARGETS[type]!.good})`));
      }
    });
  }
});
