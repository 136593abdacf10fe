import { readFileSync } from 'node:fs';

/** @returns whether a process exists and is more than an entry that nobody has collected yet (Linux). */
export function isRunning(pid: number): boolean {
  try {
    // proc(5): the state is the first field after the program's name, which stands in parentheses.
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.charAt(0);
    return state !== 'Z' && state !== 'X';
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === 'ENOENT' ||
      (error as NodeJS.ErrnoException).code === 'ESRCH'
    )
      return false;
    throw error;
  }
}
