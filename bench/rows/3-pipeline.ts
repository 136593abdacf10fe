import { tab, type Place } from '../../test/faults/support/flow';
import { until } from '../../test/support/until';
import type { Progress } from '../contenders/counter';
import { pipelineFlow } from '../support/our-flow';
import { cpuSeconds, peakMemoryMB } from '../support/process-usage';
import { speedOf } from '../support/rate';
import { inRounds, type Context, type Measure, type Row } from '../support/row';
import { interleaved, nodesByPartition, type Services } from '../support/services';
import type { NodeRedContender } from '../support/workshop';

const BARE = 'bare producer and bare sink at once, the slower';
const BATCH = 'whole pipeline, batch mode';
const SINGLE = 'whole pipeline, single mode';

const PARTITIONS = 3;
const NODES_EACH = 4;
/** Readings between feeding and database at the same time. */
const WINDOW = 20_000;
const DRAIN_MS = 120_000;
const SUSTAINED_MS = 60_000;

/** Readings a second from memory through outbox and Kafka into the database, in one Node-RED. */
export const pipelineRow: Row = {
  row: 3,
  title: 'readings through the whole pipeline (outbox on), a second',
  async run(context) {
    const { workshop, plan } = context;
    const nodes = nodesByPartition(PARTITIONS, NODES_EACH);
    const contender = await workshop.nodeRed('pipeline', tab('all', []));
    const contenders: Record<string, Measure> = {
      [BARE]: await bare(context, nodes),
      [BATCH]: (round) => ours(context, contender, 'batch', `${round}`),
      [SINGLE]: (round) => ours(context, contender, 'single', `${round}`),
    };
    const series = await inRounds(context, 'readings/s', contenders);
    const notes = ['fed as fast as the database takes it; everything fed was stored, each once'];
    if (plan.full) {
      const usage = usageOf(context.services, contender);
      const { rate } = await ours(context, contender, 'batch', 'sustained', SUSTAINED_MS);
      notes.push(`sustained for 60 s: ${Math.round(rate)} readings/s; ${usage()}`);
    }
    return {
      row: 3,
      title: this.title,
      series,
      goals: [
        { of: BATCH, to: BARE, atLeast: 0.7 },
        { of: SINGLE, to: BARE },
      ],
      notes,
    };
  },
};

async function ours(
  { services, plan }: Context,
  { remote, nodeRed }: NodeRedContender,
  mode: 'batch' | 'single',
  name: string,
  measureMs = plan.measureMs,
): Promise<{ rate: number; cpu: number }> {
  const place = await placeOf(services, `row3_${mode}_${name}`);
  await remote.call('reset');
  await nodeRed.deploy(pipelineFlow(place, { mode }), 'full');
  const fed = interleaved(nodesByPartition(PARTITIONS, NODES_EACH));
  await remote.call('start', { topic: place.topic, nodes: fed, window: WINDOW, until: 'sink' });
  const stored = (): Promise<Progress> => remote.call<Progress>('done', { node: 'sink' });
  const speed = await speedOf(mode, [remote], stored, { ...plan, measureMs });
  const count = await remote.call<number>('stop');
  try {
    await until(`all ${count} readings`, async () => (await stored()).count >= count, DRAIN_MS);
  } catch (error) {
    const [written, there] = [
      await services.kafka.written(place.topic),
      await services.countDocuments(place.databaseName),
    ];
    const { count: done } = await stored();
    throw new Error(
      `${mode}: ${count} readings fed, ${written} written, ${there} stored, ${done} done with`,
      {
        cause: error,
      },
    );
  }
  await nodeRed.deploy(tab('all', []), 'full');
  const there = await services.countDocuments(place.databaseName);
  if (there !== count) throw new Error(`${mode}: ${count} readings fed, ${there} stored`);
  await services.dropDatabase(place.databaseName);
  return speed;
}

/** The two loops of rows 1 and 2, one behind the other, each as fast as it can. */
async function bare({ services, workshop, plan }: Context, nodes: string[][]): Promise<Measure> {
  const producer = await workshop.program('bare-producer');
  const sink = await workshop.program('bare-sink');
  return async (round) => {
    const place = await placeOf(services, `row3_bare_${round}`);
    await producer.remote.call('start', { brokers: place.brokers, topic: place.topic, nodes });
    await sink.remote.call('drain', place);
    const stored = (): Promise<Progress> => sink.remote.call<Progress>('stored');
    const [written, drained] = await Promise.all([
      speedOf('the bare producer', [producer.remote], services.kafka.growth(place.topic), plan),
      speedOf('the bare sink', [sink.remote], stored, plan),
    ]);
    await producer.remote.call('stop');
    await sink.remote.call('stop');
    await services.dropDatabase(place.databaseName);
    return { rate: Math.min(written.rate, drained.rate), cpu: written.cpu + drained.cpu };
  };
}

/** @returns a function that tells what the processes have used since */
function usageOf(services: Services, { process }: NodeRedContender): () => string {
  const processes = [
    { name: 'Node-RED', pid: process.pid },
    { name: 'Kafka', pid: services.kafka.pid },
    { name: services.database.name, pid: services.database.process.pid },
  ];
  const since = Date.now();
  const before = processes.map(({ pid }) => cpuSeconds(pid));
  return () =>
    processes
      .map(({ name, pid }, i) => {
        const share = ((cpuSeconds(pid) - (before[i] ?? 0)) / (Date.now() - since)) * 1000 * 100;
        return `${name} ${Math.round(share)} % of a core, peak ${Math.round(peakMemoryMB(pid))} MB`;
      })
      .join('; ');
}

async function placeOf(services: Services, name: string): Promise<Place> {
  const topic = name.replaceAll('_', '-');
  await services.kafka.createTopic(topic, PARTITIONS);
  return {
    brokers: services.kafka.bootstrap,
    databaseUri: services.database.uri,
    databaseName: name,
    topic,
    groupId: name,
  };
}
