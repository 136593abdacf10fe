import { until } from '../support/until';
import { fault, RATE, type Pipeline } from './support/pipeline';
import { killProcess } from './support/scenarios';

/** Each partition on one broker alone; what Kafka keeps for itself stays on all three. */
const SINGLE_COPIES = { 'default.replication.factor': 1, 'min.insync.replicas': 1 };

describe('14. A cluster that is not whole', () => {
  fault(
    'one of three brokers dead, with partitions that nobody else has: the others flow, also after a restart of Node-RED',
    { split: true, brokers: 3, partitions: 6, kafka: { settings: SINGLE_COPIES } },
    async (run) => {
      run.source.start(RATE);
      await run.flows();
      const [, , third] = run.kafka.brokers;
      if (!third) throw new Error('there are not three brokers');
      await killProcess(third);
      await named(run);
      await run.flows('a reading of a partition that has a leader');
      for (const nodeRed of [run.edge, run.server]) {
        await nodeRed.kill();
        await nodeRed.start();
      }
      await run.connected();
      await run.flows('a reading after the restart');
      await named(run);
      await third.start();
      await run.finish('14 partitions without a leader');
    },
  );
});

/** Waits until producer and consumer name a partition that nobody leads. */
async function named(run: Pipeline): Promise<void> {
  for (const node of ['producer', 'consumer']) {
    await until(
      `the ${node} to name a partition`,
      () => /Prueba\/\d.*no broker leads it|no broker leads Prueba\/\d/.test(statusOf(run, node)),
      60_000,
    );
  }
}

function statusOf(run: Pipeline, node: string): string {
  return JSON.stringify(run.reports.statusOf(node) ?? '');
}
