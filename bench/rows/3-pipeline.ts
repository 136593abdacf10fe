import { tab } from '../../test/faults/support/flow';
import type { Progress } from '../contenders/counter';
import { cpuSeconds, peakMemoryMB } from '../support/process-usage';
import { speedOf } from '../support/rate';
import { inRounds, type Context, type Measure, type Row, type Series } from '../support/row';
import type { Services } from '../support/services';
import { PIPELINE_NODES, pipelinePlace, throughPipeline } from '../support/whole-pipeline';
import type { NodeRedContender } from '../support/workshop';

const BARE = 'bare producer and bare sink at once, the slower';
const BATCH = 'whole pipeline, batch mode';
const SINGLE = 'whole pipeline, single mode';
const SUSTAINED = 'sustained for 60 s, batch mode';
const SUSTAINED_MS = 60_000;

/** Readings a second from memory through outbox and Kafka into the database, in one Node-RED. */
export const pipelineRow: Row = {
  row: 3,
  title: 'readings through the whole pipeline (outbox on), a second',
  async run(context) {
    const { workshop, plan } = context;
    const contender = await workshop.nodeRed('pipeline', tab('all', []));
    const contenders: Record<string, Measure> = {
      [BARE]: await bare(context),
      [BATCH]: (round) => throughPipeline(context, contender, 'batch', `row3_batch_${round}`),
      [SINGLE]: (round) => throughPipeline(context, contender, 'single', `row3_single_${round}`),
    };
    const series = await inRounds(context, 'readings/s', contenders);
    if (plan.full) series.push(...(await sustained(context, contender)));
    return {
      row: 3,
      title: this.title,
      series,
      goals: [
        { of: BATCH, to: BARE, atLeast: 0.7 },
        { of: SINGLE, to: BARE },
      ],
      notes: ['fed as fast as the database takes it; everything fed was stored, each once, also of the 60 s'],
    };
  },
};

/** A minute of it, and what its processes use meanwhile. */
async function sustained(context: Context, contender: NodeRedContender): Promise<Series[]> {
  const usage = usageOf(context.services, contender);
  const { rate, cpu, loopMs, gcMs } = await throughPipeline(
    context,
    contender,
    'batch',
    'row3_sustained',
    SUSTAINED_MS,
  );
  const sustained: Series = { name: SUSTAINED, unit: 'readings/s', figures: [rate], cpu: [cpu] };
  return [
    {
      ...sustained,
      ...(loopMs !== undefined && { loopMs: [loopMs] }),
      ...(gcMs !== undefined && { gcMs: [gcMs] }),
    },
    ...usage(),
  ];
}

/** The two loops of rows 1 and 2, one behind the other, each as fast as it can. */
async function bare({ services, workshop, plan }: Context): Promise<Measure> {
  const producer = await workshop.program('bare-producer');
  const sink = await workshop.program('bare-sink');
  return async (round) => {
    const place = await pipelinePlace(services, `row3_bare_${round}`);
    const { brokers, topic } = place;
    await producer.remote.call('start', { brokers, topic, nodes: PIPELINE_NODES });
    await sink.remote.call('drain', place);
    const stored = (): Promise<Progress> => sink.remote.call<Progress>('stored');
    const [written, drained] = await Promise.all([
      speedOf('the bare producer', [producer.remote], services.kafka.growth(topic), plan),
      speedOf('the bare sink', [sink.remote], stored, plan),
    ]);
    await producer.remote.call('stop');
    await sink.remote.call('stop');
    await services.dropDatabase(place.databaseName);
    return {
      rate: Math.min(written.rate, drained.rate),
      cpu: written.cpu + drained.cpu,
      memoryMB: (written.memoryMB ?? 0) + (drained.memoryMB ?? 0),
      loopMs: Math.max(written.loopMs ?? 0, drained.loopMs ?? 0),
      gcMs: Math.max(written.gcMs ?? 0, drained.gcMs ?? 0),
    };
  };
}

/** @returns a function that tells what the processes have used since, and the most memory that each has had */
function usageOf({ kafka, database }: Services, { process }: NodeRedContender): () => Series[] {
  const processes = [
    { name: 'Node-RED', pid: process.pid },
    { name: 'Kafka', pid: kafka.pid },
    { name: database.name, pid: database.process.pid },
  ];
  const since = Date.now();
  const before = processes.map(({ pid }) => cpuSeconds(pid));
  return () =>
    processes.flatMap(({ name, pid }, i): Series[] => {
      const percent = ((cpuSeconds(pid) - (before[i] ?? 0)) / (Date.now() - since)) * 1000 * 100;
      return [
        { name: `${SUSTAINED}: CPU of ${name}`, unit: '% of a core', figures: [percent] },
        { name: `${SUSTAINED}: peak memory of ${name}`, unit: 'MB', figures: [peakMemoryMB(pid)] },
      ];
    });
}
