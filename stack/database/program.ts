import path from 'node:path';
import { folderSize, installOnce, type Report } from '../install-once';
import { CACHE } from '../paths';
import { run } from '../process/run';
import { findProgram, requireProgram } from '../programs';

/** A server that speaks MongoDB's wire protocol, and how it is run. */
export interface DatabaseProgram {
  /** What people call it. */
  name: string;
  command: string;
  args: (place: { port: number; dir: string }) => string[];
}

const SECANTUS_VERSION = '0.7.0b3';

/**
 * Finds the database server to run: a mongod on the PATH, else a secantusd-rs on the PATH, else SecantusDB from PyPI,
 * which is fetched into a virtual environment of its own where it is missing.
 */
export async function databaseProgram(report: Report): Promise<DatabaseProgram> {
  const mongod = findProgram('mongod');
  if (mongod !== undefined) return mongodProgram(mongod);
  const rust = findProgram('secantusd-rs');
  if (rust !== undefined) return { name: 'SecantusDB (Rust)', command: rust, args: secantusArgs };
  const python = path.join(await secantusEnvironment(report), 'bin', 'python');
  // By its module: the script beside it names the folder in which the environment was made.
  const args = ['-c', 'import sys; from secantus.cli import main; sys.exit(main())'];
  return { name: 'SecantusDB', command: python, args: (place) => [...args, ...secantusArgs(place)] };
}

function mongodProgram(command: string): DatabaseProgram {
  return {
    name: 'MongoDB',
    command,
    args: ({ port, dir }) => {
      const place = ['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dir];
      return [...place, '--wiredTigerCacheSizeGB', '0.25', '--quiet'];
    },
  };
}

/** Without --sync-on-commit a kill loses writes that were acknowledged. */
function secantusArgs({ port, dir }: { port: number; dir: string }): string[] {
  const place = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', dir];
  return [...place, '--cache-size', '128M', '--sync-on-commit', '--log-level', 'WARNING'];
}

async function secantusEnvironment(report: Report): Promise<string> {
  const folder = path.join(CACHE, `secantusdb-${SECANTUS_VERSION}`);
  const fetched = await installOnce(folder, async (partial) => {
    const python = requireProgram('python3', 'to run the embedded database', 'apt-get install python3-venv');
    report(`SecantusDB ${SECANTUS_VERSION}: fetching it from PyPI (about 40 MB)`);
    await makeEnvironment(python, partial);
    const pip = ['-m', 'pip', 'install', '--progress-bar', 'off', `SecantusDB==${SECANTUS_VERSION}`];
    await run(path.join(partial, 'bin', 'python'), pip, (line) => {
      const wheel = /Downloading (\S+) \((.+)\)/.exec(line);
      if (wheel !== null) report(`  ${path.basename(wheel[1] ?? '')} (${wheel[2]})`);
    });
  });
  if (fetched)
    report(`SecantusDB ${SECANTUS_VERSION}: ${await folderSize(folder)} in ${path.relative('', folder)}`);
  return folder;
}

async function makeEnvironment(python: string, folder: string): Promise<void> {
  try {
    await run(python, ['-m', 'venv', folder]);
  } catch (cause) {
    throw new Error(
      `${python} cannot make a virtual environment for the embedded database. On Debian and Ubuntu it takes a ` +
        'package of its own: apt-get install python3-venv',
      { cause },
    );
  }
}
