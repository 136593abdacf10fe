import { tab, type Place } from '../../test/faults/support/flow';
import type { Progress } from '../contenders/counter';
import { Connect } from '../support/connect';
import { fill } from '../support/fill';
import { sinkFlow } from '../support/our-flow';
import { speedOf } from '../support/rate';
import { javaRivals } from '../support/rivals';
import { inRounds, type Context, type Goal, type Measure, type Row } from '../support/row';
import { nodesByPartition, type Services } from '../support/services';
import { BATCH, RECORDS_PER_SECOND, SINGLE } from './2-sink';

const CONNECT = "Kafka Connect with MongoDB's sink, tuned";
const PARTITIONS = 3;
const NODES_EACH = 4;
const TOPIC = 'row9';

/** Readings a second that are stored while a full topic is read, beside Kafka Connect. */
export const connectRow: Row = {
  row: 9,
  title: 'readings out of Kafka into the database, a second, beside Kafka Connect',
  async run(context) {
    const { services, workshop, plan, say } = context;
    const rivals = await javaRivals(say);
    const records = Math.ceil(RECORDS_PER_SECOND * ((plan.settleMs + plan.measureMs) / 1000 + 0.5));
    const filler = await workshop.program('bare-producer');
    say(`  writing ${records} records to read`);
    await fill(services, filler.remote, {
      topic: TOPIC,
      nodes: nodesByPartition(PARTITIONS, NODES_EACH),
      records,
    });
    await filler.stop();
    const connect = await Connect.start(rivals, services.kafka.bootstrap, services.dir);
    try {
      const [batch, single] = await Promise.all([ours(context, 'batch'), ours(context, 'single')]);
      const goals: Goal[] = [
        { of: BATCH, to: CONNECT, atLeast: 1.2 },
        { of: SINGLE, to: CONNECT, atLeast: 1 },
      ];
      const contenders = { [BATCH]: batch, [SINGLE]: single, [CONNECT]: theirs(context, connect) };
      return {
        row: 9,
        title: this.title,
        series: await inRounds(context, 'readings/s', contenders),
        goals,
        notes: [
          `${PARTITIONS} partitions; ${rivals.versions}, ${PARTITIONS} tasks, 2,000 records a write, unordered, inserted under ids of their places, into a collection that has the pages' index, too`,
          'Connect keeps neither the list of nodes nor the marks of the hours; all three are counted by the documents in the database',
        ],
      };
    } finally {
      await connect.stop();
    }
  },
};

function ours({ services, workshop, plan }: Context, mode: 'batch' | 'single'): Promise<Measure> {
  const node = workshop.nodeRed(`row9-${mode}`, tab('server', []));
  return node.then(({ remote, nodeRed }) => async (round) => {
    const place = placeOf(services, `row9_${mode}_${round}`);
    await remote.call('reset');
    await nodeRed.deploy(sinkFlow(place, { mode }), 'full');
    const speed = await speedOf(mode, [remote], growthOf(services, place.databaseName), plan);
    await nodeRed.deploy(tab('server', []), 'full');
    const failed = await remote.call<number>('failed');
    if (failed > 0) throw new Error(`${mode}: ${failed} messages failed`);
    await services.dropDatabase(place.databaseName);
    return speed;
  });
}

/** In the round that is not counted: Java compiles what it runs. */
const SETTLE_MS = 4_000;

function theirs({ services, plan }: Context, connect: Connect): Measure {
  return async (round) => {
    const { databaseUri, databaseName, topic } = placeOf(services, `row9_connect_${round}`);
    await services.createIndex(databaseName, { nodo: 1, _id: -1 });
    await connect.drain(databaseName, { topic, tasks: PARTITIONS, databaseUri, databaseName });
    const settleMs = round < 0 ? Math.max(plan.settleMs, SETTLE_MS) : plan.settleMs;
    const growth = growthOf(services, databaseName);
    const speed = await speedOf(CONNECT, [connect], growth, { ...plan, settleMs });
    await connect.end(databaseName);
    await services.dropDatabase(databaseName);
    return speed;
  };
}

/** As often as it is asked for; the database counts what it has without looking at it. */
function growthOf(services: Services, databaseName: string): () => Promise<Progress> {
  let last: Progress = { count: 0, at: 0 };
  return async () => {
    const before = performance.now();
    const count = await services.estimateDocuments(databaseName);
    const at = performance.timeOrigin + (before + performance.now()) / 2;
    if (count > last.count) last = { count, at };
    return last;
  };
}

function placeOf(services: Services, name: string): Place {
  return {
    brokers: services.kafka.bootstrap,
    databaseUri: services.database.uri,
    databaseName: name,
    topic: TOPIC,
    groupId: name,
  };
}
