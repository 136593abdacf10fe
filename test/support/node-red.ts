import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FlowNode } from '../../stack/node-red/flows';
import { EDITOR_PATH, nodeRedProcess, urlOf, type NodeRedOptions } from '../../stack/node-red/node-red';
import { prepareUserDir } from '../../stack/node-red/user-dir';
import { ROOT } from '../../stack/paths';
import { freePort } from '../../stack/process/ports';

/** A running Node-RED with this package in it, without any flow where none is given. */
export interface TestNodeRed {
  /** where its dashboards and web pages stand */
  readonly url: string;
  readonly editor: string;
  readonly userDir: string;
  /** All that it has written to its output so far, a line each. */
  readonly output: readonly string[];
  /** @throws with its last log lines when it has ended by itself */
  assertRunning(): void;
  /** Stops it and removes its user directory. */
  dispose(): Promise<void>;
}

/**
 * Starts Node-RED as `npm start` does, in a user directory of its own. The package has to be built.
 * @param options beside its place: who may open the editor, the environment, another settings file, and flows
 */
export async function startNodeRed({
  flows,
  ...options
}: Pick<NodeRedOptions, 'admin' | 'viewer' | 'signIn' | 'tls' | 'env' | 'settings'> & {
  flows?: readonly FlowNode[];
} = {}): Promise<TestNodeRed> {
  const userDir = await mkdtemp(path.join(os.tmpdir(), 'test-node-red-'));
  await prepareUserDir(userDir, ROOT);
  if (flows) await writeFile(path.join(userDir, 'flows.json'), JSON.stringify(flows));
  const port = await freePort();
  const host = '127.0.0.1';
  const process = nodeRedProcess({ ...options, userDir, host, port });
  const output: string[] = [];
  process.on('line', (line) => output.push(line));
  await process.start();
  const url = urlOf(host, port, options.tls !== undefined);
  return {
    userDir,
    output,
    url,
    editor: `${url}${EDITOR_PATH}/`,
    assertRunning: () => {
      if (!process.running) throw new Error(`Node-RED has ended:\n${process.lastLines.join('\n')}`);
    },
    dispose: async () => {
      await process.stop();
      await rm(userDir, { recursive: true, force: true });
    },
  };
}
