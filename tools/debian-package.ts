import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../stack/process/run';
import { findProgram } from '../stack/programs';

/**
 * Fetches a package of Debian (or Ubuntu) in the version that this system has, and takes it apart: nothing is installed,
 * and nobody has to be root.
 * @param folder where its files go, below as they would stand below the root
 * @throws Error where this system has no such packages, or this one can't be fetched
 */
export async function fetchDebianPackage(name: string, folder: string): Promise<void> {
  const apt = findProgram('apt-get');
  const unpack = findProgram('dpkg-deb');
  if (apt === undefined || unpack === undefined) throw new Error('it can be fetched by apt-get only');
  await run(apt, ['download', '--quiet', name], { cwd: folder });
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.deb')) continue;
    await run(unpack, ['--extract', path.join(folder, file), folder]);
    await rm(path.join(folder, file));
  }
}
