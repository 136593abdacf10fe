import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(__dirname);

/** The order of the folders of test/: what is quick and small first, what drives everything together last. */
const ORDER = ['firmware', 'nodes', 'flows', 'proteus', 'stack', 'tools'];
const LAST = ['interop', 'package', 'system', 'browser'];

/** These take many minutes, and have commands of their own. */
const APART = ['faults', path.join('package', 'matrix.test.ts')];

/** @returns the test files in the order in which they run, relative to the checkout. */
function testFiles(): string[] {
  const folder = path.join(root, 'test');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !APART.includes(file) && !APART.includes(topFolder(file)))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((file) => path.join('test', file));
}

function topFolder(file: string): string {
  return file.split(path.sep)[0] ?? '';
}

function rank(file: string): number {
  const top = topFolder(file);
  if (LAST.includes(top)) return ORDER.length + 1 + LAST.indexOf(top);
  const place = ORDER.indexOf(top);
  return place < 0 ? ORDER.length : place;
}

/** Arguments are mocha's. Without a file or folder among them, all tests run. */
function main(args: string[]): void {
  const chosen = args.some((arg) => !arg.startsWith('-') && existsSync(path.resolve(root, arg)));
  const mocha = require.resolve('mocha/bin/mocha.js');
  const own = [
    '--disable-warning=TimeoutNegativeWarning',
    mocha,
    '--reporter',
    path.join(__dirname, 'reporter.cjs'),
  ];
  const child = spawn(process.execPath, [...own, ...args, ...(chosen ? [] : testFiles())], {
    cwd: root,
    stdio: 'inherit',
  });
  // mocha is in the same group as this process and in the terminal's view; only what is sent to this one is passed on.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined);
  child.on('exit', (code) => process.exit(code ?? 1));
}

main(process.argv.slice(2));
