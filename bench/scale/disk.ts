import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** What `stat` counts in. */
const BLOCK = 512;

/** @returns the bytes that a folder's files take on the disk, while programs write to them */
export async function diskBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += await fileBytes(path.join(entry.parentPath, entry.name));
  }
  return bytes;
}

async function fileBytes(file: string): Promise<number> {
  try {
    return BLOCK * (await stat(file)).blocks;
  } catch (error) {
    // Taken away since it was listed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
