import os from 'node:os';
import { SettingError } from './config';
import { ServiceError } from './process/managed-process';
import { t } from './texts/texts.mjs';

const NO_ROOM = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/;

/**
 * @param error of the file system, or of a service that ended while it started
 * @returns what to do about a data directory that can't be written to, or the error itself where it is about something else
 */
export function dataDirError(error: unknown, dir: string): unknown {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return new SettingError('DATA_DIR', t('data.other-user', { dir, user: os.userInfo().username }));
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

/** Services say it in their log, each in its own words. */
function codeOf(error: unknown): string {
  if (error instanceof ServiceError)
    return error.lastLines.some((line) => NO_ROOM.test(line)) ? 'ENOSPC' : '';
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  // So Node.js calls a disk that is read-only where folders are made with all above them.
  return code === 'ENOENT' && syscall === 'mkdir' ? 'EROFS' : code;
}
