import { chmod, mkdir, stat } from 'node:fs/promises';

/** Only the owner reads, writes and enters. */
const OWNER_ONLY = 0o700;
const OTHERS = 0o077;

/**
 * Makes a folder for the owner alone, with all that this program and those that it starts put into it from now on. A
 * folder that many share, as /tmp is, or that is somebody else's keeps its permissions.
 */
export async function makePrivate(folder: string): Promise<void> {
  process.umask(OTHERS);
  const made = await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  const { uid, mode } = await stat(folder);
  const isOurs = uid === process.getuid?.() && (mode & 0o1000) === 0;
  if (made === undefined && isOurs) await chmod(folder, OWNER_ONLY);
}
