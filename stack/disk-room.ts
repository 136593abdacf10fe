import { statfs } from 'node:fs/promises';
import { SettingError } from './config';
import type { Report } from './install-once';
import { t } from './texts/texts.mjs';

/** Below this nothing is started: Kafka and the database lay out some 100 MB at once. */
const LEAST_MB = 300;
/** Below this it is told, while there is time to do something. */
const LOW_MB = 200;
const LOOK_MS = 30_000;

/** @throws SettingError where the disk of the data directory is too full to begin */
export async function requireRoom(dataDir: string): Promise<void> {
  const free = await freeMB(dataDir);
  if (free >= LEAST_MB) return;
  throw new SettingError('DATA_DIR', t('data.room', { dir: dataDir, free, least: LEAST_MB }));
}

/**
 * Tells when the disk of the data directory runs full, and when it has room again; looks twice a minute.
 * @param look gives the free megabytes
 * @returns what ends the watch
 */
export function watchRoom(
  dataDir: string,
  report: Report,
  { look = freeMB, everyMs = LOOK_MS } = {},
): () => void {
  let low = false;
  const check = async (): Promise<void> => {
    const free = await look(dataDir);
    if (free < LOW_MB === low) return;
    low = free < LOW_MB;
    report(t(low ? 'data.low' : 'data.room-again', { dir: dataDir, free }));
  };
  const timer = setInterval(() => {
    // A folder that is gone for a moment tells nothing of its disk.
    check().catch(() => undefined);
  }, everyMs).unref();
  return () => clearInterval(timer);
}

async function freeMB(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / 1e6);
}
