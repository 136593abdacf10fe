import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { SettingError } from '../setting-error';
import { whyNotListening } from './ports';
import { t } from '../texts/texts.mjs';
import { userName } from '../user-name.mjs';

/** A port that is taken: names it, who has it, and which variable chooses another. */
export class PortInUseError extends Error {
  constructor(
    readonly port: number,
    readonly variable: string,
    holder: string | undefined,
  ) {
    const who = holder ?? t('setting.another-program');
    super(t('setting.port-in-use', { port, holder: who, variable, next: another(port) }));
    this.name = 'PortInUseError';
  }
}

/** @throws what portProblem() gives */
export async function requireFreePort(port: number, host: string, variable: string): Promise<void> {
  const problem = await portProblem(port, host, variable);
  if (problem) throw problem;
}

/**
 * @param variable the environment variable that chooses the port
 * @param look asks the system
 * @returns a sentence about why no server could listen there, and what to do; undefined where one could
 */
export async function portProblem(
  port: number,
  host: string,
  variable: string,
  look = whyNotListening,
): Promise<Error | undefined> {
  const cause = await look(port, host);
  if (cause === undefined) return undefined;
  const { code = '' } = cause;
  if (code === 'EADDRINUSE') return new PortInUseError(port, variable, portHolder(port));
  const because = { cause };
  if (code === 'EACCES') {
    const next = port + ABOVE_ROOTS;
    return new SettingError(
      variable,
      t('setting.port-forbidden', { port, user: userName(), variable, next }),
      because,
    );
  }
  if (host === LOOPBACK) return new Error(t('setting.no-loopback', { host, reason: cause.message }), because);
  return new SettingError('HOST', t('setting.no-address', { host, reason: cause.message }), because);
}

const LOOPBACK = '127.0.0.1';
/** Added to a port below 1024: nothing that is well known is there. */
const ABOVE_ROOTS = 7_000;
const HIGHEST = 65_535;

/** @returns a port that is likely to be free where that one can't be used */
function another(port: number): number {
  return port + 1000 <= HIGHEST ? port + 1000 : port - 1000;
}

/** @returns the process that listens on a TCP port, as "java (process 123)"; undefined where it cannot be known. */
export function portHolder(port: number): string | undefined {
  const sockets = new Set([...listeners('/proc/net/tcp', port), ...listeners('/proc/net/tcp6', port)]);
  if (sockets.size === 0) return undefined;
  for (const pid of readFolder('/proc').filter((name) => /^\d+$/.test(name))) {
    const descriptors = readFolder(`/proc/${pid}/fd`);
    if (descriptors.some((fd) => sockets.has(readLink(`/proc/${pid}/fd/${fd}`) ?? ''))) {
      return `${readText(`/proc/${pid}/comm`)?.trim() ?? 'a program'} (process ${pid})`;
    }
  }
  return undefined;
}

/** The sockets that listen on a port, as /proc/<pid>/fd names them; proc(5) describes the table. */
function listeners(table: string, port: number): string[] {
  const LISTEN = '0A';
  const found: string[] = [];
  for (const row of (readText(table) ?? '').split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
    if (state === LISTEN && parseInt(local?.split(':')[1] ?? '', 16) === port)
      found.push(`socket:[${inode}]`);
  }
  return found;
}

// A process may end while it is looked at, belong to another user, or there is no /proc: then it is not known.

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
