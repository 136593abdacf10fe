import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, symlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { insidePath, isLeftOut, readDataVersion, VERSION_FILE, type DataVersion } from './format';
import type { BackupSize } from './write';
import { t } from '../texts/texts.mjs';

/** While it is not whole, it stands apart: no program would take a part of it for everything. */
const PARTIAL = '.restoring';

/** A file that is no backup, or none that is whole. */
export class BackupError extends Error {
  override name = 'BackupError';
}

/**
 * Unpacks a backup into an empty data directory. What is there afterwards is all of it: where it fails, nothing is left.
 * @param accept is told what wrote it, and throws where this program can't take it over
 * @throws BackupError where the folder is not empty, or the file is not a whole backup
 */
export async function readBackup(
  file: string,
  dataDir: string,
  accept: (version: DataVersion) => void,
): Promise<BackupSize> {
  const present = (await readdir(dataDir)).filter((name) => !isLeftOut(name) && name !== PARTIAL);
  if (present.length > 0) {
    throw new BackupError(t('backup.not-empty', { dir: dataDir, names: present.slice(0, 3).join(', ') }));
  }
  const partial = path.join(dataDir, PARTIAL);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  try {
    const size = await unpack(file, partial, accept);
    for (const name of await readdir(partial))
      await rename(path.join(partial, name), path.join(dataDir, name));
    return size;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function unpack(
  file: string,
  folder: string,
  accept: (version: DataVersion) => void,
): Promise<BackupSize> {
  const size = { files: 0, bytes: 0 };
  /** Made last: nothing is written through one. */
  const links: { place: string; target: string }[] = [];
  /** As they are in the backup, once all that is in them is there. */
  const folders: { place: string; mode: number }[] = [];
  const tar = extract();
  const packed = pipeline(createReadStream(file), createGunzip(), tar);
  // What is wrong with the file ends the loop below too.
  packed.catch(() => undefined);
  let version: DataVersion | undefined;
  try {
    for await (const entry of tar) {
      const { name, type, mode = 0o600, linkname, mtime } = entry.header;
      if (version === undefined) {
        version = name === VERSION_FILE ? readDataVersion(await text(entry)) : undefined;
        if (version === undefined) throw new BackupError(t('backup.no-backup', { file }));
        accept(version);
        continue;
      }
      const inside = insidePath(name);
      if (inside === undefined) throw new BackupError(t('backup.outside', { file, name }));
      const place = path.join(folder, inside);
      if (type === 'directory') {
        await mkdir(place, { recursive: true, mode: 0o700 });
        folders.push({ place, mode });
      } else if (type === 'symlink' && linkname) {
        links.push({ place, target: linkname });
      } else if (type === 'file') {
        size.bytes += await writeEntry(entry, place, mode, mtime);
        size.files += 1;
        continue;
      }
      entry.resume();
    }
    await packed;
  } catch (error) {
    if (error instanceof BackupError || isOfTheDisk(error)) throw error;
    const { name, message } = error as Error;
    if (name === 'SettingError') throw error;
    throw new BackupError(t('backup.damaged', { file, reason: message }), { cause: error });
  }
  if (version === undefined) throw new BackupError(t('backup.no-backup', { file }));
  for (const { place, target } of links) await symlink(target, place);
  for (const { place, mode } of folders.reverse()) await chmod(place, (mode & 0o700) | 0o700);
  return size;
}

async function writeEntry(
  entry: AsyncIterable<unknown>,
  place: string,
  mode: number,
  mtime?: Date,
): Promise<number> {
  await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
  const out = createWriteStream(place, { flags: 'wx', mode: mode & 0o700 });
  await pipeline(entry, out);
  if (mtime) await utimes(place, mtime, mtime);
  return out.bytesWritten;
}

function isOfTheDisk(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && /^(E[A-Z]+)$/.test(code);
}
