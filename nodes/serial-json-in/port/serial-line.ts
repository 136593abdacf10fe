import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SerialPort } from 'serialport';
import { UserError, shorten, toError } from '../../shared/user-error';
import { makeExclusive, makeShared } from './exclusive';
import type { LineFormat, ModemLines, OpenLine } from './open-line';
import { openError } from './port-error';

const run = promisify(execFile);
const STTY_MS = 5000;

/**
 * Opens a serial device, for this process alone where the system can.
 * @throws UserError that says why it cannot be opened
 */
export async function openSerial(
  path: string,
  format: LineFormat,
  modemLines: ModemLines,
): Promise<OpenLine> {
  const port = new SerialPort({ path, ...format, autoOpen: false, hupcl: modemLines !== 'keep' });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(openError(path, error)) : resolve()));
  });
  // Before it is exclusive, since stty opens it by itself.
  const flaw = await setModemLines(port, path, modemLines);
  let end = (): void => undefined;
  const ended = new Promise<Error | undefined>((resolve) => {
    const finish = (cause?: Error | null): void => resolve(cause ?? undefined);
    port.on('close', finish);
    port.on('error', finish);
    end = () => port.close(finish);
  });
  const isExclusive = await setExclusive(port, path);
  return {
    stream: port,
    ended,
    end: () => void (isExclusive ? setShared(port).then(end) : end()),
    ...(flaw && { flaw }),
  };
}

async function setExclusive(port: SerialPort, path: string): Promise<boolean> {
  const fd = descriptorOf(port);
  // It may have gone meanwhile, which its reader is told by itself.
  const device = await realpath(path).catch(() => undefined);
  return fd !== undefined && device !== undefined && makeExclusive(device, fd);
}

async function setShared(port: SerialPort): Promise<void> {
  const fd = descriptorOf(port);
  if (fd !== undefined) await makeShared(fd);
}

function descriptorOf(port: SerialPort): number | undefined {
  return port.isOpen ? (port.port?.fd ?? undefined) : undefined;
}

async function setModemLines(port: SerialPort, path: string, lines: ModemLines): Promise<Error | undefined> {
  if (lines === 'off') return switchOff(port, path);
  return lines === 'keep' ? keepOn(path) : undefined;
}

/**
 * serialport 13 leaves the flag that drops DTR at the closing (HUPCL, see termios(3)) as the system sets it, which is on,
 * where it is asked not to use it.
 */
async function keepOn(path: string): Promise<Error | undefined> {
  try {
    await run('stty', [process.platform === 'linux' ? '-F' : '-f', path, '-hupcl'], { timeout: STTY_MS });
    return undefined;
  } catch (thrown) {
    const reason = shorten(toError(thrown).message);
    return new UserError('serial-json-in.errors.modem-lines', { path, reason }, { cause: thrown });
  }
}

/** A pseudo-terminal has no such lines: its bytes are read all the same. */
function switchOff(port: SerialPort, path: string): Promise<Error | undefined> {
  return new Promise((resolve) => {
    port.set({ dtr: false, rts: false }, (cause) => {
      if (!cause) return resolve(undefined);
      const params = { path, reason: shorten(cause.message) };
      resolve(new UserError('serial-json-in.errors.modem-lines', params, { cause }));
    });
  });
}
