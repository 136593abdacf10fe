import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** Linux counts processor time in these parts of a second (USER_HZ, the same on all its usual machines). */
const TICKS_PER_SECOND = 100;

/** @returns the processor time that a process has used so far, all its threads together; see proc(5) */
export function cpuSeconds(pid: number | undefined): number {
  const fields = pid === undefined ? undefined : statFields(pid);
  if (!fields) throw new Error(`process ${pid} has ended`);
  // utime and stime
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The processor time of this machine and of this run's part in it so far, in seconds. */
export interface MachineUsage {
  all: number;
  own: number;
  at: number;
}

/** @returns what has been used of all processors, and by this process and all that it has started; see proc(5) */
export function machineUsage(): MachineUsage {
  const [, ...fields] = (/^cpu .*/.exec(readFileSync('/proc/stat', 'utf8'))?.[0] ?? '').split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields.map(Number);
  const all = (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
  return { all, own: ownSeconds(), at: Date.now() };
}

/** @returns how much of the machine everybody else has used since then, from 0 to 1 */
export function othersSince(before: MachineUsage): number {
  const now = machineUsage();
  const others = now.all - before.all - (now.own - before.own);
  return Math.max(0, others / (((now.at - before.at) / 1000) * os.availableParallelism()));
}

/** Children that have ended count in the times of their parents. */
function ownSeconds(): number {
  const parents = new Map<number, number>();
  const seconds = new Map<number, number>();
  for (const pid of readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)) {
    const fields = statFields(pid);
    if (!fields) continue;
    parents.set(pid, Number(fields[1]));
    const times = fields.slice(11, 15).map(Number);
    seconds.set(pid, times.reduce((sum, time) => sum + time, 0) / TICKS_PER_SECOND);
  }
  const isOwn = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === process.pid || isOwn(parents.get(pid)));
  return [...seconds].reduce((sum, [pid, time]) => sum + (isOwn(pid) ? time : 0), 0);
}

/** The fields behind the program's name, which is in brackets and may hold anything. @returns undefined: it has ended */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** @returns the most memory that a process has had so far (resident set), in MB */
export function peakMemoryMB(pid: number | undefined): number {
  return fromStatus(pid, 'VmHWM');
}

/** @returns the memory that a process has now (resident set), in MB */
export function memoryMB(pid: number | undefined): number {
  return fromStatus(pid, 'VmRSS');
}

function fromStatus(pid: number | undefined, field: string): number {
  const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}
