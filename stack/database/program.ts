import path from 'node:path';
import { folderSize, installOnce, type Report } from '../install-once';
import { CACHE } from '../paths';
import { findProgram } from '../programs';
import { installLocked, makeEnvironment, removeBroken } from '../python-packages';
import { t } from '../texts/texts.mjs';

/** A server that speaks MongoDB's wire protocol, and how it is run. */
export interface DatabaseProgram {
  kind: DatabaseKind;
  /** What people call it. */
  name: string;
  command: string;
  args: (place: { port: number; dir: string }) => string[];
}

/** The servers that can be run, the preferred one first. The folder of one is nothing that another can open. */
export const DATABASE_KINDS = ['mongod', 'secantusd-rs', 'secantusd-py'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

const SECANTUS_VERSION = '0.7.0b3';

/**
 * Finds a server: mongod and secantusd-rs where they are on the PATH, secantusd-py always, since it is fetched from
 * PyPI into a virtual environment of its own where it is missing.
 * @returns undefined when it is not on the PATH
 */
export async function findDatabase(kind: DatabaseKind, report: Report): Promise<DatabaseProgram | undefined> {
  switch (kind) {
    case 'mongod': {
      const command = findProgram('mongod');
      return command === undefined ? undefined : { kind, name: 'MongoDB', command, args: mongodArgs };
    }
    case 'secantusd-rs': {
      const command = findProgram('secantusd-rs');
      return command === undefined
        ? undefined
        : { kind, name: 'SecantusDB (Rust)', command, args: secantusArgs };
    }
    case 'secantusd-py': {
      const command = path.join(await secantusEnvironment(report), 'bin', 'python');
      // Not by the script beside it, which names the folder in which the environment was made.
      const main = ['-c', 'import sys; from secantus.cli import main; sys.exit(main())'];
      return { kind, name: 'SecantusDB', command, args: (place) => [...main, ...secantusArgs(place)] };
    }
  }
}

function mongodArgs({ port, dir }: { port: number; dir: string }): string[] {
  const place = ['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dir];
  return [...place, '--wiredTigerCacheSizeGB', '0.25', '--quiet'];
}

/** Without --sync-on-commit a kill loses writes that were acknowledged. */
function secantusArgs({ port, dir }: { port: number; dir: string }): string[] {
  const place = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', dir];
  return [...place, '--cache-size', '128M', '--sync-on-commit', '--log-level', 'WARNING'];
}

async function secantusEnvironment(report: Report): Promise<string> {
  const folder = path.join(CACHE, `secantusdb-${SECANTUS_VERSION}`);
  const what = `SecantusDB ${SECANTUS_VERSION}`;
  await removeBroken(folder, what, report);
  const fetched = await installOnce(folder, async (partial) => {
    report(t('fetch.database', { what }));
    const python = await makeEnvironment(partial, t('fetch.purpose-database'));
    await installLocked(python, path.join(__dirname, 'requirements.txt'), (line) => {
      // The small ones are there before they are read about.
      const wheel = /Downloading (?:\S*\/)?([^-\s]+)-\S+ \((.+ MB)\)/.exec(line);
      if (wheel !== null) report(`  ${wheel[1]} (${wheel[2]})`);
    });
  });
  if (fetched)
    report(t('fetch.size', { what, size: await folderSize(folder), folder: path.relative('', folder) }));
  return folder;
}
