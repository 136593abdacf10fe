import { tab, type Place } from '../../test/faults/support/flow';
import { peerFlows } from '../../test/faults/support/peer-flows';
import { until } from '../../test/support/until';
import type { FeedOrder } from '../contenders/feed-node';
import { feed, producerFlow } from '../support/our-flow';
import { platformatic } from '../support/peers';
import { speedOf } from '../support/rate';
import { inRounds, type Context, type Goal, type Measure, type Row } from '../support/row';
import { interleaved, nodesByPartition } from '../support/services';
import type { Contender } from '../support/workshop';

const BARE = 'bare kafkajs, batches of 500';
const OFF = 'kafka-producer, outbox off';
const ON = 'kafka-producer, outbox on';
const PEER = 'node-red-contrib-kafkajs';
const PLATFORMATIC = '@platformatic/kafka, batches of 500';

const PARTITIONS = 3;
const NODES_EACH = 4;
/** Messages that a flow has on their way at the same time. */
const WINDOW = 10_000;
/** What the peer may be given, a second, so that it does not drown. */
const PEER_RATE = 4_000;
/** How long the records that are on their way at the end may take. */
const DRAIN_MS = 60_000;

type Start = (topic: string) => Promise<unknown>;

/** Messages a second that come into a topic. */
export const producerRow: Row = {
  row: 1,
  title: 'messages into Kafka, a second',
  async run(context) {
    const { services, workshop, plan } = context;
    const nodes = nodesByPartition(PARTITIONS, NODES_EACH);
    const place: Place = {
      brokers: services.kafka.bootstrap,
      databaseUri: services.database.uri,
      databaseName: 'row1',
      topic: '',
      groupId: 'row1',
    };
    const fed = interleaved(nodes);
    const bare = await workshop.program('bare-producer');
    const off = await workshop.nodeRed('outbox-off', producerFlow(place, { outbox: false }));
    const on = await workshop.nodeRed('outbox-on', producerFlow(place, { outbox: true }));
    const order = { brokers: place.brokers, nodes };
    const ours: Omit<FeedOrder, 'topic'> = { nodes: fed, window: WINDOW, until: 'producer' };
    const contenders: Record<string, Measure> = {
      [BARE]: one(context, bare, 'bare', (topic) => bare.remote.call('start', { ...order, topic })),
      [OFF]: one(context, off, 'off', (topic) => off.remote.call('start', { ...ours, topic })),
      [ON]: one(context, on, 'on', (topic) => on.remote.call('start', { ...ours, topic })),
    };
    const goals: Goal[] = [
      { of: OFF, to: BARE, atLeast: 0.9 },
      { of: ON, to: BARE, atLeast: 0.6 },
    ];
    if (plan.peers) {
      const flows = await peerFlows();
      const peer = await workshop.nodeRed(
        'peer',
        [...flows.config(place), ...tab('edge', [feed('producer'), peerProducer()])],
        flows.packages,
      );
      // It never says done, so that nothing can hold the feeding back: it gets what it can do in that time.
      const seconds = (plan.settleMs + plan.measureMs) / 1000;
      const burst: Omit<FeedOrder, 'topic'> = {
        nodes: fed,
        limit: Math.ceil(PEER_RATE * seconds),
        text: true,
      };
      contenders[PEER] = one(context, peer, 'peer', (topic) =>
        peer.remote.call('start', { ...burst, topic }),
      );
      const other = await workshop.program('platformatic-producer', { BENCH_PEERS: await platformatic() });
      contenders[PLATFORMATIC] = one(context, other, 'platformatic', (topic) =>
        other.remote.call('start', { ...order, topic }),
      );
      goals.push({ of: OFF, to: PEER, atLeast: 15 }, { of: ON, to: PEER, atLeast: 10 });
      goals.push({ of: PLATFORMATIC, to: BARE });
    }
    return {
      row: 1,
      title: this.title,
      series: await inRounds(context, 'messages/s', contenders),
      goals,
      notes: [
        `${PARTITIONS} partitions, ${fed.length} sensor nodes, the same records (key, JSON value, reading-id header) everywhere`,
        'each figure is the speed at which the topic grows; what was fed is all there in the end',
      ],
    };
  },
};

function peerProducer(): { id: string; type: string; [property: string]: unknown } {
  return {
    id: 'producer',
    type: 'kafkajs-producer',
    client: 'cluster',
    topic: '',
    acknowledge: 'all',
    headeritems: {},
    wires: [],
  };
}

/** One measurement, on a topic of its own. */
function one(
  { services, plan }: Context,
  { remote, process }: Contender,
  name: string,
  start: Start,
): Measure {
  return async (round) => {
    const topic = `row1-${name}-${round}`;
    await services.createTopic(topic, PARTITIONS);
    await start(topic);
    const speed = await speedOf(name, process.pid, services.growth(topic), plan);
    const fed = await remote.call<number>('stop');
    await until(
      `all ${fed} records of ${name}`,
      async () => (await services.written(topic)) >= fed,
      DRAIN_MS,
    );
    const count = await services.written(topic);
    if (count !== fed) throw new Error(`${name}: ${fed} messages fed, ${count} records written`);
    return speed;
  };
}
