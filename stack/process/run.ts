import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { neededOf } from './environment';
import { guard, release } from './reaper';

const KEPT_LINES = 30;

/** A command that did not end well, told with what it printed last. */
export class CommandError extends Error {
  constructor(command: string, how: string, lastLines: readonly string[]) {
    super(`"${command}" failed (${how}):\n${lastLines.map((line) => `    ${line}`).join('\n')}`);
    this.name = 'CommandError';
  }
}

export interface RunOptions {
  /** Takes each line that it prints. */
  onLine?: (line: string) => void;
  /** Added to what any program needs of this process's environment. */
  env?: Record<string, string>;
  /** Where it runs; this process's folder when absent. */
  cwd?: string;
}

/**
 * Runs a command to its end, or to this process's end if that comes first.
 * @throws CommandError when it cannot be run or its exit code is not 0
 */
export async function run(
  command: string,
  args: readonly string[],
  { onLine = () => undefined, env = {}, cwd }: RunOptions = {},
): Promise<void> {
  const tail: string[] = [];
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...neededOf(process.env), ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { pid } = child;
  if (pid !== undefined) guard(pid);
  const read = async (stream: Readable): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      tail.push(line);
      if (tail.length > KEPT_LINES) tail.shift();
      onLine(line);
    }
  };
  const told = [command, ...args].join(' ');
  try {
    const [closed] = await Promise.all([once(child, 'close'), read(child.stdout), read(child.stderr)]);
    const [code, signal] = closed as [number | null, NodeJS.Signals | null];
    if (code !== 0) throw new CommandError(told, signal ?? `exit code ${code ?? 'unknown'}`, tail);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(told, (error as Error).message, tail);
  } finally {
    if (pid !== undefined) release(pid);
  }
}
