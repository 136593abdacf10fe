// Who runs this, for sentences that say what belongs to whom. The first npm of a bare checkout says some of them, so this uses
// nothing that is not built into the system's own Node.js.
import os from 'node:os';

/** A container may run under a number that the system has no name for (docker run --user 1234): chown takes that as well. */
export function userName() {
  try {
    return os.userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
