import { existsSync } from 'node:fs';

/**
 * The outbox of a node is in a folder of this name behind the node's id. Before there was format 2 (see entry.ts), it was
 * in one of the id alone, and a version of then deletes there what it can't read. Under this name it does not look for
 * it: it tells of an outbox without a node, and leaves it as it is.
 */
const SUFFIX = '-format2';

/** @returns the name of the folder with a node's outbox */
export function folderOf(node: string): string {
  return node + SUFFIX;
}

/** @returns the node whose outbox a folder of this name holds, of this version or of one before */
export function nodeOf(folder: string): string {
  return placeBefore(folder) ?? folder;
}

/** @returns where an outbox was before it was here */
export function placeBefore(directory: string): string | undefined {
  return directory.endsWith(SUFFIX) ? directory.slice(0, -SUFFIX.length) : undefined;
}

/** @returns whether there is an outbox to open here, one of a version before included */
export function hasOutbox(directory: string): boolean {
  const before = placeBefore(directory);
  return existsSync(directory) || (before !== undefined && existsSync(before));
}
