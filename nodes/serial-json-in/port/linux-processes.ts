import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process as Linux shows it under /proc. */
export interface ProcessInfo {
  pid: number;
  /** its program's name, at most 15 characters */
  name: string;
  /** the number of its controlling terminal's device, as stat's rdev; 0 for none */
  terminal: number;
}

/** @returns the processes of this machine; none where there is no /proc */
export async function listProcesses(): Promise<ProcessInfo[]> {
  const names = await orNone(readdir('/proc'));
  const all = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((pid) => processOf(Number(pid))),
  );
  return all.filter((one) => one !== undefined);
}

/** The name may hold spaces and brackets: what follows it begins behind the last `)`; see proc(5). */
async function processOf(pid: number): Promise<ProcessInfo | undefined> {
  const stat = await orUndefined(readFile(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  const end = stat.lastIndexOf(')');
  const terminal = stat.slice(end + 2).split(' ')[4];
  return { pid, name: stat.slice(stat.indexOf('(') + 1, end), terminal: Number(terminal) };
}

/** @returns the paths of the files that a process has open; none where that may not be seen, or it has ended */
export async function openFiles(pid: number): Promise<string[]> {
  const descriptors = await orNone(readdir(`/proc/${pid}/fd`));
  const paths = await Promise.all(descriptors.map((fd) => orUndefined(readlink(`/proc/${pid}/fd/${fd}`))));
  return paths.filter((path) => path !== undefined);
}

/** Processes end while they are looked at, and those of other users do not show everything. */
async function orUndefined<T>(look: Promise<T>): Promise<T | undefined> {
  return look.catch(() => undefined);
}

async function orNone(look: Promise<string[]>): Promise<string[]> {
  return (await orUndefined(look)) ?? [];
}
