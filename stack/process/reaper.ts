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

/** One that ends at once, whatever the reason, is not started without a pause. */
const AGAIN_MS = 200;

let reaper: ChildProcess | undefined;
/** the groups that it has been told of, for the one that takes its place when it is killed itself */
const guarded = new Set<number>();

/** Sees to it that the process group led by `pid` does not outlive this process, not even when this one is killed. */
export function guard(pid: number): void {
  guarded.add(pid);
  tell(`+ ${pid}`);
}

/** Says that the group led by `pid` has ended and that its number may belong to others from now on. */
export function release(pid: number): void {
  guarded.delete(pid);
  tell(`- ${pid}`);
}

function tell(line: string): void {
  if (reaper === undefined) startReaper();
  else reaper.stdin?.write(`${line}\n`);
}

/** A session of its own keeps it alive when a terminal or a shell kills this process with its whole group. */
function startReaper(): void {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', (error) => {
    process.emitWarning(`children may outlive this process: ${error.message}`);
  });
  // Its end is told by itself.
  child.stdin?.on('error', () => undefined);
  child.once('exit', () => {
    reaper = undefined;
    setTimeout(() => {
      if (reaper === undefined && guarded.size > 0) startReaper();
    }, AGAIN_MS).unref();
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  reaper = child;
  for (const pid of guarded) child.stdin?.write(`+ ${pid}\n`);
}
