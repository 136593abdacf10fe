import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../write-whole';

interface Manifest {
  dependencies?: Record<string, string>;
  [property: string]: unknown;
}

/** The file that holds the key which Node-RED encrypts credentials with. */
export const SECRET_FILE = 'credential-secret';

/**
 * Makes a Node-RED user directory in which a package's checkout is installed.
 *
 * The package is linked as `npm install <folder>` would do it, and stands in package.json: so Node-RED finds its nodes,
 * locales and examples, and a later npm in this directory (the palette manager) leaves it in place.
 * @param packageDir the checkout
 */
export async function prepareUserDir(userDir: string, packageDir: string): Promise<void> {
  await mkdir(userDir, { recursive: true });
  const { name } = JSON.parse(await readFile(path.join(packageDir, 'package.json'), 'utf8')) as {
    name: string;
  };
  await link(packageDir, path.join(userDir, 'node_modules', name));
  await addDependency(path.join(userDir, 'package.json'), name, `file:${path.relative(userDir, packageDir)}`);
  const secret = path.join(userDir, SECRET_FILE);
  if (!existsSync(secret)) await writeWhole(secret, randomBytes(32).toString('hex'));
}

/** A link that is there is made anew: the checkout may have been moved. */
async function link(target: string, place: string): Promise<void> {
  await mkdir(path.dirname(place), { recursive: true });
  try {
    await unlink(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await symlink(target, place, 'dir');
}

async function addDependency(file: string, name: string, version: string): Promise<void> {
  const manifest: Manifest = existsSync(file)
    ? (JSON.parse(await readFile(file, 'utf8')) as Manifest)
    : { name: 'node-red-project', description: 'Packages of this Node-RED', version: '0.0.1', private: true };
  if (manifest.dependencies?.[name] === version) return;
  manifest.dependencies = { ...manifest.dependencies, [name]: version };
  await writeFile(file, `${JSON.stringify(manifest, null, 4)}\n`);
}
