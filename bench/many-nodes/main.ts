/**
 * What very many sensor nodes cost: readings a second into the database, and the first answers of the list of nodes.
 *
 *     node --import tsx bench/many-nodes/main.ts [--nodes 1000,100000,300000] [--seconds 20] [--database python]
 *
 * Every node sends in turn, so that none is seen twice before all others: the case in which no memory helps. The nodes are
 * stored once each first (that rate is shown apart), then it is measured. Ratios are to the first number of nodes. Beside
 * it, the same readings by insertMany alone, with the index by which pages find a node's: what no sink can be ahead of.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { newReadingId } from '../../nodes/shared/reading-id';
import { NodeList } from '../../nodes/topic-catalog/node-list';
import { MAX_LISTED, NodeIndex } from '../../nodes/topic-catalog/nodes';
import { Readings } from '../../nodes/topic-catalog/readings';
import { readRequest, type NodesRequest } from '../../nodes/topic-catalog/requests';
import { Database } from '../../stack/database/database';
import { TestSink } from '../../test/nodes/mongo-sink/support';
import { memoryMB } from '../support/process-usage';
import { RUST_DATABASE } from '../support/services';

const BATCH = 500;
/** Messages of a batch that the sink has at a time, as kafka-consumer hands them on. */
const IN_FLIGHT = 6;
/** A step through the nodes in which none comes again before all others have. */
const STRIDE = 7_919;

interface Figures {
  nodes: number;
  first: number;
  rate: number;
  cpu: number;
  loopMs: number;
  gcMs: number;
  memoryMB: number;
  /** readings a second by insertMany alone */
  bare: number;
  pages: { what: string; ms: number; cpuMs: number; loopMs: number }[];
}

interface Fed {
  value: { nodo: string };
  offset: string;
  timestamp: number;
  readingId: string;
}

class Load {
  private next = 0;
  stored = 0;

  constructor(
    private readonly nodes: number,
    private readonly store: (elements: readonly Fed[]) => Promise<unknown>,
  ) {}

  /** Sends until so many are stored or the time is over. */
  async run(count: number, milliseconds: number): Promise<number> {
    const end = performance.now() + milliseconds;
    const before = this.stored;
    let handed = 0;
    const lane = async (): Promise<void> => {
      while (handed < count && performance.now() < end) {
        const size = Math.min(BATCH, count - handed);
        handed += size;
        await this.store(this.elements(size));
        this.stored += size;
      }
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    return ((this.stored - before) / (performance.now() - begun)) * 1_000;
  }

  private elements(size: number): Fed[] {
    return Array.from({ length: size }, () => {
      const offset = this.next++;
      const nodo = `comuna_${(offset * STRIDE) % this.nodes}`;
      const value = { nodo, humedad: 60, temperatura: 26, sensacion: 26.92732, radiacion: 1997.07 };
      return { value, offset: String(offset), timestamp: Date.now(), readingId: newReadingId() };
    });
  }
}

/** As kafka-consumer hands them on in batch mode. */
function messageOf(elements: readonly Fed[]): Parameters<TestSink['store']>[0] {
  return {
    payload: elements.map(({ value }) => value),
    topic: 'Prueba',
    kafka: {
      topic: 'Prueba',
      partition: 0,
      firstOffset: elements[0]?.offset ?? '0',
      lastOffset: elements.at(-1)?.offset ?? '0',
      records: elements.map(({ offset, timestamp, readingId }) => ({
        key: null,
        offset,
        timestamp,
        headers: {},
        readingId,
      })),
    },
  };
}

/** @returns readings a second, the nodes in turn */
async function measureBare(client: MongoClient, nodes: number, milliseconds: number): Promise<number> {
  const db = client.db(`bare_${nodes}`);
  const readings = db.collection('datos');
  await readings.createIndex({ nodo: 1, _id: -1 });
  const load = new Load(nodes, (elements) =>
    readings.insertMany(
      elements.map(({ value, timestamp, readingId }) => ({
        ...value,
        ts: new Date(timestamp),
        topic: 'Prueba',
        readingId,
      })),
      { ordered: false },
    ),
  );
  await load.run(nodes, 3_600_000);
  const rate = await load.run(Number.MAX_SAFE_INTEGER, milliseconds);
  await db.dropDatabase();
  return rate;
}

async function measure(uri: string, nodes: number, milliseconds: number): Promise<Figures> {
  const name = `many_${nodes}`;
  const sink = new TestSink({ uri, name });
  const load = new Load(nodes, (elements) => sink.store(messageOf(elements)));
  const first = await load.run(nodes, 3_600_000);
  let gcMs = 0;
  const collected = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs = Math.max(gcMs, duration);
  });
  collected.observe({ entryTypes: ['gc'] });
  const loop = monitorEventLoopDelay({ resolution: 2 });
  loop.enable();
  const used = process.cpuUsage();
  const before = load.stored;
  const rate = await load.run(Number.MAX_SAFE_INTEGER, milliseconds);
  const { user, system } = process.cpuUsage(used);
  loop.disable();
  collected.disconnect();
  const figures = {
    nodes,
    first,
    rate,
    cpu: (user + system) / (load.stored - before),
    loopMs: loop.max / 1e6,
    gcMs,
    memoryMB: memoryMB(process.pid),
  };
  await sink.close();
  if (sink.troubles.length > 0) console.log(sink.troubles);
  const client = await new MongoClient(uri).connect();
  const pages = await askPages(client, name, nodes);
  await client.db(name).dropDatabase();
  const bare = await measureBare(client, nodes, milliseconds);
  await client.close();
  return { ...figures, bare, pages };
}

async function askPages(client: MongoClient, name: string, nodes: number): Promise<Figures['pages']> {
  const source = {
    description: name,
    collection: 'datos',
    nodesCollection: 'nodos',
    db: () => Promise.resolve(client.db(name)),
  };
  const index = new NodeIndex(new Readings(source), new NodeList(source), 5);
  const pages: Figures['pages'] = [];
  const ask = async (what: string, payload: object): Promise<string | null | undefined> => {
    const loop = monitorEventLoopDelay({ resolution: 2 });
    loop.enable();
    const [begun, used] = [performance.now(), process.cpuUsage()];
    const answer = await index.page(readRequest('nodes', payload) as NodesRequest);
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(used);
    loop.disable();
    pages.push({ what, ms, cpuMs: (user + system) / 1_000, loopMs: loop.max / 1e6 });
    return answer.next;
  };
  const next = await ask('first page', {});
  await ask('first page again', {});
  await ask('next page', typeof next === 'string' ? { after: next } : { offset: 50 });
  await ask('page 20', { offset: 950 });
  await ask('search', { search: `comuna_${nodes - 1}` });
  await ask('search that finds many', { search: 'comuna_7' });
  await ask('of a topic, by name', { topic: 'Prueba' });
  return [...pages, ...(await askParts(new NodeList(source)))];
}

/** What the pages are put together from, one question at a time: which of them it is that takes the time. */
async function askParts(list: NodeList): Promise<Figures['pages']> {
  const pages: Figures['pages'] = [];
  const time = async <T>(what: string, question: () => Promise<T>): Promise<T> => {
    const loop = monitorEventLoopDelay({ resolution: 2 });
    loop.enable();
    const [begun, used] = [performance.now(), process.cpuUsage()];
    const answer = await question();
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(used);
    loop.disable();
    pages.push({ what: `part: ${what}`, ms, cpuMs: (user + system) / 1_000, loopMs: loop.max / 1e6 });
    return answer;
  };
  const all = { topic: undefined, beginnings: [] };
  const known: string[] = [];
  await time('whether the list is long', () =>
    list.forEach(MAX_LISTED + 1, ({ nodo }) => void known.push(String(nodo))),
  );
  list.learn(known);
  const names = await time('names of a page', () => list.names(all, undefined, 0, 51));
  await time('names of page 20', () => list.names(all, undefined, 950, 51));
  await time('values of a page', () => list.withValues(names));
  await time('count of a search', () => list.count({ topic: undefined, beginnings: ['comuna_7'] }, 1_000));
  await time('count of a topic', () => list.count({ topic: 'Prueba', beginnings: [] }, 1_000));
  await time('count of what no list holds', () => list.countUnlistable(1_000));
  return pages;
}

function print(figures: readonly Figures[]): void {
  const [base] = figures;
  console.log(
    '\n| nodes | stored for the first time, a second | readings a second | ratio | insertMany alone | ratio | us of CPU each | loop at most, ms | of that garbage | memory at most, MB |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const { nodes, first, rate, bare, cpu, loopMs, gcMs, memoryMB: mb } of figures)
    console.log(
      `| ${nodes} | ${first.toFixed(0)} | ${rate.toFixed(0)} | ${(rate / (base?.rate ?? rate)).toFixed(2)} | ${bare.toFixed(0)} | ${(bare / (base?.bare ?? bare)).toFixed(2)} | ${cpu.toFixed(0)} | ${loopMs.toFixed(0)} | ${gcMs.toFixed(0)} | ${mb.toFixed(0)} |`,
    );
  console.log(
    '\n| nodes | question | answer, ms | CPU of this process, ms | loop at most, ms |\n|---|---|---|---|---|',
  );
  for (const { nodes, pages } of figures)
    for (const { what, ms, cpuMs, loopMs } of pages)
      console.log(`| ${nodes} | ${what} | ${ms.toFixed(0)} | ${cpuMs.toFixed(0)} | ${loopMs.toFixed(0)} |`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '1000,100000,300000' },
      seconds: { type: 'string', default: '20' },
      database: { type: 'string', default: 'auto' },
    },
  });
  if (values.database === 'auto' && existsSync(RUST_DATABASE))
    process.env.PATH = `${RUST_DATABASE}${path.delimiter}${process.env.PATH ?? ''}`;
  const dir = await mkdtemp(path.join(os.tmpdir(), 'many-nodes-'));
  const database = await Database.prepare({ dir, report: console.log });
  await database.start();
  try {
    console.log(database.name);
    const all: Figures[] = [];
    for (const nodes of values.nodes.split(',').map(Number)) {
      all.push(await measure(database.uri, nodes, 1_000 * Number(values.seconds)));
      const [{ rate, first } = { rate: 0, first: 0 }] = all.slice(-1);
      console.log(`${nodes} nodes: first ${first.toFixed(0)}/s, then ${rate.toFixed(0)}/s`);
    }
    print(all);
  } finally {
    await database.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
