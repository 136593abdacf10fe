import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setupError } from './setup-error';

/** Takes one line of progress, meant for a person. */
export type Report = (line: string) => void;

/**
 * Fills a folder that is either complete or absent, also when several processes do so at once or one is interrupted.
 * @param folder where the result stands; nothing is done when it is there
 * @param fill puts the content into the folder it is given, which is renamed afterwards
 * @returns whether it was filled now
 * @throws one sentence that says what to do, where the disk, the rights or the network are the reason
 */
export async function installOnce(folder: string, fill: (folder: string) => Promise<void>): Promise<boolean> {
  if (existsSync(folder)) return false;
  const partial = `${folder}.partial-${process.pid}`;
  try {
    await removeAbandoned(folder);
    await mkdir(partial, { recursive: true });
    await fill(partial);
    await rename(partial, folder);
  } catch (error) {
    // Where the folder is not to be written to, there is nothing to remove either.
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    // Another process was faster: its folder is as good as ours.
    if (isNotEmpty(error) && existsSync(folder)) return false;
    throw setupError(error, path.dirname(folder));
  }
  return true;
}

/** @returns the size of everything in a folder, as "44 MB". */
export async function folderSize(folder: string): Promise<string> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(path.join(entry.parentPath, entry.name))).size;
  }
  return `${Math.round(bytes / 1_000_000)} MB`;
}

async function removeAbandoned(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  if (!existsSync(parent)) return;
  const prefix = `${path.basename(folder)}.partial-`;
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length)))) {
      await rm(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isNotEmpty(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}
