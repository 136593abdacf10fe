import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerCluster from '../../../nodes/kafka-cluster/kafka-cluster';
import registerConsumer from '../../../nodes/kafka-consumer/kafka-consumer';
import { confirm } from '../../../nodes/shared/deliveries';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { shorten } from '../../../nodes/shared/user-error';
import { loadTexts, withTexts } from '../../support/texts';
import { until } from '../../support/until';
import { KafkaFixture, numbered } from './kafka-fixture';

type Collected = PipelineMessage & {
  status?: NodeStatus;
  error?: { message: string; reason?: string };
};

/** What reached each collector since the test began, also over deploys. */
let collected: Record<string, Collected[]>;

/** Keeps what reaches it. Named "failing" it fails each message whose payload is "bad". */
function registerCollector(RED: NodeAPI): void {
  RED.nodes.registerType('collector', function (this: Node, def: NodeDef) {
    RED.nodes.createNode(this, def);
    this.on('input', (message, send, done) => {
      (collected[def.name] ??= []).push(message as Collected);
      if (def.name === 'failing' && message.payload === 'bad') return done(new Error('no such sensor'));
      send(message);
      done();
    });
  });
}

/** A sink that confirms by itself, under the type that the consumer looks for. */
function registerSink(RED: NodeAPI): void {
  RED.nodes.registerType('mongo-sink', function (this: Node, def: NodeDef) {
    RED.nodes.createNode(this, def);
    this.on('input', (message, _send, done) => {
      confirm(message as PipelineMessage);
      done();
    });
  });
}

/** Core nodes that the helper does not load by itself. */
const core = createRequire(require.resolve('@node-red/nodes/package.json'));
const coreNode = (path: string) => core(`./core/${path}`) as (RED: NodeAPI) => void;

const NODES = [
  withTexts(registerCluster),
  withTexts(registerConsumer),
  registerCollector,
  registerSink,
  coreNode('common/60-link.js'),
  coreNode('function/89-delay.js'),
  coreNode('sequence/17-split.js'),
];

describe('kafka-consumer in Node-RED', function () {
  this.timeout(60_000);
  let fixture: KafkaFixture;
  let topic: string;
  let groupId: string;

  before(async () => {
    fixture = await KafkaFixture.connect();
    await loadTexts('kafka-cluster');
    await loadTexts('kafka-consumer');
  });

  beforeEach(async () => {
    collected = {};
    topic = await fixture.createTopic();
    groupId = fixture.name('group');
    await new Promise<void>((resolve) => helper.startServer(() => resolve()));
  });

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
  });

  after(() => fixture.close());

  /**
   * The nodes around every flow: the cluster, the consumer, and what shows errors and statuses. Others with one of their
   * ids take their place (the helper can't load two nodes of the same core type).
   */
  function flowOf(consumer: Record<string, unknown>, ...others: Record<string, unknown>[]): object[] {
    const nodes = [
      {
        id: 'consumer',
        type: 'kafka-consumer',
        cluster: 'cluster',
        topics: topic,
        groupId,
        output: 'string',
        wires: [[], ['aside']],
        ...consumer,
      },
      { id: 'aside', type: 'collector', name: 'aside' },
      { id: 'catchOwn', type: 'catch', scope: ['consumer'], wires: [['caught']] },
      { id: 'caught', type: 'collector', name: 'caught' },
      { id: 'status', type: 'status', scope: ['consumer'], wires: [['statuses']] },
      { id: 'statuses', type: 'collector', name: 'statuses' },
    ].filter(({ id }) => !others.some((other) => other.id === id));
    return [
      { id: 'tab', type: 'tab' },
      { id: 'cluster', type: 'kafka-cluster', brokers: fixture.brokers, clientId: 'test', sasl: 'none' },
      ...[...nodes, ...others].map((node) => ({ z: 'tab', x: 100, y: 100, wires: [], ...node })),
    ];
  }

  const deploy = (consumer: Record<string, unknown>, ...others: Record<string, unknown>[]) =>
    helper.load(NODES, flowOf(consumer, ...others));
  const payloads = (name: string) => (collected[name] ?? []).map(({ payload }) => payload);
  const statusText = () => collected.statuses?.at(-1)?.status?.text ?? '';
  const committed = async () => (await fixture.committed(groupId, topic))[0];

  it('hands records to a mongo-sink behind links, which confirms them, and says so', async () => {
    await fixture.write(topic, numbered(5));
    await deploy(
      { wires: [['out'], []] },
      { id: 'out', type: 'link out', mode: 'link', links: ['in'] },
      { id: 'in', type: 'link in', links: ['out'], wires: [['sink']] },
      { id: 'sink', type: 'mongo-sink', confirm: true },
    );
    await until('the commit', async () => (await committed()) === 5);
    await until(
      'the status',
      () => statusText() === `${groupId} · partitions: 1 · lag: 0 · mongo-sink confirms`,
    );
    assert.equal(collected.statuses?.at(-1)?.status?.fill, 'green');
  });

  it('lets a Complete node confirm and a Catch node reject', async () => {
    await fixture.write(topic, ['good', 'bad', 'better']);
    await deploy(
      { wires: [['sink'], ['aside']] },
      { id: 'sink', type: 'collector', name: 'failing' },
      { id: 'complete', type: 'complete', scope: ['sink'], wires: [['consumer']] },
      { id: 'catchOwn', type: 'catch', scope: ['sink'], wires: [['consumer']] },
    );
    await until('the rejected record', () => payloads('aside').length === 1);
    await until('the commit', async () => (await committed()) === 3);
    const [aside] = collected.aside ?? [];
    assert.equal(String(aside?.payload), 'bad');
    assert.equal(aside?.error?.reason, 'rejected');
    assert.equal(aside?.error?.message, `Rejected: ${topic}, partition 0, offset 1: Error: no such sensor`);
    assert.ok(statusText().endsWith('the flow confirms'));
  });

  it('commits what it has handed on where nothing confirms', async () => {
    await fixture.write(topic, numbered(5));
    await deploy({ wires: [['all'], []] }, { id: 'all', type: 'collector', name: 'all' });
    await until('the commit', async () => (await committed()) === 5);
    assert.deepEqual(payloads('all'), numbered(5));
    assert.ok(statusText().endsWith('handing on confirms'));
  });

  it('hands on again, after a deploy of that node alone, what a delay node has lost', async () => {
    await fixture.write(topic, numbered(3));
    const delay = (pause: string) => ({
      id: 'delay',
      type: 'delay',
      pauseType: 'delay',
      timeout: pause,
      timeoutUnits: 'seconds',
      wires: [['sink']],
    });
    const rest = [
      { id: 'seen', type: 'collector', name: 'seen', wires: [['delay']] },
      { id: 'sink', type: 'mongo-sink', confirm: true },
    ];
    await deploy({ wires: [['seen'], []] }, delay('600'), ...rest);
    await until('the records in the delay node', () => payloads('seen').length === 3);
    const before = helper.getNode('consumer');
    await helper.setFlows(flowOf({ wires: [['seen'], []] }, delay('0.01'), ...rest), 'nodes');
    await until('the commit', async () => (await committed()) === 3);
    assert.equal(helper.getNode('consumer'), before);
    assert.deepEqual(payloads('seen'), [...numbered(3), ...numbered(3)]);
  });

  it('confirms a batch when all pieces of it have come back', async () => {
    await fixture.admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    await fixture.write(topic, numbered(4), 0);
    await fixture.write(topic, ['other'], 1);
    const split = { splt: '\\n', spltType: 'str', arraySplt: 1, arraySpltType: 'len', wires: [['pieces']] };
    await deploy(
      { mode: 'batch', confirm: 'flow', wires: [['split'], []] },
      { id: 'split', type: 'split', ...split },
      { id: 'pieces', type: 'collector', name: 'pieces' },
    );
    await until('the pieces', () => payloads('pieces').length === 5);
    const input = helper.getNode('consumer');
    const pieces = (collected.pieces ?? []).filter(({ payload }) => payload !== 'other');
    const other = (collected.pieces ?? []).filter(({ payload }) => payload === 'other');
    for (const piece of [...pieces.slice(1), ...other]) input.receive(piece);
    await until('the other commit', async () => (await fixture.committed(groupId, topic))[1] === 1);
    assert.equal(await committed(), -1);
    input.receive(pieces[0]);
    await until('the commit', async () => (await committed()) === 4);
  });

  it('pauses, seeks and resumes at messages on its input', async () => {
    await fixture.write(topic, numbered(3));
    await deploy({ wires: [['all'], []] }, { id: 'all', type: 'collector', name: 'all' });
    await until('the records', () => payloads('all').length === 3);
    const input = helper.getNode('consumer');
    input.receive({ action: 'pause' });
    await until('the status', () => statusText().startsWith('paused'));
    input.receive({ action: 'seek', payload: { to: 'beginning' } });
    await until('the new place', async () => (await committed()) === 0);
    assert.equal(payloads('all').length, 3);
    input.receive({ action: 'resume' });
    await until('the records again', () => payloads('all').length === 6);
  });

  it('gives an error that a Catch node gets with the message for what it does not understand', async () => {
    await deploy({});
    helper.getNode('consumer').receive({ action: 'topics', payload: 7 });
    await until('the error', () => (collected.caught?.length ?? 0) > 0);
    const [caught] = collected.caught ?? [];
    assert.equal(
      caught?.error?.message,
      'msg.action "topics" is not known; there are confirm, reject, pause, resume, seek',
    );
    assert.equal(caught?.payload, 7);
  });

  it('does not run in circles when its own errors are wired back to it', async () => {
    await deploy({}, { id: 'catchOwn', type: 'catch', scope: ['consumer'], wires: [['caught', 'consumer']] });
    helper.getNode('consumer').receive({ action: 'topics' });
    await until('the error', () => (collected.caught?.length ?? 0) > 0);
    await until('the status', () => statusText().includes('partitions: 1'));
    assert.ok((collected.caught?.length ?? 0) <= 10);
  });

  it('reports to the Catch nodes what nobody confirms in time', async () => {
    await fixture.write(topic, ['x']);
    await deploy({ confirm: 'flow', confirmTimeoutSeconds: '1' });
    await until('the report', () => (collected.caught?.length ?? 0) > 0);
    const [caught] = collected.caught ?? [];
    assert.equal(
      caught?.error?.message,
      `Not confirmed within 1 s: ${topic}, partition 0, offset 0 (records: 1)`,
    );
    assert.deepEqual(caught?.kafka, { topic, partition: 0, offset: '0' });
    await until('the status', () => statusText().includes('not confirmed in time: 1'));
  });

  it('shows that it waits for a topic', async () => {
    await deploy({ topics: `${topic}-later` });
    await until(
      'the status',
      () => statusText() === `waiting for topic ${topic}-later, which does not exist yet`,
    );
  });

  it('shows when it tries again while no broker can be reached, and closes all the same', async () => {
    const flow = flowOf({}).map((node) => ('brokers' in node ? { ...node, brokers: '127.0.0.1:1' } : node));
    await helper.load(NODES, flow);
    await until('the status', () => /^no connection, retrying at \d\d:\d\d:\d\d$/.test(statusText()), 20_000);
    const begin = Date.now();
    await helper.unload();
    assert.ok(Date.now() - begin < 5_000, `${Date.now() - begin} ms`);
  });

  it('says which setting is wrong, and answers each message with that', async () => {
    await deploy({ groupId: '${GROUP}' });
    const text = 'The field groupId is "${GROUP}", but the environment variable GROUP is not set';
    await until('the status', () => statusText() === shorten(text, 60));
    helper.getNode('consumer').receive({ action: 'pause' });
    await until('both errors', () => collected.caught?.length === 2);
    assert.equal(collected.caught?.[1]?.error?.message, text);
  });
});
