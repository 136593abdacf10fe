/**
 * Four instances of one group, and a generator of a million names, on one machine: what a reading costs each process, and
 * what that comes to at a million sensors with one reading a minute.
 *
 *     npm run bench:scale [-- --names 1000,1000000] [--instances 4] [--rounds 3] [--seconds 10] [--database python]
 *
 * Each number of names has a topic and a database of its own, and each instance a consumer and a sink for all of them. Every
 * name is written once first; then they take turns. What is written follows what is stored, so that the rate is the one
 * that the machine carries with all of it. Ratios are those of one round.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Place } from '../../test/faults/support/flow';
import { cpuSeconds, machineUsage, memoryMB, othersSince, peakMemoryMB } from '../support/process-usage';
import { speedOf } from '../support/rate';
import { Services, type DatabaseChoice } from '../support/services';
import { Workshop, type NodeRedContender } from '../support/workshop';
import { Crowd, flowOf } from './crowd';
import { diskBytes } from './disk';
import { toTables, type CrowdFigures } from './report';

/** Of each topic, for each instance. */
const PARTITIONS_EACH = 2;
const SETTLE_MS = 2_000;

interface Options {
  names: number[];
  instances: number;
  rounds: number;
  measureMs: number;
}

/** The processes beside the instances, by what people call them. */
type Others = Record<string, () => number>;

async function main(options: Options, choice: DatabaseChoice): Promise<void> {
  const services = await Services.start(choice);
  const workshop = await Workshop.open();
  const since = machineUsage();
  try {
    console.log(`${services.database.name}, ${options.instances} instances, ${options.rounds} rounds`);
    const figures = await measure(services, workshop, options);
    const others = Math.round(othersSince(since) * 100);
    console.log(toTables(figures, options.instances));
    console.log(`\nothers used ${others} % of the processors meanwhile`);
  } finally {
    await workshop.close();
    await services.stop();
  }
}

async function measure(
  services: Services,
  workshop: Workshop,
  { names, instances, rounds, measureMs }: Options,
): Promise<CrowdFigures[]> {
  const partitions = PARTITIONS_EACH * instances;
  const places = names.map((count) => placeOf(services, `names-${count}`));
  for (const { topic } of places) await services.kafka.createTopic(topic, partitions);
  const flow = places.flatMap(flowOf);
  const servers: NodeRedContender[] = [];
  for (let i = 0; i < instances; i++) servers.push(await workshop.nodeRed(`server-${i}`, flow));
  const generator = await workshop.program('name-generator');
  const others: Others = {
    Kafka: () => cpuSeconds(services.kafka.pid),
    database: () => cpuSeconds(services.database.process.pid),
    generator: () => cpuSeconds(generator.process.pid),
  };
  const all: { crowd: Crowd; figures: CrowdFigures }[] = [];
  for (const [i, place] of places.entries()) {
    const crowd = new Crowd(names[i] ?? 0, place, partitions, servers, generator);
    const newRate = await crowd.run();
    console.log(`${crowd.names} names, each for the first time: ${newRate.toFixed(0)} readings/s`);
    all.push({ crowd, figures: { names: crowd.names, newRate, turns: [], memoryMB: {} } });
  }
  for (let round = 0; round < rounds; round++) {
    const inTurn = round % 2 === 0 ? all : all.toReversed();
    for (const { crowd, figures } of inTurn) {
      const turn = await oneTurn(services, crowd, servers, others, measureMs);
      figures.turns.push(turn);
      console.log(
        `round ${round + 1}  ${crowd.names} names  ${turn.rate.toFixed(0)} readings/s  ${turn.loopMs.toFixed(0)} ms, garbage ${turn.gcMs.toFixed(0)}`,
      );
    }
  }
  const memory = {
    'an instance': Math.max(...servers.map(({ process }) => peakMemoryMB(process.pid))),
    'an instance now': Math.max(...servers.map(({ process }) => memoryMB(process.pid))),
    Kafka: peakMemoryMB(services.kafka.pid),
    database: peakMemoryMB(services.database.process.pid),
  };
  return all.map(({ figures }) => ({ ...figures, memoryMB: memory }));
}

async function oneTurn(
  services: Services,
  crowd: Crowd,
  servers: readonly NodeRedContender[],
  others: Others,
  measureMs: number,
): Promise<CrowdFigures['turns'][number]> {
  const remotes = servers.map(({ remote }) => remote);
  const folders = {
    Kafka: path.join(services.dir, 'kafka-kraft'),
    database: path.join(services.dir, 'database'),
  };
  const [kafkaBefore, databaseBefore] = [await diskBytes(folders.Kafka), await diskBytes(folders.database)];
  const storedBefore = (await crowd.progress()).count;
  const measured = { rate: 0, cpu: {} as Record<string, number>, loopMs: 0, gcMs: 0 };
  await crowd.run(async () => {
    await sleep(SETTLE_MS);
    const used = Object.entries(others).map(([name, seconds]) => ({ name, seconds, before: seconds() }));
    const before = (await crowd.progress()).count;
    const {
      rate,
      cpu,
      loopMs = NaN,
      gcMs = NaN,
    } = await speedOf(`${crowd.names} names`, remotes, () => crowd.progress(), { settleMs: 0, measureMs });
    const count = (await crowd.progress()).count - before;
    Object.assign(measured, { rate, loopMs, gcMs });
    measured.cpu = { 'all instances': cpu };
    for (const { name, seconds, before: sofar } of used)
      measured.cpu[name] = ((seconds() - sofar) * 1e6) / count;
  });
  const readings = (await crowd.progress()).count - storedBefore;
  const disk = {
    Kafka: ((await diskBytes(folders.Kafka)) - kafkaBefore) / readings,
    database: ((await diskBytes(folders.database)) - databaseBefore) / readings,
  };
  return { ...measured, disk };
}

function placeOf(services: Services, topic: string): Place {
  return {
    brokers: services.kafka.bootstrap,
    databaseUri: services.database.uri,
    databaseName: topic.replaceAll('-', '_'),
    topic,
    groupId: topic,
  };
}

const { values } = parseArgs({
  options: {
    names: { type: 'string', default: '1000,1000000' },
    instances: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    database: { type: 'string', default: 'auto' },
  },
});
main(
  {
    names: values.names.split(',').map(Number),
    instances: Number(values.instances),
    rounds: Number(values.rounds),
    measureMs: 1_000 * Number(values.seconds),
  },
  values.database === 'python' ? 'python' : 'auto',
).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
