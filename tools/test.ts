import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runMocha, type Counts, type Outcome } from './mocha-run';
import { Output } from './output';

const root = path.dirname(__dirname);

/** The order of the folders of test/: what is quick and small first. */
const ORDER = ['firmware', 'nodes', 'flows', 'proteus', 'stack', 'tools'];

/** These drive everything together. They run beside the others, in a process and with services of their own. */
const TOGETHER = ['interop', 'package', 'system', 'browser'];

/** These take many minutes, and have commands of their own. */
const APART = ['faults', path.join('package', 'matrix.test.ts')];

/** More failing files than this are no accident. */
const MOST_RUN_AGAIN = 8;

/** @returns the test files in the order in which they run, relative to the checkout: those of the parts, those of all. */
function testFiles(): { parts: string[]; together: string[] } {
  const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !APART.includes(file) && !APART.includes(topFolder(file)))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  const inTest = (file: string): string => path.join('test', file);
  return {
    parts: files.filter((file) => !TOGETHER.includes(topFolder(file))).map(inTest),
    together: files.filter((file) => TOGETHER.includes(topFolder(file))).map(inTest),
  };
}

function topFolder(file: string): string {
  return file.split(path.sep)[0] ?? '';
}

function rank(file: string): number {
  const place = [...ORDER, ...TOGETHER].indexOf(topFolder(file));
  return place < 0 ? ORDER.length : place;
}

/** Most tests wait for a program to start or to come back: two can wait at once. */
async function runAll(args: string[]): Promise<Outcome[]> {
  const { parts, together } = testFiles();
  // The database that MONGODB_URI names is one for all.
  const sideBySide = os.availableParallelism() > 1 && !process.env.MONGODB_URI;
  if (!sideBySide) return [await runMocha([...args, ...parts, ...together], new Output())];
  console.log(`tests of ${TOGETHER.join(', ')} run beside the others, and are shown after them`);
  const later = new Output(true);
  const showLater = <T>(result: T): T => {
    later.release();
    return result;
  };
  return Promise.all([
    runMocha([...args, ...parts], new Output()).then(showLater),
    runMocha([...args, ...together], later),
  ]);
}

/** @returns the test files in which something failed, or undefined where mocha failed outside of them. */
function failedFiles({ code, counts }: Outcome): string[] | undefined {
  const files = Object.keys(counts).filter((file) => counts[file]!.failed > 0);
  const outside = code !== 0 && files.length === 0;
  return outside || files.some((file) => !file.endsWith('.test.ts')) ? undefined : files;
}

/** @returns the last line of a run, of all its files. */
function total(counts: Record<string, Counts>): string {
  const sum = (outcome: keyof Counts): number =>
    Object.values(counts).reduce((all, each) => all + each[outcome], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * Arguments are mocha's. Without a file or folder among them, all tests run; files that fail are then run once more, alone
 * and with fresh services, since on a crowded machine a time limit can be missed, and the embedded database can stand
 * still (see test/support/services.ts). What fails twice has failed.
 */
async function main(args: string[]): Promise<number> {
  process.on('SIGINT', () => undefined);
  const chosen = args.some((arg) => !arg.startsWith('-') && existsSync(path.resolve(root, arg)));
  if (chosen) return (await runMocha(args, new Output())).code;
  const outcomes = await runAll(args);
  let code = Math.max(...outcomes.map((outcome) => outcome.code));
  const counts = Object.fromEntries(outcomes.flatMap((outcome) => Object.entries(outcome.counts)));
  const failed = outcomes.map(failedFiles);
  const again = failed.flatMap((files) => files ?? []);
  if (!failed.includes(undefined) && again.length > 0 && again.length <= MOST_RUN_AGAIN) {
    console.log(
      `\nfailed, and run once more:\n  ${again.map((file) => path.relative(root, file)).join('\n  ')}`,
    );
    const second = await runMocha([...args, ...again], new Output());
    code = second.code;
    Object.assign(counts, second.counts);
  }
  console.log(`\nin all: ${total(counts)}`);
  return code;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
