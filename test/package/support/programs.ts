import path from 'node:path';
import { installOnce } from '../../../stack/install-once';
import type { NodeRedPrograms } from '../../../stack/node-red/node-red';
import { CACHE } from '../../../stack/paths';
import { run } from '../../../stack/process/run';
import { versionsAskedFor } from './versions';

/** @returns the folder with the program "node" of that version, from the npm package of that name */
export async function nodeJs(version: string): Promise<string> {
  if (version === process.versions.node) return path.dirname(process.execPath);
  return path.join(await npmPackage('node', version), 'node', 'bin');
}

/** @returns the program file of Node-RED of that version */
export async function nodeRed(version: string): Promise<string> {
  return path.join(await npmPackage('node-red', version), 'node-red', 'red.js');
}

/** @returns both programs of the versions that the environment asks for; undefined: those of the checkout */
export async function programsAskedFor(): Promise<NodeRedPrograms | undefined> {
  const versions = versionsAskedFor();
  if (!versions) return undefined;
  return {
    node: path.join(await nodeJs(versions.node), 'node'),
    nodeRed: await nodeRed(versions.nodeRed),
  };
}

/** @returns the folder node_modules in which that version of a package is installed */
async function npmPackage(name: string, version: string): Promise<string> {
  const folder = path.join(CACHE, `${name}-${version}`);
  await installOnce(folder, async (partial) => {
    console.log(`      fetching ${name} ${version}`);
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', partial, `${name}@${version}`]);
  });
  return path.join(folder, 'node_modules');
}
