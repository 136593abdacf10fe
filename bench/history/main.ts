/**
 * Measures what the dashboard's pages cost over a growing history: a year beside an hour, and whether anything costs more
 * when a thousand times as much is stored.
 *
 *   node --import tsx bench/history/main.ts                    10 thousand to a million readings
 *   --sizes 10000,1000000,10000000                             readings
 *   --rounds 25
 *   --memory 3000                                              a cap in MB of each database server's memory
 *   --database python                                          also where the Rust build is at hand
 *   --record                                                   keeps the result in bench/results/
 *
 * 100 sensor nodes over a year, of which some send each 3 s in the last hours (generator.ts). Each history stands in a
 * database of its own, beside a Kafka with as many records (two million at most). Questions take turns, and the histories with each question,
 * so that ratios hold on a machine that does other work as well.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CACHE, ROOT } from '../../stack/paths';
import { describeMachine } from '../support/machine';
import { RUST_DATABASE } from '../support/services';
import { GeneratedHistory } from './generator';
import { questionsAt } from './questions';
import { formatReport, type HistoryReport, type SizeResult } from './report';
import { StoredHistory } from './stored-history';

interface Options {
  database: string;
  sizes: number[];
  rounds: number;
  memory: number;
  record: boolean;
}

interface Subject {
  stored: StoredHistory;
  result: SizeResult;
}

async function main({ database, sizes, rounds, memory, record }: Options): Promise<void> {
  if (database !== 'python' && existsSync(RUST_DATABASE)) {
    process.env.PATH = `${RUST_DATABASE}${path.delimiter}${process.env.PATH ?? ''}`;
  }
  const dir = await mkdtemp(path.join(os.tmpdir(), 'bench-history-'));
  const now = Date.now();
  const subjects: Subject[] = [];
  try {
    for (const size of sizes) {
      const stored = await StoredHistory.start(path.join(dir, String(size)), memory);
      const result = { ...emptyResult(), questions: {} };
      subjects.push({ stored, result });
      Object.assign(result, await stored.load(new GeneratedHistory(now, size)));
      const { readings, seconds, checked } = result;
      console.log(
        `${stored.databaseName}: ${readings} readings stored and summarised in ${seconds.toFixed(0)} s; ` +
          `${checked.different} of ${checked.hours} hours become different when they are summarised again`,
      );
    }
    const before = os.loadavg()[0] ?? NaN;
    await ask(subjects, now, rounds);
    const report: HistoryReport = {
      date: new Date().toISOString(),
      machine: describeMachine(),
      database: subjects[0]?.stored.databaseName ?? '',
      memoryCapMB: memory,
      rounds,
      load: [before, os.loadavg()[0] ?? NaN],
      sizes: subjects.map(({ stored, result }) => ({ ...result, memory: stored.memory })),
    };
    console.log(formatReport(report));
    write(report, record);
  } finally {
    await Promise.all(subjects.map(({ stored }) => stored.stop()));
    await rm(dir, { recursive: true, force: true });
  }
}

function emptyResult(): SizeResult {
  return {
    readings: 0,
    records: 0,
    seconds: 0,
    checked: { hours: 0, different: 0 },
    memory: { nowMB: 0, peakMB: 0 },
    questions: {},
  };
}

async function ask(subjects: readonly Subject[], now: number, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const question of questionsAt(now)) {
      // Each history is the first one as often as any other.
      const turn = round % subjects.length;
      for (const { stored, result } of [...subjects.slice(turn), ...subjects.slice(0, turn)]) {
        const { answer, database } = await stored.ask(question);
        const times = (result.questions[question.name] ??= { answer: [], database: [] });
        times.answer.push(answer);
        times.database.push(database);
      }
    }
  }
}

function write(report: HistoryReport, record: boolean): void {
  const name = report.database.includes('Rust') ? 'history-rust' : 'history-python';
  const file = record
    ? path.join(ROOT, 'bench/results', `${name}.json`)
    : path.join(CACHE, 'bench-results', `${name}-${report.date.replaceAll(':', '-')}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(rounded(report), null, 2)}\n`);
  console.log(`\n${path.relative('', file)}`);
}

/** To microseconds: what is finer is noise. */
function rounded(report: HistoryReport): HistoryReport {
  return JSON.parse(
    JSON.stringify(report, (_key, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value,
    ),
  ) as HistoryReport;
}

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'auto' },
    sizes: { type: 'string', default: '10000,100000,1000000' },
    rounds: { type: 'string', default: '25' },
    memory: { type: 'string', default: '3000' },
    record: { type: 'boolean', default: false },
  },
});
void main({
  database: values.database,
  sizes: values.sizes.split(',').map(Number),
  rounds: Number(values.rounds),
  memory: Number(values.memory),
  record: values.record,
});
