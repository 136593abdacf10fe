import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { newReadingId } from '../../nodes/shared/reading-id';
import { Database } from '../../stack/database/database';
import { reading, record, TestSink } from '../nodes/mongo-sink/support';
import { MongoProxy, refusal, refusalOfEach, type ProxiedCommand, type Reply } from '../support/mongo-proxy';
import { until } from '../support/until';
import { size } from './support/size';

/**
 * What real servers answer in a bad hour: MongoDB while it starts, elects, moves data or has too much to do; DocumentDB's
 * gateway when its database is gone (1); Cosmos DB when its request units are used up (16500, 2); mongos (82); codes that
 * are about documents, and one that nobody knows.
 */
const CODES = [
  1, 2, 8, 9, 13, 14, 18, 20, 59, 64, 82, 112, 121, 150, 189, 211, 272, 279, 301, 355, 402, 406, 407, 412,
  433, 449, 450, 453, 462, 8_000, 10_107, 10_334, 11_000, 11_600, 14_031, 16_500, 50_915, 91_331, 987_654,
  10_045_600,
];

const WAYS: Record<string, (command: ProxiedCommand, code: number) => Reply> = {
  'every command': (_, code) => refusal(code),
  'every insertion of readings': (command, code) => (isOfReadings(command) ? refusal(code) : undefined),
  'each document': (command, code) => (isOfReadings(command) ? refusalOfEach(command, code) : undefined),
};

const badSeconds = size(20, 8);
/** That a reading waits while a bad hour goes on, and is sent before, in and after it. */
const READINGS = 60;

function isOfReadings({ name, target }: ProxiedCommand): boolean {
  return name === 'insert' && target === 'datos';
}

/** A sink behind a proxy of its own, in a database of its own. */
class Case {
  readonly sink: TestSink;
  readonly sent: string[] = [];
  settled = 0;
  refused = 0;

  private constructor(
    readonly code: number,
    readonly proxy: MongoProxy,
    readonly database: string,
  ) {
    this.sink = new TestSink({ uri: proxy.uri, name: database }, { summaries: false });
  }

  static async start(code: number, uri: string, database: string): Promise<Case> {
    const one = new Case(code, await MongoProxy.start(uri), database);
    await one.send(1);
    return one;
  }

  async send(count: number): Promise<void> {
    const results = Array.from({ length: count }, () => {
      const id = newReadingId();
      const message = record(reading(`nodo_${this.sent.length % 5}`, this.sent.length), this.sent.length, id);
      this.sent.push(id);
      return this.sink.store(message);
    });
    for (const { rejected } of await Promise.all(results)) {
      this.settled++;
      this.refused += rejected.length;
    }
  }

  async stop(): Promise<void> {
    await this.sink.close();
    await this.proxy.stop();
  }
}

describe('15. The database answers everything with an error for a while', function () {
  this.timeout(600_000);
  let dir: string;
  let server: Database;
  let client: MongoClient;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'database-answers-'));
    server = await Database.prepare({ dir });
    await server.start();
    client = await MongoClient.connect(server.uri);
  });

  after(async () => {
    await client.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  for (const [way, answer] of Object.entries(WAYS)) {
    it(`${way}, with each of ${CODES.length} codes for ${badSeconds} s: all is stored once, nothing put aside`, async () => {
      const cases: Case[] = [];
      try {
        for (const code of CODES)
          cases.push(await Case.start(code, server.uri, `codes-${Object.keys(WAYS).indexOf(way)}-${code}`));
        for (const { proxy, code } of cases) proxy.reply = (command) => answer(command, code);
        const storing = cases.map(async (each) => {
          const parts = [each.send(READINGS / 2)];
          await sleep(badSeconds * 500);
          parts.push(each.send(READINGS / 2));
          await Promise.all(parts);
        });
        await sleep(badSeconds * 1_000);
        for (const { sink, code } of cases) {
          const told = sink.states.some(({ state }) => state === 'waiting');
          assert.ok(told, `nothing was told of code ${code}`);
        }
        for (const { proxy } of cases) proxy.reply = () => undefined;
        await until(
          'all to be settled',
          () => cases.every(({ settled, sent }) => settled === sent.length),
          120_000,
        ).catch((error: unknown) => {
          const open = cases.filter(({ settled, sent }) => settled < sent.length);
          throw new Error(`not settled: codes ${open.map(({ code }) => code).join(' ')}`, { cause: error });
        });
        await Promise.all(storing);
        for (const { code, database, sent, refused } of cases) {
          const db = client.db(database);
          const stored = await db.collection<{ readingId: string }>('datos').find().toArray();
          const aside = await db.collection('rechazados').countDocuments();
          const ids = stored.map(({ readingId }) => readingId).sort();
          assert.deepEqual([ids, refused, aside], [sent.toSorted(), 0, 0], `code ${code}`);
          await until('the nodes', async () => (await db.collection('nodos').countDocuments()) === 5);
        }
      } finally {
        await Promise.all(cases.map((each) => each.stop()));
      }
    });
  }
});
