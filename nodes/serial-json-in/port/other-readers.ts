import { realpath, stat } from 'node:fs/promises';
import { listProcesses, openFiles, type ProcessInfo } from './linux-processes';

const PSEUDO_TERMINAL = '/dev/pts/';
const PSEUDO_TERMINAL_MASTER = /^\/dev\/(?:pts\/)?ptmx$/;

/**
 * Looks for another program that has the device open: each would get a part of the bytes, and nothing says so. Who was
 * there before it became exclusive stays, and root comes in at any time; see exclusive.ts.
 *
 * Who makes a pseudo-terminal, or lives in it, is no reader of it. Only what this user may see is found, and only on Linux.
 */
export async function otherReader(path: string): Promise<ProcessInfo | undefined> {
  if (process.platform !== 'linux') return undefined;
  const device = await identity(path);
  if (!device) return undefined;
  for (const one of await listProcesses()) {
    if (one.pid === process.pid) continue;
    const files = await openFiles(one.pid);
    if (!files.includes(device.path)) continue;
    const isMaker = device.path.startsWith(PSEUDO_TERMINAL) && livesIn(one, files, device.number);
    if (!isMaker) return one;
  }
  return undefined;
}

function livesIn({ terminal }: ProcessInfo, files: string[], number: number): boolean {
  return terminal === number || files.some((file) => PSEUDO_TERMINAL_MASTER.test(file));
}

async function identity(path: string): Promise<{ path: string; number: number } | undefined> {
  try {
    const device = await realpath(path);
    return { path: device, number: (await stat(device)).rdev };
  } catch {
    // It went away meanwhile: the connection finds that by itself.
    return undefined;
  }
}
