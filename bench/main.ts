/**
 * Measures the nodes against the bare drivers and against other nodes.
 *
 *   npm run bench                      everything, some 40 minutes
 *   npm run bench -- --quick           rows 1, 2, 3 and 5 in short, under 3 minutes
 *   npm run bench -- --row 1 --row 5   these rows alone; 8 and 9 fetch Kafka Connect and other people's clients
 *   npm run bench -- --check           fails when a ratio of rows 1, 2 or 5 is a third below the recorded one
 *   npm run bench -- --record          keeps the rows of this run as those that --check compares with
 *   npm run bench -- --table [file]    prints what is recorded, or a run's file, as Markdown
 *   --only '48 part|^1 part'            of these rows, only the contenders whose names match
 *   --seconds 10                       how long each figure is measured, in place of 3 (less in short runs)
 *   --rounds 3                         how often
 *   --database python                  the embedded database also where a faster one is at hand
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CACHE } from '../stack/paths';
import { ROWS } from './rows';
import { baselineFile, combined, recordedFiles, recordedWith, stepsBack } from './support/baseline';
import { describeCommit, describeMachine } from './support/machine';
import { machineUsage, othersSince } from './support/process-usage';
import { describeProfiles } from './support/profile';
import { formatRow, type MeasuredRow, type Report } from './support/report';
import type { Plan, Row } from './support/row';
import { Services, type DatabaseChoice } from './support/services';
import { toMarkdown } from './support/table';
import { Workshop } from './support/workshop';

const FULL: Plan = { rounds: 5, settleMs: 1_000, measureMs: 3_000, peers: true, full: true };
const QUICK: Plan = { rounds: 3, settleMs: 500, measureMs: 1_000, peers: true, full: false };
/** In CI it has to be over soon; of the bare loops it takes the one that most people would write. */
const CHECK: Plan = {
  rounds: 2,
  settleMs: 200,
  measureMs: 500,
  peers: false,
  full: false,
  only: /^(?!bare .*, index )/,
};
/** Where the check looks again it looks longer. */
const AGAIN: Plan = { ...CHECK, rounds: 5 };
/** How often a ratio has to be found fallen. */
const LOOKS = 3;

const QUICK_ROWS = [1, 2, 3, 5];
const CHECKED_ROWS = [1, 2, 5];

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      table: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true },
      database: { type: 'string', default: 'auto' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  if (values.table) return printTables(positionals.length > 0 ? positionals : recordedFiles());
  if (values.record && values.only !== undefined)
    throw new Error('--record keeps whole rows, without --only');
  const plan = adapted(values.check ? CHECK : values.quick ? QUICK : FULL, values);
  const rows = chosen(
    values.row?.map(Number) ?? (values.check ? CHECKED_ROWS : values.quick ? QUICK_ROWS : []),
  );
  const database = values.database === 'python' ? 'python' : 'auto';
  const report = await measure(plan, rows, database);
  write(path.join(CACHE, 'bench-results', `${new Date().toISOString().replaceAll(':', '-')}.json`), report);
  if (values.record) write(baselineFile(report.database), combined(recordedWith(report.database), report));
  return values.check ? check(report, database) : 0;
}

/** Other load may have hit one side of a ratio: only what is seen at every look counts. @returns the exit code */
async function check(report: Report, database: DatabaseChoice): Promise<number> {
  let fallen = stepsBack(report);
  for (let look = 1; look < LOOKS && fallen.length > 0; look++) {
    console.log(`\nonce more: ${fallen.map(({ text }) => text).join('; ')}`);
    const again = await measure(AGAIN, chosen(fallen.map(({ row }) => row)), database);
    fallen = stepsBack(again).filter(({ of, to }) => fallen.some((s) => s.of === of && s.to === to));
  }
  for (const { text } of fallen) console.error(text);
  return fallen.length === 0 ? 0 : 1;
}

function printTables(files: readonly string[]): number {
  const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
  console.log(reports.map(toMarkdown).join('\n\n'));
  return 0;
}

function adapted(plan: Plan, options: { seconds?: string; rounds?: string; only?: string }): Plan {
  return {
    ...plan,
    ...(options.seconds === undefined ? {} : { measureMs: 1000 * positive('seconds', options.seconds) }),
    ...(options.rounds === undefined ? {} : { rounds: Math.ceil(positive('rounds', options.rounds)) }),
    ...(options.only === undefined ? {} : { only: new RegExp(options.only) }),
  };
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new Error(`--${option} ${value}: more than 0 is needed`);
  return number;
}

/** @returns the rows with these numbers, all of them when there are none */
function chosen(numbers: readonly number[]): Row[] {
  const rows = ROWS.filter(({ row }) => numbers.length === 0 || numbers.includes(row));
  if (rows.length === 0) throw new Error(`there is no row ${numbers.join(', ')}`);
  return rows;
}

async function measure(plan: Plan, rows: readonly Row[], choice: DatabaseChoice): Promise<Report> {
  const services = await Services.start(choice);
  const results: MeasuredRow[] = [];
  try {
    console.log(`database: ${services.database.name}; ${plan.rounds} rounds`);
    for (const row of rows) {
      console.log(`\nrow ${row.row}: ${row.title}`);
      results.push(await runRow(row, plan, services));
    }
  } finally {
    await services.stop();
  }
  for (const result of results) console.log(formatRow(result));
  if (process.env.BENCH_PROFILE !== undefined)
    console.log(describeProfiles(process.env.BENCH_PROFILE).join('\n'));
  return { machine: describeMachine(), database: services.database.name, rows: results };
}

async function runRow(row: Row, plan: Plan, services: Services): Promise<MeasuredRow> {
  const since = machineUsage();
  const workshop = await Workshop.open();
  try {
    const result = await row.run({ plan, services, workshop, say: console.log });
    const others = othersSince(since);
    const seconds = Math.round((Date.now() - since.at) / 1000);
    console.log(`  took ${seconds} s; others used ${Math.round(others * 100)} % of the processors meanwhile`);
    const measured = {
      date: new Date().toISOString(),
      commit: describeCommit(),
      rounds: plan.rounds,
      others: Number(others.toFixed(3)),
    };
    return { ...result, measured };
  } finally {
    await workshop.close();
  }
}

function write(file: string, report: Report): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${path.relative('', file)}`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
