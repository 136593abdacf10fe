import { tab, type Place } from '../../test/faults/support/flow';
import type { Progress } from '../contenders/counter';
import { fill } from '../support/fill';
import { sinkFlow } from '../support/our-flow';
import { memoryMB } from '../support/process-usage';
import { speedOf, type Speed } from '../support/rate';
import { inRounds, isWanted, type Context, type Measure, type Row } from '../support/row';
import { nodesByPartition } from '../support/services';
import type { Contender, NodeRedContender } from '../support/workshop';

const NODES = [1, 10, 100, 1_000, 10_000];
const PARTITIONS = [1, 6, 48];
const INSTANCES = [1, 2, 3, 4];

const RECORDS_PER_SECOND = 80_000;

const withNodes = (count: number): string => `${count} sensor nodes`;
const withPartitions = (count: number): string => `${count} partitions`;
const withInstances = (count: number): string => `${count} instances of one group`;

/** Readings a second from Kafka into the database (batch mode), with more and more of everything. */
export const growthRow: Row = {
  row: 7,
  title: 'growth: readings out of Kafka into the database, a second',
  async run(context) {
    const { workshop } = context;
    const filler = await workshop.program('bare-producer');
    const servers: NodeRedContender[] = [];
    for (const number of INSTANCES)
      servers.push(await workshop.nodeRed(`server-${number}`, tab('server', [])));
    const memory = new Map<string, number>();
    const contenders: Record<string, Measure> = {};
    const add = async (name: string, nodes: string[][], instances: number): Promise<void> => {
      if (!isWanted(context.plan, name)) return;
      const topic = `row7-${Object.keys(contenders).length}`;
      await fill(context.services, filler.remote, { topic, nodes, records: recordsOf(context) });
      const used = servers.slice(0, instances);
      contenders[name] = async (round) => {
        const speed = await drain(context, used, topic, `${topic.replace('-', '_')}_${round}`);
        memory.set(
          name,
          Math.max(memory.get(name) ?? 0, ...used.map(({ process }) => memoryMB(process.pid))),
        );
        return speed;
      };
    };
    for (const count of NODES) await add(withNodes(count), nodesByPartition(1, count), 1);
    for (const count of PARTITIONS) await add(withPartitions(count), nodesByPartition(count, 2), 1);
    for (const count of INSTANCES) await add(withInstances(count), nodesByPartition(4, 3), count);
    await filler.stop();
    return {
      row: 7,
      title: this.title,
      series: await inRounds(context, 'readings/s', contenders),
      goals: [
        { of: withNodes(10_000), to: withNodes(1), atLeast: 0.8 },
        { of: withPartitions(48), to: withPartitions(1) },
        { of: withInstances(4), to: withInstances(1) },
      ],
      notes: [
        `memory of Node-RED at most, with what V8 has not collected yet: ${[...memory].map(([name, mb]) => `${name} ${Math.round(mb)} MB`).join('; ')}`,
        `all on ${context.plan.full ? 'the same' : 'one'} machine: instances share its cores with Kafka and the database`,
      ],
    };
  },
};

function recordsOf({ plan }: Context): number {
  return Math.ceil((RECORDS_PER_SECOND * (plan.settleMs + plan.measureMs)) / 1000);
}

async function drain(
  { services, plan }: Context,
  servers: readonly NodeRedContender[],
  topic: string,
  name: string,
): Promise<Speed> {
  const place: Place = {
    brokers: services.kafka.bootstrap,
    databaseUri: services.database.uri,
    databaseName: name,
    topic,
    groupId: name,
  };
  for (const { remote, nodeRed } of servers) {
    await remote.call('reset');
    await nodeRed.deploy(sinkFlow(place, { mode: 'batch' }), 'full');
  }
  const speed = await speedOf(
    name,
    servers.map(({ remote }) => remote),
    () => storedBy(servers),
    plan,
  );
  for (const { nodeRed } of servers) await nodeRed.deploy(tab('server', []), 'full');
  await services.dropDatabase(name);
  return speed;
}

async function storedBy(servers: readonly Contender[]): Promise<Progress> {
  const all = await Promise.all(servers.map(({ remote }) => remote.call<Progress>('done', { node: 'sink' })));
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    at: Math.max(...all.map(({ at }) => at)),
  };
}
