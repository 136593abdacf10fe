import { readFileSync } from 'node:fs';

/** Linux counts processor time in these parts of a second (USER_HZ, the same on all its usual machines). */
const TICKS_PER_SECOND = 100;

/** @returns the processor time that a process has used so far, all its threads together; see proc(5) */
export function cpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8');
  // The second field is the program's name in brackets, which may hold anything; utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
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
