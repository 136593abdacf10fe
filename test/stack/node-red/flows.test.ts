import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installFlows, mergeFlows, type FlowNode } from '../../../stack/node-red/flows';
import { withTempDir } from '../../support/temp-dir';

const CLUSTER = { id: 'c1', type: 'kafka-cluster', brokers: '${KAFKA_BROKERS}' };
const EDGE: FlowNode[] = [{ id: 'e1', type: 'tab' }, CLUSTER, { id: 'e2', type: 'serial-json-in', z: 'e1' }];
const SERVER: FlowNode[] = [
  { id: 's1', type: 'tab' },
  { ...CLUSTER },
  { id: 's2', type: 'mongo-sink', z: 's1' },
];

/** Two shipped flow files, and a user directory beside them. */
async function withFlows(use: (files: string[], userDir: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const files = [path.join(dir, 'edge.json'), path.join(dir, 'server.json')];
    await writeFile(files[0] ?? '', JSON.stringify(EDGE));
    await writeFile(files[1] ?? '', JSON.stringify(SERVER));
    await use(files, dir);
  });
}

async function deployed(userDir: string): Promise<FlowNode[]> {
  return JSON.parse(await readFile(path.join(userDir, 'flows.json'), 'utf8')) as FlowNode[];
}

describe('the shipped flows', () => {
  it('are merged, a config node that several share taken once', () => {
    assert.deepEqual(
      mergeFlows([EDGE, SERVER]).map(({ id }) => id),
      ['e1', 'c1', 'e2', 's1', 's2'],
    );
  });

  it('are refused when two different nodes have one id', () => {
    const other = [{ ...CLUSTER, brokers: 'elsewhere:9092' }];
    assert.throws(
      () => mergeFlows([EDGE, other]),
      /two different nodes .* have the id c1 \(kafka-cluster, kafka-cluster\)/,
    );
  });

  it('are put into a user directory that has no flows', async () => {
    await withFlows(async (files, userDir) => {
      assert.equal(await installFlows(files, userDir), 'installed');
      assert.deepEqual(await deployed(userDir), mergeFlows([EDGE, SERVER]));
    });
  });

  it("are never written over the user's edits", async () => {
    await withFlows(async (files, userDir) => {
      await installFlows(files, userDir);
      const edited = [...mergeFlows([EDGE, SERVER]), { id: 'mine', type: 'debug' }];
      await writeFile(path.join(userDir, 'flows.json'), JSON.stringify(edited));
      assert.equal(await installFlows(files, userDir), 'unchanged');
      assert.deepEqual(await deployed(userDir), edited);
    });
  });

  it('are announced when they have changed, until the user takes them', async () => {
    await withFlows(async (files, userDir) => {
      await installFlows(files, userDir);
      const before = await deployed(userDir);
      await writeFile(files[1] ?? '', JSON.stringify([...SERVER, { id: 's3', type: 'debug', z: 's1' }]));
      assert.equal(await installFlows(files, userDir), 'newer-available');
      assert.equal(await installFlows(files, userDir), 'newer-available');
      assert.deepEqual(await deployed(userDir), before);
      await rm(path.join(userDir, 'flows.json'));
      assert.equal(await installFlows(files, userDir), 'installed');
      assert.equal(await installFlows(files, userDir), 'unchanged');
    });
  });

  it('leave flows alone of which nobody knows where they came from, and say that there are others', async () => {
    await withFlows(async (files, userDir) => {
      await writeFile(path.join(userDir, 'flows.json'), '[]');
      assert.equal(await installFlows(files, userDir), 'newer-available');
      assert.deepEqual(await deployed(userDir), []);
    });
  });

  it('are missed with the name of the file', async () => {
    await withFlows(async (files, userDir) => {
      await rm(files[0] ?? '');
      await assert.rejects(installFlows(files, userDir), /the shipped flow .*edge\.json cannot be read/);
      await writeFile(files[0] ?? '', '{"nodes": []}');
      await assert.rejects(installFlows(files, userDir), /edge\.json is not a list of nodes/);
    });
  });
});
