// Notices that the npm that runs this process is gone. A signal that ends npm ends at most the shell between the two:
// what the script has started would run on, with nobody to stop it.
import { readFileSync } from 'node:fs';

const LOOK_MS = 1_000;

/**
 * Calls `then` once, when the npm that runs this process has ended, or the shell in which it does. Without an npm it never
 * does: what is started in the background on purpose outlives the shell that has started it. So does an npm, which is
 * looked at, and not who has started it. Where there is no /proc, an npm whose shell goes on is not missed.
 */
export function whenLeftAlone(then) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const npm = isShell(parent) ? parentOf(parent) : parent;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === parent || parentOf(parent) === npm)) return;
    clearInterval(timer);
    then();
  }, LOOK_MS);
  timer.unref();
}

/** Whether a process runs a command line, as npm has it run: `sh -c ...`; some shells become the command instead. */
function isShell(pid) {
  return read(`/proc/${pid}/cmdline`)?.split('\0')[1] === '-c';
}

/** proc(5): behind the name, which is in parentheses and may contain any, stand the state and the parent. */
function parentOf(pid) {
  return read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')[1];
}

/** @returns undefined for a process that has ended, and where there is no /proc */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
