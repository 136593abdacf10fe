import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { newReadingId } from '../../../nodes/shared/reading-id';
import { Database } from '../../../stack/database/database';
import { until } from '../../support/until';
import { reading, record, TestSink } from './support';

describe('mongo-sink: a database that goes away', () => {
  let dir: string;
  let server: Database;
  let sink: TestSink | undefined;
  let client: MongoClient | undefined;

  beforeEach(async function () {
    this.timeout(300_000);
    dir = await mkdtemp(path.join(os.tmpdir(), 'mongo-sink-outage-'));
    server = await Database.prepare({ dir });
  });

  afterEach(async () => {
    await sink?.close();
    await client?.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const name = 'datos';
  const startSink = (): TestSink => (sink = new TestSink({ uri: server.uri, name }, { maxBatch: 50 }));

  const waitIsTold = ({ states }: TestSink) =>
    until('the wait to be told', () => states.at(-1)?.state === 'waiting');

  async function kill(): Promise<void> {
    const { exited } = server.process;
    server.process.kill('SIGKILL');
    await exited;
  }

  async function stored(): Promise<{ readingId: string }[]> {
    client = new MongoClient(server.uri);
    return client.db(name).collection<{ readingId: string }>('datos').find().toArray();
  }

  it('is waited for at the start; what came meanwhile is stored when it is there', async () => {
    const running = startSink();
    const settled = Array.from({ length: 120 }, (_, i) => running.store(record(reading('a', i), i)));
    await waitIsTold(running);
    assert.equal(running.troubles.length, 1);
    await server.start();
    const results = await Promise.all(settled);
    assert.ok(results.every(({ inserted }) => inserted === 1));
    assert.equal((await stored()).length, 120);
    assert.equal(running.states.at(-1)?.state, 'ready');
  });

  it('loses and doubles nothing when it is killed while readings are written', async function () {
    this.timeout(120_000);
    await server.start();
    const running = startSink();
    let next = 0;
    let settled = 0;
    const ids: string[] = [];
    const feed = (): void => {
      while (next - settled < 300) {
        const id = newReadingId();
        ids.push(id);
        void running.store(record(reading(`nodo_${next % 7}`, next), next++, id)).then(({ rejected }) => {
          assert.deepEqual(rejected, []);
          settled++;
        });
      }
    };
    const feeding = setInterval(feed, 5);
    try {
      for (let round = 0; round < 3; round++) {
        const goal = settled + 500;
        await until('readings to be stored', () => settled > goal, 30_000);
        await kill();
        const before = settled;
        await waitIsTold(running);
        await server.start();
        assert.equal(running.troubles.length, round + 1, String(running.troubles));
        await until('readings to be stored again', () => settled > before + 300, 30_000);
      }
    } finally {
      clearInterval(feeding);
    }
    await until('the last readings', () => settled === next, 30_000);
    const inDatabase = (await stored()).map(({ readingId }) => readingId);
    assert.equal(inDatabase.length, new Set(inDatabase).size, 'doubled');
    assert.deepEqual(inDatabase.sort(), ids.sort());
  });

  it('keeps no closing sink waiting', async () => {
    const running = startSink();
    void running.store(record(reading('a'), 1));
    await waitIsTold(running);
    const started = Date.now();
    await running.close();
    sink = undefined;
    assert.ok(Date.now() - started < 4_000);
  });
});
