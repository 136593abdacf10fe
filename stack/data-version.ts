import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LAYOUT, readDataVersion, VERSION_FILE, type DataVersion } from './backup/format';
import { SettingError } from './config';
import { ROOT } from './paths';
import { t } from './texts/texts.mjs';

/** @returns what this program writes */
export function ownVersion(): DataVersion {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { layout: LAYOUT, version };
}

/**
 * Takes a data directory over for this version, before anything of it is read. One without a mark is of the time before
 * there were any, and is laid out as layout 1.
 * @throws SettingError where a later version has laid it out in a way that this one does not know
 */
export async function markVersion(dataDir: string, own: DataVersion = ownVersion()): Promise<void> {
  const file = path.join(dataDir, VERSION_FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const found = text === undefined ? undefined : readDataVersion(text);
  if (found) requireKnown(found, own, dataDir);
  if (found?.version === own.version && found.layout === own.layout) return;
  await writeFile(file, `${JSON.stringify(own)}\n`, { mode: 0o600 });
}

/** @throws SettingError where a later version has written it in a way that this one does not know */
export function requireKnown(found: DataVersion, own: DataVersion, place: string): void {
  if (found.layout <= own.layout) return;
  throw new SettingError(
    'DATA_DIR',
    t('data.later-version', { place, found: found.version, own: own.version }),
  );
}
