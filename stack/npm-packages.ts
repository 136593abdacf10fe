import { readFileSync } from 'node:fs';
import { cp, realpath } from 'node:fs/promises';
import path from 'node:path';
import { run } from './process/run';
import { requireProgram } from './programs';

/**
 * Fetches npm packages that are no dependency of this one, with the checksums of their own lock file.
 * @param from a folder with package.json and package-lock.json; its files are copied too
 * @param into the folder that gets a node_modules
 */
export async function fetchNpmPackages(from: string, into: string): Promise<void> {
  await cp(from, into, { recursive: true });
  const npm = npmCommand();
  // npm takes a prefix that a symbolic link leads to for a package that the lock file lacks.
  const prefix = await realpath(into);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  await run(npm[0], [...npm.slice(1), '--prefix', prefix, 'ci', ...quiet]);
}

/** Below an npm script the very npm that runs it; its program is a script of this Node.js. */
function npmCommand(): [string, ...string[]] {
  const own = process.env.npm_execpath;
  if (own?.endsWith('.js')) return [process.execPath, own];
  return [requireProgram('npm', 'to fetch packages')];
}

/** The version of a package that a package.json names. */
export function pinnedVersion(folder: string, name: string): string {
  const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
  const version = dependencies[name];
  if (version === undefined) throw new Error(`${folder} names no version of ${name}`);
  return version;
}
