import { tab, functionNode, type FlowNode, type Place } from '../../test/faults/support/flow';
import { peerFlows } from '../../test/faults/support/peer-flows';
import type { Progress } from '../contenders/counter';
import { fill } from '../support/fill';
import { sinkFlow } from '../support/our-flow';
import { speedOf } from '../support/rate';
import { inRounds, type Context, type Goal, type Measure, type Row } from '../support/row';
import { nodesByPartition } from '../support/services';

const BARE = 'bare eachBatch + insertMany';
const INDEXED = 'bare eachBatch + insertMany, index {nodo, _id}';
export const BATCH = 'kafka-consumer -> mongo-sink, batch mode';
export const SINGLE = 'kafka-consumer -> mongo-sink, single mode';
const PEER = 'kafkajs-consumer -> mongodb4';

const PARTITIONS = 3;
const NODES_EACH = 4;
const TOPIC = 'row2';
/** The peers take in whatever there is at once, so they get less. */
const PEER_TOPIC = 'row2-peer';
const PEER_RECORDS = 30_000;
/** More than the fastest one reads in its time. */
export const RECORDS_PER_SECOND = 80_000;

/** Readings a second that are stored while a full topic is read. */
export const sinkRow: Row = {
  row: 2,
  title: 'readings out of Kafka into the database, a second',
  async run(context) {
    const { services, workshop, plan, say } = context;
    const seconds = (plan.settleMs + plan.measureMs) / 1000;
    const records = Math.ceil(RECORDS_PER_SECOND * (seconds + 0.5));
    const nodes = nodesByPartition(PARTITIONS, NODES_EACH);
    const filler = await workshop.program('bare-producer');
    say(`  writing ${records} records to read`);
    await fill(services, filler.remote, { topic: TOPIC, nodes, records });
    if (plan.peers) await fill(services, filler.remote, { topic: PEER_TOPIC, nodes, records: PEER_RECORDS });
    await filler.stop();

    const [plain, indexed, batch, single] = await Promise.all([
      bare(context, false),
      bare(context, true),
      ours(context, 'batch'),
      ours(context, 'single'),
    ]);
    const contenders: Record<string, Measure> = {
      [BARE]: plain,
      [INDEXED]: indexed,
      [BATCH]: batch,
      [SINGLE]: single,
    };
    const goals: Goal[] = [
      { of: BATCH, to: BARE, atLeast: 0.9 },
      { of: SINGLE, to: BARE, atLeast: 0.6 },
      { of: BATCH, to: INDEXED },
      { of: SINGLE, to: INDEXED },
    ];
    if (plan.peers) {
      contenders[PEER] = await peers(context);
      goals.push({ of: BATCH, to: PEER, atLeast: 10 }, { of: SINGLE, to: PEER, atLeast: 10 });
    }
    return {
      row: 2,
      title: this.title,
      series: await inRounds(context, 'readings/s', contenders),
      goals,
      notes: [
        `${PARTITIONS} partitions, ${PARTITIONS * NODES_EACH} sensor nodes`,
        'the bare loop inserts what eachBatch gives, in one insertMany; it keeps no list of nodes',
        'the nodes store more of each reading (time, topic, reading id) under an index of two fields, which the pages need',
      ],
    };
  },
};

async function bare({ services, workshop, plan }: Context, indexed: boolean): Promise<Measure> {
  const { remote } = await workshop.program('bare-sink');
  return async (round) => {
    const place = placeOf(services, `row2_${indexed ? 'indexed' : 'bare'}_${round}`, TOPIC);
    await remote.call('drain', { ...place, indexed });
    const speed = await speedOf('the bare loop', [remote], () => remote.call<Progress>('stored'), plan);
    await remote.call('stop');
    await check(services, place.databaseName, await remote.call<Progress>('stored'));
    return speed;
  };
}

async function ours({ services, workshop, plan }: Context, mode: 'batch' | 'single'): Promise<Measure> {
  const { remote, nodeRed } = await workshop.nodeRed(`sink-${mode}`, tab('server', []));
  return async (round) => {
    const place = placeOf(services, `row2_${mode}_${round}`, TOPIC);
    await remote.call('reset');
    await nodeRed.deploy(sinkFlow(place, { mode }), 'full');
    const stored = (): Promise<Progress> => remote.call<Progress>('done', { node: 'sink' });
    const speed = await speedOf(mode, [remote], stored, plan);
    await nodeRed.deploy(tab('server', []), 'full');
    const failed = await remote.call<number>('failed');
    if (failed > 0) throw new Error(`${mode}: ${failed} messages failed`);
    await check(services, place.databaseName, await stored());
    return speed;
  };
}

/** They take in the whole topic at once and can't be stopped but by an end of their process. */
async function peers({ services, workshop, plan }: Context): Promise<Measure> {
  const flows = await peerFlows();
  return async (round) => {
    const place = placeOf(services, `row2_peer_${round}`, PEER_TOPIC);
    const flow = [...flows.config(place), ...peerTab(flows.server(place, { source: 0, reports: 0 }))];
    const { remote, nodeRed } = await workshop.nodeRed(`sink-peer-${round}`, flow, flows.packages);
    const stored = (): Promise<Progress> => remote.call<Progress>('done', { node: 'count' });
    const speed = await speedOf('the peers', [remote], stored, plan);
    await nodeRed.kill();
    return speed;
  };
}

/** Their consumer, sink and what lies between, with a count of what is stored in place of reports. */
function peerTab(server: readonly FlowNode[]): FlowNode[] {
  const wanted = ['consumer', 'document', 'sink'];
  const nodes = server.filter(({ id }) => wanted.includes(id));
  const document = functionNode('document', 'return { payload: [JSON.parse(msg.payload.value)] };');
  return tab('peer', [
    ...nodes.map((node) => {
      if (node.id === 'document') return { ...document, wires: [['sink']] };
      return node.id === 'sink' ? { ...node, wires: [['count']] } : node;
    }),
    { id: 'count', type: 'bench-count' },
  ]);
}

/** Whatever was counted has to be there; more may be, since the last write is not counted. It stays until the end. */
async function check(
  services: Context['services'],
  databaseName: string,
  { count }: Progress,
): Promise<void> {
  const there = await services.countDocuments(databaseName);
  if (there < count) throw new Error(`${databaseName}: ${count} readings counted, ${there} stored`);
}

function placeOf(services: Context['services'], name: string, topic: string): Place {
  return {
    brokers: services.kafka.bootstrap,
    databaseUri: services.database.uri,
    databaseName: name,
    topic,
    groupId: name,
  };
}
