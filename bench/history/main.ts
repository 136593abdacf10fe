/**
 * Measures the dashboard's series over a growing history: what a year costs beside an hour, and whether either costs
 * more when ten or a hundred times as much is stored.
 *
 *   node --import tsx bench/history/main.ts                           the embedded database, 10 and 100 thousand readings
 *   --database rust | python                                          rust: secantusd-rs, which has to be on the PATH
 *   --sizes 10000,100000,1000000    --rounds 15    --memory 3000      readings; rounds; a cap in MB of the server's memory
 *
 * 100 sensor nodes send each 315 s; one more sends each 3 s for a day. Questions take turns, so that ratios hold on a
 * machine that does other work as well; times are the catalog's own, from the request to the answer.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MongoClient, type Db } from 'mongodb';
import { backfill } from '../../nodes/mongo-sink/backfill';
import { ensureMarksIndexes, historyDatabase } from '../../nodes/mongo-sink/history-database';
import { Marks } from '../../nodes/mongo-sink/marks';
import { DAY_MS, HOUR_MS, hourOf } from '../../nodes/shared/summary-chunks';
import { NodeIndex } from '../../nodes/topic-catalog/nodes';
import { Readings } from '../../nodes/topic-catalog/readings';
import { readRequest, type NodesRequest, type SeriesRequest } from '../../nodes/topic-catalog/requests';
import { Series } from '../../nodes/topic-catalog/series';
import { Summaries } from '../../nodes/topic-catalog/summaries';
import { Database } from '../../stack/database/database';
import { DENSE_NODE, NODES, denseReadings, sparseReadings, type GeneratedReading } from './generator';

const NAMES = { collection: 'datos', nodesCollection: 'nodos' };
const BATCH = 2_000;

interface Options {
  database: string;
  sizes: number[];
  rounds: number;
  memoryMB: number;
}

/** Milliseconds of each round, by question. */
type Times = Map<string, number[]>;

async function main({ database: choice, sizes, rounds, memoryMB }: Options): Promise<void> {
  if (choice === 'python') process.env.PATH = withoutRust();
  const dir = await mkdtemp(path.join(os.tmpdir(), 'bench-history-'));
  const database = await Database.prepare({ dir, report: console.log });
  await database.start();
  const { pid } = database.process;
  if (pid === undefined) throw new Error('the database has no process');
  execFileSync('prlimit', ['--pid', String(pid), `--as=${memoryMB * 1024 * 1024}`]);
  const client = await MongoClient.connect(database.uri);
  try {
    console.log(
      `${database.name}, memory capped at ${memoryMB} MB; ${rounds} rounds in turn, ms: median (quartiles)`,
    );
    const now = Date.now();
    const db = client.db('datos');
    await prepare(db);
    await load(db, denseReadings(now));
    let loaded = 0;
    const rows: { size: number; times: Times }[] = [];
    for (const size of sizes) {
      const begun = performance.now();
      await load(db, sparseReadings(now, loaded, size));
      const loadedIn = performance.now() - begun;
      await summarise(db, now);
      const summarisedIn = performance.now() - begun - loadedIn;
      const times = await ask(db, now, rounds);
      rows.push({ size, times });
      const rss = Math.round(residentMB(pid));
      console.log(
        `${size} readings: loaded at ${Math.round(((size - loaded) / loadedIn) * 1000)}/s, ` +
          `all summarised in ${(summarisedIn / 1000).toFixed(1)} s, ${rss} MB`,
      );
      for (const [question, ms] of times) console.log(`  ${question.padEnd(28)}${spread(ms)}`);
      loaded = size;
    }
    report(rows);
  } finally {
    await client.close();
    await database.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function prepare(db: Db): Promise<void> {
  await db.collection('datos').createIndex({ nodo: 1, _id: -1 });
  await db.collection('nodos').createIndex({ nodo: 1 }, { unique: true });
  await ensureMarksIndexes(historyDatabase(db, NAMES));
  const nodos = [...NODES, DENSE_NODE].map((nodo) => ({ nodo, ts: new Date(), valores: {} }));
  await db.collection('nodos').insertMany(nodos);
}

async function load(db: Db, readings: Iterable<GeneratedReading>): Promise<void> {
  let batch: GeneratedReading[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0)
      await db.collection<GeneratedReading>('datos').insertMany(batch, { ordered: false });
    batch = [];
  };
  for (const reading of readings) if (batch.push(reading) >= BATCH) await flush();
  await flush();
}

/** All that is over by the month, as a first start does; the open hour is marked, as storing it does. */
async function summarise(db: Db, now: number): Promise<void> {
  const history = historyDatabase(db, NAMES);
  await history.coverage.deleteMany({});
  const { signal } = new AbortController();
  await backfill(history, () => undefined, signal);
  const marks = new Marks({
    collection: () => Promise.resolve(history.marks),
    onWaiting: (error) => {
      throw error;
    },
  });
  const open = Array.from(denseReadings(now)).filter(({ ts }) => ts.getTime() >= hourOf(now));
  await marks.mark(open, signal);
}

/** Each question in turn, to a catalog that has answered nothing yet. */
async function ask(db: Db, now: number, rounds: number): Promise<Times> {
  const source = { description: 'bench', ...NAMES, db: () => Promise.resolve(db) };
  const readings = new Readings(source);
  const [sparse = ''] = NODES;
  const closed = hourOf(now);
  const questions: Record<string, { nodo: string; [field: string]: unknown }> = {
    'hour, each 315 s': { nodo: sparse, from: closed - 2 * HOUR_MS, to: closed - HOUR_MS },
    'year, each 315 s': { nodo: sparse, from: closed - 365 * DAY_MS, to: closed },
    'hour, each 3 s': { nodo: DENSE_NODE, from: closed - 2 * HOUR_MS, to: closed - HOUR_MS },
    'hour until now, each 3 s': { nodo: DENSE_NODE, recent: HOUR_MS },
    'year until now, each 3 s': { nodo: DENSE_NODE, recent: 365 * DAY_MS },
    'month, each 315 s': { nodo: sparse, from: closed - 30 * DAY_MS, to: closed },
    'last 10': { nodo: sparse, last: 10 },
  };
  const samples = new Map<string, number[]>();
  const measure = async (name: string, question: () => Promise<unknown>): Promise<void> => {
    const begun = performance.now();
    await question();
    samples.set(name, [...(samples.get(name) ?? []), performance.now() - begun]);
  };
  for (let round = 0; round < rounds; round++) {
    for (const [name, payload] of Object.entries(questions)) {
      const index = new NodeIndex(readings, 5);
      await index.find(payload.nodo);
      const series = new Series(readings, index, new Summaries(source));
      await measure(name, () => series.answer(readRequest('series', payload) as SeriesRequest));
    }
    const index = new NodeIndex(readings, 5);
    await measure('list of nodes', () => index.page(readRequest('nodes', {}) as NodesRequest));
  }
  return samples;
}

function report(rows: readonly { size: number; times: Times }[]): void {
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last) return;
  // Of the same round, so that what else the machine was doing is in both.
  const ratios = (times: Times, a: string, b: string): string =>
    spread((times.get(a) ?? []).map((ms, round) => ms / (times.get(b)?.[round] ?? NaN)));
  for (const { size, times } of rows) {
    console.log(`${size} readings: a year costs`);
    console.log(`  ${ratios(times, 'year, each 315 s', 'hour, each 3 s')} x an hour of a reading each 3 s`);
    console.log(
      `  ${ratios(times, 'year, each 315 s', 'hour, each 315 s')} x an hour of a reading each 315 s`,
    );
    const dense = ratios(times, 'year until now, each 3 s', 'hour until now, each 3 s');
    console.log(`  ${dense} x the hour until now, both of a reading each 3 s`);
  }
  for (const [question, times] of last.times) {
    const growth = quartiles(times)[1] / quartiles(first.times.get(question) ?? [])[1];
    console.log(`${question.padEnd(28)}${growth.toFixed(2)} x at ${last.size} of ${first.size}`);
  }
}

/** @returns median and quartiles, as a text */
function spread(values: readonly number[]): string {
  const [low, middle, high] = quartiles(values).map((value) => value.toFixed(value < 10 ? 2 : 1));
  return `${middle} (${low} to ${high})`;
}

function quartiles(values: readonly number[]): [number, number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.round((sorted.length - 1) * part)] ?? NaN;
  return [at(0.25), at(0.5), at(0.75)];
}

function residentMB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function withoutRust(): string {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.filter((folder) => !/secantusd|\brs\b/.test(folder)).join(path.delimiter);
}

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'rust' },
    sizes: { type: 'string', default: '10000,100000' },
    rounds: { type: 'string', default: '15' },
    memory: { type: 'string', default: '3000' },
  },
});
void main({
  database: values.database,
  sizes: values.sizes.split(',').map(Number),
  rounds: Number(values.rounds),
  memoryMB: Number(values.memory),
});
