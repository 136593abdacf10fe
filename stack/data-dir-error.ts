import { readFileSync } from 'node:fs';
import { ServiceError } from './process/managed-process';
import { SettingError } from './setting-error';
import { t } from './texts/texts.mjs';
import { userName } from './user-name.mjs';

const NO_ROOM = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/;

/**
 * @param error of the file system, or of a service that ended while it started
 * @returns what to do about a data directory that can't be written to, or the error itself where it is about something else
 */
export function dataDirError(error: unknown, dir: string): unknown {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EISDIR':
      return new SettingError('DATA_DIR', t('data.other-user', { dir, user: userName() }));
    case 'EROFS':
      return new SettingError('DATA_DIR', t('data.read-only', { dir }));
    case 'ENOSPC':
    case 'EDQUOT':
      return new SettingError('DATA_DIR', t('data.full', { dir }));
    case 'ENOTDIR':
    case 'EEXIST':
      return new SettingError('DATA_DIR', t('data.no-folder', { dir }));
    default:
      return error;
  }
}

/**
 * @param file of a data directory
 * @throws SettingError where it is not to be read, as after a start by another user
 */
export function readOwn(dir: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw dataDirError(error, dir);
  }
}

/** Services say it in their log, each in its own words. */
function codeOf(error: unknown): string {
  if (error instanceof ServiceError)
    return error.lastLines.some((line) => NO_ROOM.test(line)) ? 'ENOSPC' : '';
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  // So Node.js calls a disk that is read-only where folders are made with all above them.
  return code === 'ENOENT' && syscall === 'mkdir' ? 'EROFS' : code;
}
