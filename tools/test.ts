import { randomInt } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environmentAt, momentOf, testsWithoutServices } from './moments';
import { missingForTests } from './prerequisites';
import { runMocha, type Outcome } from './mocha-run';
import { Output } from './output';
import { folderForPrograms } from './folder-for-programs';
import { failedFiles, slowest, summary, together as takenTogether } from './run-again';

const root = path.dirname(__dirname);

/** The order of the folders of test/: what is quick and small first. */
const ORDER = ['firmware', 'nodes', 'flows', 'proteus', 'tools'];

/** These drive everything, or start it. They run beside the others, in a process and with services of their own. */
const TOGETHER = ['interop', 'package', 'system', 'browser'];

/** The nodes of Kafka, and what starts brokers: most of the time they wait for one. They run beside the others, too. */
const OF_KAFKA = [
  ...['kafka-cluster', 'kafka-consumer', 'kafka-producer'].map((node) => path.join('nodes', node)),
  'stack',
];

/** These take many minutes, and have commands of their own. */
const APART = ['faults', 'registry', 'machine', path.join('package', 'matrix.test.ts')];

/** So many of the slowest files are named. */
const SLOWEST = 10;

/** More failing files than this are no accident. */
const MOST_RUN_AGAIN = 8;

const HELP = `npm test                       all tests; what they need and the machine does not have is fetched first
npm test -- FILE-OR-FOLDER...  those of a file or folder: npm test -- test/nodes/mongo-sink
npm test -- -g TEXT            those whose title has a text; any other option of mocha goes as well
MONGODB_URI=... npm test       against a MongoDB of yours (it writes and drops databases there)
TEST_MOMENT=SEED npm test      the tests of the nodes live at the moment of that seed, or "now"
CHROMIUM_PATH=... npm test     with a browser of yours`;

/** Test files in the order in which they run, relative to the checkout. */
interface TestFiles {
  /** those of the nodes that need nothing but their process */
  alone: string[];
  /** those of one part each */
  parts: string[];
  /** those that need a broker of Kafka */
  kafka: string[];
  /** those of all parts together */
  together: string[];
}

async function testFiles(): Promise<TestFiles> {
  const alone = await testsWithoutServices();
  const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !APART.includes(file) && !APART.includes(topFolder(file)))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  const inTest = (file: string): string => path.join('test', file);
  const ofPart = files
    .filter((file) => !TOGETHER.includes(topFolder(file)))
    .filter((file) => !alone.includes(inTest(file)));
  return {
    alone,
    parts: ofPart.filter((file) => !isOfKafka(file)).map(inTest),
    kafka: ofPart.filter(isOfKafka).map(inTest),
    together: files.filter((file) => TOGETHER.includes(topFolder(file))).map(inTest),
  };
}

function isOfKafka(file: string): boolean {
  return OF_KAFKA.some((folder) => file.startsWith(folder + path.sep));
}

function topFolder(file: string): string {
  return file.split(path.sep)[0] ?? '';
}

function rank(file: string): number {
  const place = [...ORDER, ...TOGETHER].indexOf(topFolder(file));
  return place < 0 ? ORDER.length : place;
}

/**
 * Most tests wait for a program to start or to come back: several can wait at once.
 * @param env of the tests of the nodes that need no service, whose outcome is the first
 */
async function runAll(args: string[], env: Record<string, string>): Promise<Outcome[]> {
  const { alone, parts, kafka, together } = await testFiles();
  // The database that MONGODB_URI names is one for all.
  const sideBySide = os.availableParallelism() > 1 && !process.env.MONGODB_URI;
  const first = (): Promise<Outcome> => runMocha([...args, ...alone], new Output(), env);
  if (!sideBySide)
    return [await first(), await runMocha([...args, ...parts, ...kafka, ...together], new Output())];
  console.log(
    `tests of Kafka's nodes and of stack, and those of ${TOGETHER.join(', ')}, run beside the others, and are shown after them`,
  );
  const beside = [kafka, together].map((files) => {
    const output = new Output(true);
    return { output, ended: runMocha([...args, ...files], output) };
  });
  const outcomes = [await first(), await runMocha([...args, ...parts], new Output())];
  for (const { output, ended } of beside) {
    output.release();
    outcomes.push(await ended);
  }
  return outcomes;
}

/** The environment in which the tests of the nodes live at another moment, a different one in each run. */
function momentOfThisRun(): Record<string, string> {
  const given = process.env.TEST_MOMENT;
  if (given === 'now') return {};
  const seed = given ? Number(given) : randomInt(2 ** 31);
  if (!Number.isInteger(seed)) throw new Error(`TEST_MOMENT is "${given}": neither a whole number nor "now"`);
  const moment = momentOf(seed);
  console.log(
    `tests of the nodes that need no service live at ${moment.at} in ${moment.zone} (TEST_MOMENT=${seed} repeats it)`,
  );
  return environmentAt(moment);
}

/**
 * Arguments are mocha's. Without a file or folder among them, all tests run; files that fail are then run once more, alone
 * and with fresh services, since on a crowded machine a time limit can be missed, and the embedded database can stand
 * still (see test/support/services.ts). A test that passes in neither run has failed.
 */
async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  process.on('SIGINT', () => undefined);
  const temporary = folderForPrograms();
  if (temporary !== os.tmpdir()) {
    console.log(`no program may run in ${os.tmpdir()}: tests have ${temporary} in its place`);
    process.env.TMPDIR = temporary;
  }
  const chosen = args.some((arg) => !arg.startsWith('-') && existsSync(path.resolve(root, arg)));
  if (chosen) {
    const env = process.env.TEST_MOMENT ? momentOfThisRun() : {};
    return (await runMocha(args, new Output(), env)).code;
  }
  const missing = await missingForTests(console.log);
  if (missing.length > 0) {
    console.error(missing.map((line) => `missing: ${line}`).join('\n'));
    return 1;
  }
  const env = momentOfThisRun();
  const runs = await runAll(args, env);
  let code = Math.max(...runs.map((run) => run.code));
  let outcomes = Object.fromEntries(runs.flatMap((run) => Object.entries(run.outcomes)));
  const failed = runs.map(failedFiles);
  const again = failed.flatMap((files) => files ?? []);
  if (again.length > 0) {
    const few = !failed.includes(undefined) && again.length <= MOST_RUN_AGAIN;
    const what = few ? 'run once more' : 'too many to be an accident, so not run again';
    console.log(`\nfailed, ${what}:\n  ${again.map((file) => path.relative(root, file)).join('\n  ')}`);
    if (few) {
      // A test that fails at the moment at which it was run is not to pass at another.
      const [first = [], ...others] = failed.map((files) => files ?? []);
      const later = others.flat();
      const seconds = [
        ...(first.length > 0 ? [await runMocha([...args, ...first], new Output(), env)] : []),
        ...(later.length > 0 ? [await runMocha([...args, ...later], new Output())] : []),
      ];
      const both = takenTogether(
        outcomes,
        Object.fromEntries(seconds.flatMap((second) => Object.entries(second.outcomes))),
      );
      outcomes = both.outcomes;
      const crashed = seconds.some((second) => failedFiles(second) === undefined);
      code = crashed || Object.values(outcomes).some((file) => file.failed.length > 0) ? 1 : 0;
      for (const title of both.unsteady) console.log(`failed in one of two runs: ${title}`);
    }
  }
  const longest = slowest(outcomes, SLOWEST).map((line) => line.replace(root + path.sep, ''));
  console.log(['', 'these took longest:', ...longest, ...summary(outcomes)].join('\n'));
  return code;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
