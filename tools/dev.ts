import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../stack/config';
import { ROOT } from '../stack/paths';
import { Stack } from '../stack/stack';

/** A save may touch several files; they are built together. */
const SETTLE_MS = 150;

/** @returns whether it could be built; the messages are on the terminal. */
async function build(): Promise<boolean> {
  const child = spawn(process.execPath, [path.join(ROOT, 'tools', 'build.mjs')], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

/** Builds and restarts Node-RED; a change in the meantime makes it do so once more. */
class Rebuilder {
  private timer: NodeJS.Timeout | undefined;
  private busy = false;

  constructor(private readonly stack: Stack) {}

  changed(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.busy) this.changed();
      else void this.rebuild();
    }, SETTLE_MS);
  }

  private async rebuild(): Promise<void> {
    this.busy = true;
    const since = Date.now();
    console.log('nodes/ has changed: building');
    try {
      if (await build()) {
        await this.stack.restartNodeRed();
        console.log(`built and restarted in ${((Date.now() - since) / 1000).toFixed(1)} s`);
      } else {
        console.log('not built; Node-RED goes on with what it had');
      }
    } catch (error) {
      console.error((error as Error).message);
    } finally {
      this.busy = false;
    }
  }
}

async function main(): Promise<void> {
  const stack = new Stack(readConfig(process.env), console.log);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void stack.stop().finally(() => process.exit());
    });
  }
  try {
    const { dashboard, editor } = await stack.start();
    console.log(`ready: dashboard ${dashboard}  editor ${editor}; watching nodes/`);
  } catch (error) {
    if (stopping) return;
    console.error((error as Error).message);
    await stack.stop();
    process.exit(1);
  }
  const rebuilder = new Rebuilder(stack);
  watch(path.join(ROOT, 'nodes'), { recursive: true }, () => rebuilder.changed());
}

void main();
