import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.dirname(__dirname);

/** The order of the folders of test/: what is quick and small first, what drives everything together last. */
const ORDER = ['firmware', 'nodes', 'flows', 'proteus', 'stack', 'tools'];
const LAST = ['interop', 'package', 'system', 'browser'];

/** These take many minutes, and have commands of their own. */
const APART = ['faults', path.join('package', 'matrix.test.ts')];

/** More failing files than this are no accident. */
const MOST_RUN_AGAIN = 8;

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

/** Runs mocha on these arguments. @returns its exit code, and the files in which something failed */
async function run(args: string[]): Promise<{ code: number; failed: string[] }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'test-run-'));
  const list = path.join(folder, 'failed');
  const own = [
    '--disable-warning=TimeoutNegativeWarning',
    require.resolve('mocha/bin/mocha.js'),
    '--reporter',
    path.join(__dirname, 'reporter.cjs'),
  ];
  const child = spawn(process.execPath, [...own, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, FAILED_FILES: list },
  });
  // mocha is in the same group as this process and in the terminal's view; only what is sent to this one is passed on.
  const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn);
  const [code] = (await once(child, 'exit')) as [number | null];
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, passOn);
  const failed = existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : [];
  rmSync(folder, { recursive: true });
  return { code: code ?? 1, failed };
}

/**
 * Arguments are mocha's. Without a file or folder among them, all tests run; files that fail are then run once more with
 * fresh services, since on a crowded machine a time limit can be missed, and the embedded database can stand still (see
 * test/support/services.ts). What fails twice has failed.
 */
async function main(args: string[]): Promise<number> {
  process.on('SIGINT', () => undefined);
  const chosen = args.some((arg) => !arg.startsWith('-') && existsSync(path.resolve(root, arg)));
  if (chosen) return (await run(args)).code;
  const { code, failed } = await run([...args, ...testFiles()]);
  if (code === 0 || failed.length === 0 || failed.length > MOST_RUN_AGAIN) return code;
  console.log(
    `\nfailed, and run once more:\n  ${failed.map((file) => path.relative(root, file)).join('\n  ')}`,
  );
  return (await run([...args, ...failed])).code;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
