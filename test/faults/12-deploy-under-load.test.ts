import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowNode } from './support/flow';
import type { DeploymentType } from './support/node-red';
import { fault, RATE, type Pipeline } from './support/pipeline';
import { onlyInFullRun, size } from './support/size';

const deploys = size(10, 3);
const BETWEEN_MS = 2_000;

/** Node-RED gives up on a node's close after 15 s; a person in front of the editor much earlier. */
const MAX_CLOSE_MS = 8_000;

/** Holds messages between consumer and sink for a while, as flows of users do. */
const DELAY: FlowNode = {
  id: 'delay',
  type: 'delay',
  z: 'server',
  x: 100,
  y: 500,
  pauseType: 'delay',
  timeout: '1',
  timeoutUnits: 'seconds',
  wires: [['sink']],
};

describe('12. Somebody deploys while readings flow', () => {
  onlyInFullRun(() => {
    fault(`the full flow, ${deploys} times`, {}, async (run) => {
      await deployRepeatedly(run, 'full', run.edge.flow);
      await run.finish(`12 full deploy ${deploys} times`);
    });

    for (const changed of ['producer', 'consumer', 'sink']) {
      fault(`a changed ${changed}, ${deploys} times`, {}, async (run) => {
        await deployRepeatedly(run, 'nodes', run.edge.flow, changed);
        await run.finish(`12 ${changed} deployed ${deploys} times`);
      });
    }
  });

  fault(`only a delay node that holds messages before the sink, ${deploys} times`, {}, async (run) => {
    const flow = run.edge.flow
      .map((node) => (node.id === 'consumer' ? { ...node, wires: [['delay'], ['dead']] } : node))
      .concat(DELAY);
    await deployRepeatedly(run, 'nodes', flow, 'delay');
    await run.finish(`12 delay node deployed ${deploys} times`);
  });

  fault(`Node-RED is stopped politely and started again, ${deploys} times`, {}, async (run) => {
    run.source.start(RATE);
    for (let round = 0; round < deploys; round++) {
      await sleep(BETWEEN_MS);
      const took = await run.edge.stop();
      assert.ok(took < MAX_CLOSE_MS, `Node-RED took ${took} ms to stop`);
      await run.edge.start();
      await run.flows();
    }
    await run.finish(`12 Node-RED stopped politely ${deploys} times`);
  });
});

/** Deploys a flow again and again under load; `changed` gets another name each time. */
async function deployRepeatedly(
  run: Pipeline,
  type: DeploymentType,
  flow: readonly FlowNode[],
  changed?: string,
): Promise<void> {
  run.source.start(RATE);
  for (let round = 0; round < deploys; round++) {
    await sleep(BETWEEN_MS);
    const named = flow.map((node) => (node.id === changed ? { ...node, name: `round ${round}` } : node));
    const took = await run.edge.deploy(named, type);
    assert.ok(took < MAX_CLOSE_MS, `deploy ${round} took ${took} ms`);
  }
  await run.flows();
}
