import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readBackup } from '../stack/backup/read';
import { writeBackup, type BackupSize } from '../stack/backup/write';
import { dataDirOf, ROLES, SettingError } from '../stack/config';
import { DataDirLock } from '../stack/data-dir-lock';
import { ownVersion, requireKnown } from '../stack/data-version';
import { makePrivate } from '../stack/private-files';
import { t } from '../stack/texts/texts.mjs';

/** Packs everything that `npm start` keeps into one file, or unpacks it; which of the two, the first argument says. */
async function main([action, ...args]: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    options: { role: { type: 'string', default: 'all' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  const [file, ...more] = positionals;
  if (values.help || file === undefined || more.length > 0) {
    console.log(t('backup.usage'));
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const role = ROLES.find((name) => name === values.role);
  if (role === undefined)
    throw new SettingError('--role', t('setting.none-of', { value: values.role, choices: ROLES.join(', ') }));
  const dataDir = dataDirOf(process.env, role);
  // npm runs this in the checkout, whatever folder the person is in.
  const place = path.resolve(process.env.INIT_CWD ?? '', file);
  await (action === 'restore' ? restore(place, dataDir) : backup(place, dataDir));
}

async function backup(file: string, dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) throw new Error(t('backup.nothing', { dir: dataDir }));
  if (!path.relative(dataDir, file).startsWith('..')) throw new Error(t('backup.inside', { file }));
  if (existsSync(file)) throw new Error(t('backup.there', { file }));
  await whileLocked(dataDir, async () => {
    const size = await writeBackup(dataDir, file, ownVersion());
    const packed = megabytes((await stat(file)).size);
    console.log(t('backup.packed', { ...told(size), dir: dataDir, file, packed }));
  });
}

async function restore(file: string, dataDir: string): Promise<void> {
  await makePrivate(dataDir);
  await whileLocked(dataDir, async () => {
    const own = ownVersion();
    const size = await readBackup(file, dataDir, (version) => requireKnown(version, own, file));
    console.log(t('backup.unpacked', { ...told(size), dir: dataDir }));
  });
}

/** Files that a program writes to meanwhile would be packed half old and half new. */
async function whileLocked(dataDir: string, work: () => Promise<void>): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const lock = await DataDirLock.take(dataDir);
  try {
    await work();
  } finally {
    lock.release();
  }
}

function told({ files, bytes }: BackupSize): { files: number; size: string } {
  return { files, size: megabytes(bytes) };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
