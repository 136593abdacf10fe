/**
 * Measures the nodes against the bare drivers and against other nodes.
 *
 *   npm run bench                      everything, some 30 minutes
 *   npm run bench -- --quick           rows 1, 2, 3 and 5 in short, under 3 minutes
 *   npm run bench -- --row 1 --row 5   these rows alone
 *   npm run bench -- --check           fails when a ratio of rows 1, 2 or 5 is a third below the recorded one
 *   npm run bench -- --record          keeps this run as the one that --check compares with
 *   --only '48 part|^1 part'            of these rows, only the contenders whose names match
 *   --seconds 10                       how long each figure is measured, in place of 3 (1 in short runs)
 *   --rounds 3                         how often
 *   --database python                  the embedded database also where a faster one is at hand
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CACHE } from '../stack/paths';
import { ROWS } from './rows';
import { baselineFile, stepsBack } from './support/baseline';
import { describeMachine } from './support/machine';
import { formatRow, type Report } from './support/report';
import type { Plan, Row, RowResult } from './support/row';
import { Services } from './support/services';
import { Workshop } from './support/workshop';

const FULL: Plan = { rounds: 5, settleMs: 1_000, measureMs: 3_000, peers: true, full: true };
const QUICK: Plan = { rounds: 3, settleMs: 500, measureMs: 1_000, peers: true, full: false };
/** In CI it has to be over soon; of the bare loops it takes the one that most people would write. */
const CHECK: Plan = {
  rounds: 2,
  settleMs: 300,
  measureMs: 700,
  peers: false,
  full: false,
  only: /^(?!bare .*, index )/,
};

const QUICK_ROWS = [1, 2, 3, 5];
const CHECKED_ROWS = [1, 2, 5];

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true },
      database: { type: 'string', default: 'auto' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const plan = adapted(values.check ? CHECK : values.quick ? QUICK : FULL, values);
  const rows = chosen(
    values.row?.map(Number) ?? (values.check ? CHECKED_ROWS : values.quick ? QUICK_ROWS : []),
  );
  const database = values.database === 'python' ? 'python' : 'auto';
  const report = await measure(plan, rows, database);
  if (values.record) write(baselineFile(report.database), report);
  else write(path.join(CACHE, 'bench-results', `${report.date.replaceAll(':', '-')}.json`), report);
  if (!values.check) return 0;
  const suspects = stepsBack(report);
  if (suspects.length === 0) return 0;
  // Other load on the machine may have hit one side of a ratio: only what is seen twice counts.
  console.log(`once more: ${suspects.map(({ text }) => text).join('; ')}`);
  const again = await measure(plan, chosen(suspects.map(({ row }) => row)), database);
  const confirmed = stepsBack(again).filter(({ of, to }) => suspects.some((s) => s.of === of && s.to === to));
  for (const { text } of confirmed) console.error(text);
  return confirmed.length === 0 ? 0 : 1;
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

async function measure(plan: Plan, rows: readonly Row[], choice: 'auto' | 'python'): Promise<Report> {
  const [before = 0] = os.loadavg();
  const services = await Services.start(choice);
  const results: RowResult[] = [];
  try {
    console.log(`database: ${services.database.name}; ${plan.rounds} rounds; load ${before.toFixed(1)}`);
    for (const row of rows) {
      console.log(`\nrow ${row.row}: ${row.title}`);
      results.push(await runRow(row, plan, services));
    }
  } finally {
    await services.stop();
  }
  for (const result of results) console.log(formatRow(result));
  const [after = 0] = os.loadavg();
  const date = new Date().toISOString();
  return {
    date,
    machine: describeMachine(),
    database: services.database.name,
    load: [before, after],
    rows: results,
  };
}

async function runRow(row: Row, plan: Plan, services: Services): Promise<RowResult> {
  const workshop = await Workshop.open();
  try {
    return await row.run({ plan, services, workshop, say: console.log });
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
