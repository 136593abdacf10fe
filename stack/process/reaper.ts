import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Reads "+ PID" and "- PID" lines. When its input ends, which is when the process that wrote them is gone for
 * whatever reason, the process groups still listed are killed.
 */
const SCRIPT = `
groups=" "
while read -r op pid; do
  case "$op" in
    +) groups="$groups$pid " ;;
    -) case "$groups" in *" $pid "*) groups="\${groups%% $pid *} \${groups#* $pid }" ;; esac ;;
  esac
done
for pid in $groups; do kill -s KILL -- "-$pid" 2>/dev/null; done
`;

let reaper: ChildProcess | undefined;

/** Sees to it that the process group led by `pid` does not outlive this process, not even when this one is killed. */
export function guard(pid: number): void {
  tell(`+ ${pid}`);
}

/** Says that the group led by `pid` has ended and that its number may belong to others from now on. */
export function release(pid: number): void {
  tell(`- ${pid}`);
}

function tell(line: string): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${line}\n`);
}

/** A session of its own keeps it alive when a terminal or a shell kills this process with its whole group. */
function startReaper(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', (error) => {
    process.emitWarning(`children may outlive this process: ${error.message}`);
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
