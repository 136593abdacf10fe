import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, open, readdir, readlink, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import { isLeftOut, VERSION_FILE, type DataVersion } from './format';

/** What a backup holds. */
export interface BackupSize {
  files: number;
  /** of the files, before they were packed */
  bytes: number;
}

/**
 * Packs a data directory that nothing writes to into a file, which only its owner reads and which appears when it is whole.
 * @param version stands first in it
 * @throws where the file is there already, or anything can't be read or written
 */
export async function writeBackup(dataDir: string, file: string, version: DataVersion): Promise<BackupSize> {
  const partial = `${file}.part`;
  // Node-RED's key and what it encrypts are in it.
  const out = createWriteStream(partial, { flags: 'wx', mode: 0o600 });
  try {
    const tar = pack();
    const written = pipeline(tar, createGzip(), out);
    const [size] = await Promise.all([fill(tar, dataDir, version), written]);
    await sync(partial);
    await rename(partial, file);
    return size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(partial, { force: true });
    throw error;
  }
}

async function fill(tar: Pack, dataDir: string, version: DataVersion): Promise<BackupSize> {
  const size = { files: 0, bytes: 0 };
  try {
    tar.entry({ name: VERSION_FILE, mode: 0o600 }, `${JSON.stringify(version)}\n`);
    for (const name of (await readdir(dataDir)).sort()) {
      if (!isLeftOut(name) && name !== VERSION_FILE) await add(tar, dataDir, name, size);
    }
    tar.finalize();
    return size;
  } catch (error) {
    tar.destroy(error as Error);
    throw error;
  }
}

async function add(tar: Pack, dataDir: string, name: string, size: BackupSize): Promise<void> {
  const place = path.join(dataDir, name);
  const {
    mode,
    mtime,
    size: bytes,
    ...kind
  } = await lstat(place).then((found) => ({
    mode: found.mode & 0o700,
    mtime: found.mtime,
    size: found.size,
    isFolder: found.isDirectory(),
    isFile: found.isFile(),
    isLink: found.isSymbolicLink(),
  }));
  if (kind.isFolder) {
    tar.entry({ name: `${name}/`, type: 'directory', mode, mtime });
    for (const inner of (await readdir(place)).sort()) await add(tar, dataDir, `${name}/${inner}`, size);
  } else if (kind.isLink) {
    tar.entry({ name, type: 'symlink', linkname: await readlink(place), mtime });
  } else if (kind.isFile) {
    const entry = tar.entry({ name, mode, mtime, size: bytes });
    await pipeline(createReadStream(place), entry);
    size.files += 1;
    size.bytes += bytes;
  }
  // A socket or a pipe is made anew by whoever listens on it.
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
