import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EDITOR_PATH, nodeRedProcess, urlOf, type NodeRedOptions } from '../../stack/node-red/node-red';
import { prepareUserDir } from '../../stack/node-red/user-dir';
import { ROOT } from '../../stack/paths';
import { freePort } from '../../stack/process/ports';

/** A running Node-RED with this package in it and without any flow. */
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
 * @param options beside its place: who may open the editor, the environment, and another settings file
 */
export async function startNodeRed(
  options: Pick<NodeRedOptions, 'admin' | 'env' | 'settings'> = {},
): Promise<TestNodeRed> {
  const userDir = await mkdtemp(path.join(os.tmpdir(), 'test-node-red-'));
  await prepareUserDir(userDir, ROOT);
  const port = await freePort();
  const host = '127.0.0.1';
  const process = nodeRedProcess({ ...options, userDir, host, port });
  const output: string[] = [];
  process.on('line', (line) => output.push(line));
  await process.start();
  const url = urlOf(host, port);
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
