import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SettingError } from './config';
import { t } from './texts/texts.mjs';
import { userName } from './user-name.mjs';

/** What people install in Node-RED is not looked at: it is much, and nothing of it is written to. */
const SKIPPED = 'node_modules';
const ROOT_USER = 0;

/**
 * Looks through a data directory, before anything starts on it: a start by another user (once with sudo) leaves files that
 * Kafka or the database would fail on, each in its own words.
 * @param uid of the user who starts
 * @throws SettingError that names the first such file and what to do
 */
export async function requireOwnFiles(dataDir: string, uid = process.getuid?.()): Promise<void> {
  // Windows has no such thing.
  if (uid === undefined) return;
  const file = await firstNotOurs(dataDir, uid);
  if (file === undefined) return;
  const user = userName();
  throw new SettingError('DATA_DIR', t('data.not-ours', { file, user, dir: dataDir }));
}

async function firstNotOurs(folder: string, uid: number): Promise<string | undefined> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (!(entry.isFile() || entry.isDirectory()) || entry.name === SKIPPED) continue;
    if (!(await isOurs(place, uid))) return place;
    const below = entry.isDirectory() ? await firstNotOurs(place, uid) : undefined;
    if (below !== undefined) return below;
  }
  return undefined;
}

/** A file of one's own may be read-only on purpose: only another user's counts. */
async function isOurs(place: string, uid: number): Promise<boolean> {
  try {
    const found = await lstat(place);
    const groups = process.getgroups?.() ?? [];
    const writable = found.mode & (groups.includes(found.gid) ? 0o022 : 0o002);
    return uid === ROOT_USER || found.uid === uid || writable !== 0;
  } catch (error) {
    // A file of a log may be gone by now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
