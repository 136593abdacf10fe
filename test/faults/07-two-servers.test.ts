import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until';
import { functionNode, type FlowNode } from './support/flow';
import { withAdmin } from './support/inspect';
import { configNodes, serverTab } from './support/our-flows';
import { fault, RATE, type Pipeline } from './support/pipeline';
import type { NodeRed } from './support/node-red';
import { onlyInFullRun, size } from './support/size';

const rounds = size(3, 1);

describe('7. Two servers share the partitions of a topic', () => {
  fault('one is killed, added again, and stopped politely', { split: true, partitions: 6 }, async (run) => {
    const second = addServer(run, 'second');
    await second.start();
    await bothRead(run);
    run.source.start(RATE);
    for (let round = 0; round < rounds; round++) {
      await sleep(3_000);
      await second.kill();
      await run.flows();
      await second.start();
      await bothRead(run);
      await sleep(3_000);
      await second.stop();
      await run.flows();
      await second.start();
      await bothRead(run);
    }
    await run.finish(`7 second server killed, added, stopped ${rounds} times`);
  });

  onlyInFullRun(() => {
    fault('partitions are added while readings flow', { split: true, partitions: 2 }, async (run) => {
      run.source.start(RATE);
      await sleep(3_000);
      await withAdmin(run.kafka.bootstrap, async (admin) => {
        await admin.createPartitions({ topicPartitions: [{ topic: run.place.topic, count: 4 }] });
      });
      await until('readings in a new partition', () => reaches(run, 2), 120_000);
      await run.flows();
      await run.finish('7 partitions added');
    });

    fault('the flow of one partition is stuck: the others go on', {}, async (run) => {
      const flow = run.server.flow;
      const stuck = flow.map((node) =>
        node.id === 'consumer' ? { ...node, wires: [['gate'], ['dead']] } : node,
      );
      await run.server.deploy([...stuck, GATE], 'nodes');
      run.source.start(RATE);
      const seen = new Set<string>();
      run.reports.onReport((report) => {
        if (report.kind === 'stored') seen.add(report.nodo);
      });
      await sleep(size(20_000, 8_000));
      // The 10 sensor nodes are spread over 3 partitions; those of one partition are held back.
      assert.ok(seen.size > 0 && seen.size < 10, `readings of ${seen.size} of 10 sensor nodes were stored`);
      assert.ok(run.pauses.longestMs < 3_000, `the others paused for ${run.pauses.longestMs} ms`);
      await run.server.deploy(flow, 'nodes');
      await run.finish('7 one partition stuck');
    });
  });
});

/** Lets through what does not come from partition 0. */
const GATE: FlowNode = {
  ...functionNode('gate', 'return msg.kafka.partition === 0 ? null : msg;'),
  z: 'server',
  x: 100,
  y: 500,
  wires: [['sink']],
};

function addServer(run: Pipeline, name: string): NodeRed {
  return run.addNodeRed(name, [
    ...configNodes(run.place, run.options.nodes),
    ...serverTab(run.place, run.ports),
  ]);
}

/** Waits until the group has two members, both with partitions. */
async function bothRead(run: Pipeline): Promise<void> {
  await until(
    'two members in the group',
    () =>
      withAdmin(run.kafka.bootstrap, async (admin) => {
        const { groups } = await admin.describeGroups([run.place.groupId]);
        return groups[0]?.state === 'Stable' && groups[0].members.length === 2;
      }),
    60_000,
  );
}

async function reaches(run: Pipeline, partition: number): Promise<boolean> {
  return withAdmin(run.kafka.bootstrap, async (admin) => {
    const ends = await admin.fetchTopicOffsets(run.place.topic);
    return ends.some((end) => end.partition >= partition && Number(end.high) > 0);
  });
}
