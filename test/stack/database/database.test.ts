import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { Database, databaseAnswers } from '../../../stack/database/database';
import { Supervisor } from '../../../stack/process/supervisor';
import { withTempDir } from '../../support/temp-dir';
import { until } from '../../support/until';

describe('the embedded database', function () {
  this.timeout(60_000);

  it('keeps every write that it acknowledged when it is killed', async () => {
    await withTempDir(async (dir) => {
      const database = await Database.prepare({ dir });
      await database.start();
      let acknowledged = 0;
      await withClient(database, async (client) => {
        const collection = client.db('datos').collection('datos');
        database.process.once('exit', () => void client.close(true));
        setTimeout(() => database.process.kill('SIGKILL'), 1_000);
        // Ends with the error of the write that the kill interrupts.
        await assert.rejects(async () => {
          for (;;) {
            await collection.insertMany([{ n: acknowledged }, { n: acknowledged + 1 }]);
            acknowledged += 2;
          }
        });
      });
      assert.ok(acknowledged > 10, `${acknowledged} writes before the kill`);

      // The write fails with the socket, a moment before the process is gone.
      await database.process.exited;
      await database.start();
      await withClient(database, async (client) => {
        const found = await client.db('datos').collection('datos').find().toArray();
        const numbers = new Set(found.map(({ n }) => n as number));
        const lost = Array.from({ length: acknowledged }, (_, n) => n).filter((n) => !numbers.has(n));
        assert.deepEqual(lost, []);
      });
      await database.stop();
    });
  });

  it('is killed and started again on its data when it answers nobody any more', async () => {
    await withTempDir(async (dir) => {
      const said: string[] = [];
      const database = await Database.prepare({ dir, standstill: 1_000, report: (line) => said.push(line) });
      const supervisor = new Supervisor((line) => said.push(line), {
        initialDelay: 10,
        maxDelay: 10,
        stableAfter: 60_000,
      });
      try {
        await supervisor.run(database.process);
        const { pid } = database.process;
        database.process.kill('SIGSTOP');
        await until('another process', () => database.process.running && database.process.pid !== pid);
        await until('it to answer', () => databaseAnswers(database.uri));
        assert.ok(
          said.some((line) => line.includes('has answered nobody for 1 s')),
          said.join('\n'),
        );
      } finally {
        await supervisor.stop();
      }
    });
  });

  it('goes on with the server that has made its data', async () => {
    await withTempDir(async (dir) => {
      await Database.prepare({ dir });
      await writeFile(path.join(dir, 'made-by'), 'secantusd-py');
      assert.equal((await Database.prepare({ dir })).name, 'SecantusDB');
      await writeFile(path.join(dir, 'made-by'), 'mongod');
      const { PATH } = process.env;
      process.env.PATH = '';
      try {
        await assert.rejects(Database.prepare({ dir }), /was made by mongod, which is not on the PATH now/);
      } finally {
        process.env.PATH = PATH;
      }
    });
  });
});

async function withClient(database: Database, use: (client: MongoClient) => Promise<void>): Promise<void> {
  const client = new MongoClient(database.uri, { serverSelectionTimeoutMS: 3_000 });
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.close();
  }
}
