import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { BenchError, messageOf } from './errors';

/** Where terminals live; a link to one is a bench's own, left over or not, and may be replaced. */
const TERMINAL = /^\/dev\/(pts\/|tty)/;

/**
 * Makes `link` point to a terminal. A link to a terminal that is there already, as a bench
 * leaves it when it is killed, is replaced; anything else at that place is not touched.
 * @returns a function that takes the link away, if it is still this one
 * @throws BenchError when the place is taken or the link cannot be made
 */
export function placeLink(link: string, terminal: string): () => void {
  const found = targetOf(link);
  if (found !== undefined && !TERMINAL.test(found)) {
    throw new BenchError(`${link} exists and is not a link to a terminal; it was left as it is`);
  }
  const fresh = `${link}.${process.pid}`;
  try {
    symlinkSync(terminal, fresh);
    renameSync(fresh, link);
  } catch (cause) {
    throw new BenchError(`cannot make the link ${link}: ${messageOf(cause)}`, { cause });
  }
  return () => {
    if (targetOf(link) === terminal) unlinkSync(link);
  };
}

/** What stands at `path`: undefined for nothing, '' for anything but a link. */
function targetOf(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  return stats.isSymbolicLink() ? readlinkSync(path) : '';
}
