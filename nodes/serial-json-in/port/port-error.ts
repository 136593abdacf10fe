import { UserError, shorten } from '../../shared/user-error';

/**
 * Says in the user's words why a device cannot be opened. serialport's native part gives no error codes, only texts: the
 * system's own (POSIX) or those of its Windows half.
 */
export function openError(path: string, cause: Error): UserError {
  const { message } = cause;
  const key = /no such file|file not found|no such device/i.test(message)
    ? 'device-missing'
    : /cannot lock port|resource busy|access denied/i.test(message)
      ? 'device-busy'
      : /permission denied|operation not permitted/i.test(message)
        ? 'device-forbidden'
        : 'device-failed';
  return new UserError(`serial-json-in.errors.${key}`, { path, reason: shorten(message) }, { cause });
}

/** Says that an open device went away, by being pulled out or by its line hanging up. */
export function lostError(path: string, cause?: Error): UserError {
  return new UserError('serial-json-in.errors.device-lost', { path }, { cause });
}
