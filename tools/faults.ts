/**
 * Runs the fault suite and prints its table.
 *
 *   npm run faults                    all cases
 *   npm run faults -- 4               case 4 alone (or several: 2 4)
 *   npm run faults -- --ci            fewer rounds
 *   npm run faults -- 4 --only burst  the tests with this in their titles
 *   npm run faults -- --seed 42       the random moments of an earlier run again
 *   npm run soak -- --minutes 60      case 5 for that long
 *   npm run faults:compare            cases 2 and 4 with this package and with its peers
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable, readRows } from '../test/faults/support/rows';

const ROOT = path.dirname(__dirname);
const FOLDER = path.join(ROOT, 'test/faults');
const MOCHA_OPTIONS = [
  '--config',
  path.join(FOLDER, '.mocharc.json'),
  '--reporter',
  path.join(__dirname, 'reporter.cjs'),
];

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ci: { type: 'boolean', default: false },
      only: { type: 'string' },
      compare: { type: 'boolean', default: false },
      seed: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const dir = mkdtempSync(path.join(os.tmpdir(), 'faults-rows-'));
  const rows = path.join(dir, 'rows.jsonl');
  const seed = values.seed ?? String(Date.now() % 1_000_000);
  try {
    console.log(`seed ${seed}`);
    const code = await run(
      require.resolve('mocha/bin/mocha.js'),
      [
        ...MOCHA_OPTIONS,
        ...(values.only === undefined ? [] : ['--fgrep', values.only]),
        ...testFiles(positionals, values.compare),
      ],
      {
        FAULTS_ROWS: rows,
        FAULTS_SEED: seed,
        FAULTS_SIZE: values.ci ? 'ci' : 'full',
        ...(values.minutes === undefined ? {} : { FAULTS_MINUTES: values.minutes }),
      },
    );
    console.log(`\n${formatTable(readRows(rows))}\n`);
    return code;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Case 11, the model tests, stands beside the nodes that it tests. */
const MODEL_TESTS = [
  'test/nodes/kafka-producer/outbox/outbox-model.test.ts',
  'test/nodes/kafka-consumer/confirming/offset-tracker.test.ts',
].map((file) => path.join(ROOT, file));

/** @returns the files of these case numbers, all cases when there are none */
function testFiles(cases: readonly string[], compare: boolean): string[] {
  if (compare) return [path.join(FOLDER, 'compare.test.ts')];
  const files = readdirSync(FOLDER)
    .filter((file) => /^\d\d-.*\.test\.ts$/.test(file))
    .sort()
    .map((file): [number, string] => [Number(file.slice(0, 2)), path.join(FOLDER, file)]);
  const all = [...files, ...MODEL_TESTS.map((file): [number, string] => [11, file])].sort(
    ([a], [b]) => a - b,
  );
  const wanted = new Set(cases.map(Number));
  const chosen = all.filter(([number]) => wanted.size === 0 || wanted.has(number)).map(([, file]) => file);
  if (chosen.length === 0)
    throw new Error(`there is no case ${cases.join(', ')}: they are 1 to ${all.at(-1)?.[0]}`);
  return chosen;
}

async function run(script: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', script, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
