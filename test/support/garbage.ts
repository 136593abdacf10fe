import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

/** Collects all that nothing refers to, also what was only just let go of. */
export async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    // What a WeakRef was asked for stays until the end of the task.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}
