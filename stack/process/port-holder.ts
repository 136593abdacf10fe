import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isPortFree } from './ports';
import { t } from '../texts/texts.mjs';

/** A port that is taken: names it, who has it, and which variable chooses another. */
export class PortInUseError extends Error {
  constructor(
    readonly port: number,
    readonly variable: string,
    holder: string | undefined,
  ) {
    const who = holder ?? t('setting.another-program');
    super(t('setting.port-in-use', { port, holder: who, variable, next: port + 1000 }));
    this.name = 'PortInUseError';
  }
}

/**
 * @param variable the environment variable that chooses the port
 * @throws PortInUseError when no server could listen there
 */
export async function requireFreePort(port: number, host: string, variable: string): Promise<void> {
  if (!(await isPortFree(port, host))) throw new PortInUseError(port, variable, portHolder(port));
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
