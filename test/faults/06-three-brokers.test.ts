import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until';
import { withAdmin } from './support/inspect';
import { fault, RATE, withPipeline, type Pipeline } from './support/pipeline';
import { killProcess } from './support/scenarios';
import { onlyInFullRun, size } from './support/size';

const downMs = size(15_000, 8_000);
const BROKERS = [1, 2, 3];

describe('6. A cluster of three brokers, with each record on all of them', () => {
  fault(
    `each broker killed in turn, ${downMs / 1000} s down`,
    { split: true, brokers: 3, partitions: 6 },
    async (run) => {
      run.source.start(RATE);
      for (const broker of run.kafka.brokers) {
        await sleep(3_000);
        await killProcess(broker);
        await sleep(downMs);
        await broker.start();
        await inSync(run);
      }
      await run.flows();
      await run.finish('6 each of 3 brokers killed');
    },
  );

  onlyInFullRun(() => {
    it('Node-RED starts while the first broker of its list is down', async () => {
      await withPipeline({ split: true, brokers: 3, partitions: 6 }, async (run) => {
        await Promise.all([run.startKafka(), run.database.start()]);
        await killProcess(run.broker);
        run.setFlows();
        await Promise.all([run.edge.start(), run.server.start()]);
        await run.connected();
        run.source.start(RATE);
        await run.flows('a reading, with two of three brokers up,', 30_000);
        await sleep(3_000);
        await run.broker.start();
        await run.finish('6 first broker of 3 down at start');
      });
    });

    fault(
      'leaders go back to their preferred brokers under load',
      {
        split: true,
        brokers: 3,
        partitions: 6,
        kafka: {
          settings: {
            'auto.leader.rebalance.enable': 'true',
            'leader.imbalance.check.interval.seconds': 1,
            'leader.imbalance.per.broker.percentage': 0,
          },
        },
      },
      async (run) => {
        run.source.start(RATE);
        for (const broker of run.kafka.brokers.slice(0, size(3, 1))) {
          await broker.stop();
          await broker.start();
          await inSync(run);
          await preferredLead(run);
          await run.flows();
        }
        await run.finish('6 preferred leaders elected under load');
      },
    );

    fault(
      'each broker gives all partitions to the others in turn, under load: nobody hears of it',
      { split: true, brokers: 3, partitions: 6 },
      async (run) => {
        run.source.start(RATE);
        await run.flows();
        for (const id of BROKERS) {
          await moveAway(run, id);
          await run.flows();
        }
        await run.finish('6 partitions moved between brokers');
        assert.deepEqual(run.reports.of('error'), []);
        const statuses = ['producer', 'consumer', 'sink'].map((node) => run.reports.statusOf(node)?.fill);
        assert.deepEqual(statuses, ['green', 'green', 'green']);
      },
    );
  });
});

/** Gives all partitions of one broker to the two others, and waits until it has none any more. */
async function moveAway(run: Pipeline, id: number): Promise<void> {
  const others = BROKERS.filter((other) => other !== id);
  const { topic } = run.place;
  await withAdmin(run.kafka.bootstrap, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions.map(({ partitionId }) => partitionId) ?? [];
    const partitionAssignment = partitions.map((partition) => ({
      partition,
      replicas: partition % 2 === 0 ? others : others.toReversed(),
    }));
    await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
    await until(
      `broker ${id} to have none`,
      async () => {
        const { topics: now } = await admin.fetchTopicMetadata({ topics: [topic] });
        return now[0]?.partitions.every(
          ({ leader, replicas }) => leader > 0 && leader !== id && !replicas.includes(id),
        );
      },
      60_000,
    );
  });
}

/** Waits until every partition is on all three brokers again. */
async function inSync(run: Pipeline): Promise<void> {
  await until(
    'all replicas to be in sync',
    () =>
      withAdmin(run.kafka.bootstrap, async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [run.place.topic] });
        return topics[0]?.partitions.every(({ isr }) => isr.length === 3);
      }),
    60_000,
  );
}

/** Waits until the first replica of each partition leads it, as the cluster does by itself after a broker is back. */
async function preferredLead(run: Pipeline): Promise<void> {
  await until(
    'the preferred brokers to lead',
    () =>
      withAdmin(run.kafka.bootstrap, async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [run.place.topic] });
        return topics[0]?.partitions.every(({ leader, replicas }) => leader === replicas[0]);
      }),
    60_000,
  );
}
