import { toError } from '../../nodes/shared/user-error';
import { tab, type FlowNode, type Place } from '../../test/faults/support/flow';
import { peerFlows } from '../../test/faults/support/peer-flows';
import { until } from '../../test/support/until';
import type { Progress } from '../contenders/counter';
import type { FeedOrder } from '../contenders/feed-node';
import { KafkaUnderTest } from '../support/kafka-under-test';
import { feed, producerFlow } from '../support/our-flow';
import { kafkaClientNodes, platformatic } from '../support/peers';
import { speedOf } from '../support/rate';
import {
  inRounds,
  isWanted,
  type Context,
  type Failure,
  type Goal,
  type Measure,
  type Row,
  type Series,
} from '../support/row';
import { interleaved, nodesByPartition } from '../support/services';
import type { Contender, NodeRedContender } from '../support/workshop';

export const BARE = 'bare kafkajs, batches of 500';
export const OFF = 'kafka-producer, outbox off';
export const ON = 'kafka-producer, outbox on';
const PEER = 'node-red-contrib-kafkajs';
const CLIENT = 'node-red-contrib-kafka-client';
const PLATFORMATIC = '@platformatic/kafka, batches of 500';
/** What is measured on the older Kafka. */
const OLD = ' (Kafka 3.9)';

export const PARTITIONS = 3;
const NODES_EACH = 4;
const NODES = nodesByPartition(PARTITIONS, NODES_EACH);
export const FED = interleaved(NODES);
/** Messages that a flow has on their way at the same time. */
const WINDOW = 10_000;
/** What a peer may be given, a second, so that it does not drown. */
const PEER_RATE = 4_000;
/** How long the records that are on their way at the end may take. */
const DRAIN_MS = 60_000;
/** Seen in the log of the broker. */
const REFUSED =
  'connects to Kafka 4 and writes nothing: the broker refuses its requests (Produce, version 2) and closes the connection';
/** How long the peer that may not know this Kafka is given to write something. */
const TRIAL_MS = 5_000;

type Start = (topic: string) => Promise<unknown>;

/** Messages a second that come into a topic. */
export const producerRow: Row = {
  row: 1,
  title: 'messages into Kafka, a second',
  async run(context) {
    const { services, workshop, plan } = context;
    const { kafka } = services;
    const contenders = await ours(context, kafka, '');
    const goals: Goal[] = [
      { of: OFF, to: BARE, atLeast: 0.9 },
      { of: ON, to: BARE, atLeast: 0.6 },
    ];
    const failures: Failure[] = [];
    if (plan.peers) {
      const place = placeOf(kafka, services.database.uri);
      const flows = await peerFlows();
      const peer = await workshop.nodeRed(
        'peer',
        [...flows.config(place), ...tab('edge', [feed('producer'), kafkajsProducer()])],
        flows.packages,
      );
      contenders[PEER] = one(context, kafka, peer, 'peer', (topic) =>
        peer.remote.call('start', { ...burst(context), topic }),
      );
      const other = await workshop.program('platformatic-producer', { BENCH_PEERS: await platformatic() });
      contenders[PLATFORMATIC] = one(context, kafka, other, 'platformatic', (topic) =>
        other.remote.call('start', { brokers: place.brokers, nodes: NODES, topic }),
      );
      goals.push({ of: OFF, to: PEER, atLeast: 15 }, { of: ON, to: PEER, atLeast: 10 });
      goals.push({ of: PLATFORMATIC, to: BARE });
      if (isWanted(plan, CLIENT)) {
        const client = await KafkaClientPeer.start(context, kafka, 'kafka-client');
        const works = await client.writes();
        if (works) contenders[CLIENT] = client.measure();
        else failures.push({ of: CLIENT, reason: REFUSED });
        goals.push({ of: OFF, to: CLIENT });
      }
    }
    const series = await inRounds(context, 'messages/s', contenders);
    const old =
      plan.peers && plan.full && failures.length > 0 ? await onOldKafka(context, failures) : undefined;
    return {
      row: 1,
      title: this.title,
      series: [...series, ...(old?.series ?? [])],
      goals: [...goals, ...(old?.goals ?? [])],
      failures,
      notes: [
        `${PARTITIONS} partitions, ${FED.length} sensor nodes, the same records (key, JSON value, reading-id header) everywhere; the peers write no header`,
        'each figure is the speed at which the topic grows; what was fed is all there in the end',
        ...(old ? [`${OLD.trim()}: with ZooKeeper, the last release that knows the old requests`] : []),
      ],
    };
  },
};

/**
 * The peer that today's Kafka refuses, beside ours and the bare driver on the last Kafka that knows it.
 * @param failures takes what happens where the peer comes to a stand, as it does now and then
 */
async function onOldKafka(
  context: Context,
  failures: Failure[],
): Promise<{ series: Series[]; goals: Goal[] }> {
  const kafka = await KafkaUnderTest.start(context.services.dir, 'zookeeper');
  try {
    const contenders = await ours(context, kafka, OLD);
    const client = await KafkaClientPeer.start(context, kafka, 'kafka-client-old');
    contenders[CLIENT + OLD] = client.measure();
    return {
      series: await inRounds(context, 'messages/s', contenders, (of, error) => {
        if (of !== CLIENT + OLD) throw error;
        failures.push({ of, reason: toError(error).message });
      }),
      goals: [OFF, ON].map((of) => ({ of: of + OLD, to: CLIENT + OLD })),
    };
  } finally {
    await kafka.stop();
  }
}

/** The bare driver and our nodes, writing to this Kafka. */
export async function ours(
  context: Context,
  kafka: KafkaUnderTest,
  suffix: string,
  row = 1,
): Promise<Record<string, Measure>> {
  const { services, workshop } = context;
  const place = placeOf(kafka, services.database.uri);
  const name = (own: string): string => own + (suffix && '-old');
  const [bare, off, on] = await Promise.all([
    workshop.program('bare-producer'),
    workshop.nodeRed(name('outbox-off'), producerFlow(place, { outbox: false })),
    workshop.nodeRed(name('outbox-on'), producerFlow(place, { outbox: true })),
  ]);
  const order: Omit<FeedOrder, 'topic'> = { nodes: FED, window: WINDOW, until: 'producer' };
  const fed = (contender: NodeRedContender, own: string): Measure =>
    one(context, kafka, contender, own, (topic) => contender.remote.call('start', { ...order, topic }), row);
  return {
    [BARE + suffix]: one(
      context,
      kafka,
      bare,
      'bare',
      (topic) => bare.remote.call('start', { brokers: place.brokers, nodes: NODES, topic }),
      row,
    ),
    [OFF + suffix]: fed(off, 'off'),
    [ON + suffix]: fed(on, 'on'),
  };
}

/** These peers never say done, so that nothing can hold the feeding back: they get what they can do in that time. */
function burst({ plan }: Context): Omit<FeedOrder, 'topic'> {
  const seconds = (plan.settleMs + plan.measureMs) / 1000;
  return { nodes: FED, limit: Math.ceil(PEER_RATE * seconds), text: true };
}

function kafkajsProducer(): FlowNode {
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

/** The producer of node-red-contrib-kafka-client: it knows only the topic of its dialog, so each round deploys it. */
class KafkaClientPeer {
  private constructor(
    private readonly context: Context,
    private readonly kafka: KafkaUnderTest,
    private readonly contender: NodeRedContender,
  ) {}

  static async start(context: Context, kafka: KafkaUnderTest, name: string): Promise<KafkaClientPeer> {
    const packages = [await kafkaClientNodes()];
    // Its types have the names of ours: it gets a Node-RED without this package.
    const contender = await context.workshop.nodeRed(name, tab('edge', []), packages, { own: false });
    return new KafkaClientPeer(context, kafka, contender);
  }

  /** @returns whether a message of it comes into a topic */
  async writes(): Promise<boolean> {
    const topic = 'row1-kafka-client-trial';
    await this.kafka.createTopic(topic, PARTITIONS);
    await this.feed(topic, { nodes: FED, limit: 10, text: true });
    const end = Date.now() + TRIAL_MS;
    while (Date.now() < end) if ((await this.kafka.written(topic)) > 0) return true;
    return false;
  }

  measure(): Measure {
    return one(this.context, this.kafka, this.contender, 'kafka-client', (topic) =>
      this.feed(topic, burst(this.context)),
    );
  }

  private async feed(topic: string, order: Omit<FeedOrder, 'topic'>): Promise<void> {
    const { nodeRed, remote } = this.contender;
    await remote.call('reset');
    await nodeRed.deploy(kafkaClientFlow(this.kafka.bootstrap, topic), 'full');
    // Until it is ready it drops what it gets.
    const statuses = (): Promise<Progress> => remote.call<Progress>('done', { node: 'statuses' });
    await until(`${CLIENT} to be ready`, async () => (await statuses()).count > 0);
    await remote.call('start', { ...order, topic });
  }
}

/** With the values of its dialog. */
function kafkaClientFlow(brokers: string, topic: string): FlowNode[] {
  return [
    { id: 'broker', type: 'kafka-broker', name: '', hosts: brokers, usetls: false, selfsign: false },
    ...tab('edge', [
      feed('producer'),
      {
        id: 'producer',
        type: 'kafka-producer',
        broker: 'broker',
        topic,
        requireAcks: 1,
        ackTimeoutMs: 100,
        attributes: 0,
      },
      { id: 'status', type: 'status', scope: ['producer'], wires: [['statuses']] },
      { id: 'statuses', type: 'bench-count' },
    ]),
  ];
}

function placeOf(kafka: KafkaUnderTest, databaseUri: string): Place {
  return { brokers: kafka.bootstrap, databaseUri, databaseName: 'row1', topic: '', groupId: 'row1' };
}

/** One measurement, on a topic of its own. */
function one(
  { plan }: Context,
  kafka: KafkaUnderTest,
  { remote }: Contender,
  name: string,
  start: Start,
  row = 1,
): Measure {
  return async (round) => {
    const topic = `row${row}-${name}-${round}`;
    await kafka.createTopic(topic, PARTITIONS);
    await start(topic);
    const speed = await speedOf(name, [remote], kafka.growth(topic), plan);
    const fed = await remote.call<number>('stop');
    await until(`all ${fed} records of ${name}`, async () => (await kafka.written(topic)) >= fed, DRAIN_MS);
    const count = await kafka.written(topic);
    if (count !== fed) throw new Error(`${name}: ${fed} messages fed, ${count} records written`);
    return speed;
  };
}
