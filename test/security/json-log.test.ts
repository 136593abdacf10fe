import assert from 'node:assert/strict';
import type { FlowNode } from '../../stack/node-red/flows';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { until } from '../support/until';

const PLACE = { z: 'tab', x: 100, y: 100 };
const FLOWS: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Logs' },
  { ...PLACE, id: 'once', type: 'inject', once: true, onceDelay: 0.1, props: [], wires: [['speaks']] },
  {
    ...PLACE,
    id: 'speaks',
    name: 'Speaker',
    type: 'function',
    func: `node.warn('Prueba, partition 1 waits at offset 7:\\nnot one line'); return null;`,
    outputs: 0,
    libs: [],
    wires: [],
  },
];

describe('LOG_FORMAT=json', function () {
  this.timeout(60_000);
  let nodeRed: TestNodeRed;

  before(async () => {
    nodeRed = await startNodeRed({ flows: FLOWS, env: { LOG_FORMAT: 'json' } });
  });

  after(() => nodeRed.dispose());

  it('has each line of Node-RED in JSON, with node, topic, partition and offset', async () => {
    const line = await until('the node to speak', () =>
      nodeRed.output.find((one) => one.includes('not one line')),
    );
    const { time, ...said } = JSON.parse(line) as Record<string, unknown>;
    assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000);
    assert.deepEqual(said, {
      level: 'warn',
      node: { type: 'function', id: 'speaks', name: 'Speaker', flow: 'tab' },
      topic: 'Prueba',
      partition: 1,
      offset: '7',
      message: 'Prueba, partition 1 waits at offset 7:\nnot one line',
    });
    const others = nodeRed.output.filter((one) => !one.startsWith('{') && /\[(info|warn|error)\]/.test(one));
    assert.deepEqual(others, []);
  });
});
