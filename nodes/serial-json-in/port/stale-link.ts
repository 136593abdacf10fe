import { lstat, realpath, stat } from 'node:fs/promises';
import { UserError } from '../../shared/user-error';
import { listProcesses } from './linux-processes';

/** File systems keep times in steps; a link made right after its terminal is not taken for an older one. */
const TOLERANCE_MS = 1000;

/**
 * Refuses a link that was left over: the pseudo-terminal that it led to has gone, and its number went to a terminal in
 * which someone works. Such a terminal is newer than the link, and is the controlling one of a process.
 * @throws UserError that names that process
 */
export async function refuseStaleLink(path: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const terminal = await newerTerminal(path);
  if (terminal === undefined) return;
  const user = (await listProcesses()).find((one) => one.terminal === terminal.number);
  if (!user) return;
  const { name, pid } = user;
  throw new UserError('serial-json-in.errors.stale-link', {
    path,
    device: terminal.path,
    program: name,
    pid,
  });
}

/** @returns the pseudo-terminal that a link leads to, where it was made after the link */
async function newerTerminal(path: string): Promise<{ path: string; number: number } | undefined> {
  try {
    const link = await lstat(path);
    if (!link.isSymbolicLink()) return undefined;
    const device = await realpath(path);
    if (!device.startsWith('/dev/pts/')) return undefined;
    const { ctimeMs, rdev } = await stat(device);
    return ctimeMs > link.mtimeMs + TOLERANCE_MS ? { path: device, number: rdev } : undefined;
  } catch {
    // There is no such device: opening it says so.
    return undefined;
  }
}
