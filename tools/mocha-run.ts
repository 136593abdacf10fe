import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Output } from './output';

/** The titles of one file's tests by how they ended; what was skipped has its reason after its title. */
export interface FileOutcome {
  passed: string[];
  failed: string[];
  skipped: string[];
  /** what the whole file took */
  ms?: number;
}

/** How the tests of each file ended, by its path. */
export type Outcomes = Record<string, FileOutcome>;

/** How a run of mocha ended: its exit code, and how its tests did. */
export interface Outcome {
  code: number;
  outcomes: Outcomes;
}

const root = path.dirname(__dirname);

/**
 * Runs mocha in a process of its own.
 * @param args mocha's arguments
 * @param output where its lines go
 * @param env added to this process's environment
 */
export async function runMocha(
  args: string[],
  output: Output,
  env: Record<string, string> = {},
): Promise<Outcome> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'test-run-'));
  const file = path.join(folder, 'outcomes.json');
  const own = [
    '--disable-warning=TimeoutNegativeWarning',
    require.resolve('mocha/bin/mocha.js'),
    '--reporter',
    path.join(__dirname, 'reporter.cjs'),
    process.stdout.isTTY ? '--color' : '--no-color',
  ];
  const child = spawn(process.execPath, [...own, ...args], {
    cwd: root,
    stdio: ['inherit', 'pipe', 'pipe'],
    env: { ...process.env, ...env, TEST_OUTCOMES: file },
  });
  child.stdout.on('data', (chunk: Buffer) => output.write(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.write(chunk));
  // mocha is in the same group as this process and in the terminal's view; only what is sent to this one is passed on.
  const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn);
  const [code] = (await once(child, 'close')) as [number | null];
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, passOn);
  const outcomes = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Outcomes) : {};
  rmSync(folder, { recursive: true });
  return { code: code ?? 1, outcomes };
}
