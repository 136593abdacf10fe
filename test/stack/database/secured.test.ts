import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { Database } from '../../../stack/database/database';
import { signedIn, type DatabaseLogin } from '../../../stack/database/secured';
import { CommandLines } from '../../support/command-lines';
import { withTempDir } from '../../support/temp-dir';

const LOGIN: DatabaseLogin = { user: 'pipeline', password: 'no-one-may-see-this-3' };

async function withDatabase(
  dir: string,
  login: DatabaseLogin | undefined,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const database = await Database.prepare({ dir, ...(login === undefined ? {} : { login }), logs: dir });
  try {
    await database.start();
    await use(database.uri.replace(/\/\/.*@/, '//').replace('/?authSource=admin', ''));
  } finally {
    await database.stop();
  }
}

/** @throws (a rejection) where the database does not let it write and read */
async function use(uri: string): Promise<number> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    const collection = client.db('datos').collection('datos');
    await collection.insertOne({ n: 1 });
    return await collection.countDocuments();
  } finally {
    await client.close();
  }
}

/** @throws (a rejection) where the database does not let it look */
async function look(uri: string): Promise<unknown> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    return await client.db('datos').collection('datos').find().toArray();
  } finally {
    await client.close();
  }
}

const as = (address: string, changes: Partial<DatabaseLogin> = {}): string =>
  signedIn(address, { ...LOGIN, ...changes });

describe('the embedded database with a password', function () {
  this.timeout(120_000);

  it('lets in who has it, and nobody else', async () => {
    await withTempDir(async (dir) => {
      const commandLines = new CommandLines();
      await withDatabase(dir, LOGIN, async (address) => {
        assert.equal(await use(as(address)), 1);
        for (const attempt of [use, look]) {
          await assert.rejects(attempt(address), { code: 13 }, 'without a password');
          await assert.rejects(attempt(as(address, { password: 'wrong' })), { code: 18 });
          await assert.rejects(attempt(as(address, { user: 'other' })), { code: 18 });
        }
        const client = new MongoClient(address);
        const added = client.db('admin').command({ createUser: 'other', pwd: 'x', roles: ['root'] });
        await assert.rejects(added, { code: 13 }, 'adds a user');
        await client.close();
      });
      await withDatabase(dir, LOGIN, async (address) => {
        assert.equal(await use(as(address)), 2, 'also at the next start');
      });
      const seen = commandLines.stop();
      assert.ok(seen.some((line) => line.includes('make_user.py')));
      assert.deepEqual(
        seen.filter((line) => line.includes(LOGIN.password)),
        [],
      );
    });
  });

  it('takes over what was stored without, gives the user another one, and opens again', async () => {
    await withTempDir(async (dir) => {
      await withDatabase(dir, undefined, async (address) => assert.equal(await use(address), 1));
      await withDatabase(dir, LOGIN, async (address) => {
        await assert.rejects(use(address), { code: 13 });
        assert.equal(await use(as(address)), 2);
      });
      await withDatabase(dir, { ...LOGIN, password: 'another' }, async (address) => {
        await assert.rejects(use(as(address)), { code: 18 });
        assert.equal(await use(as(address, { password: 'another' })), 3);
      });
      await withDatabase(dir, undefined, async (address) => assert.equal(await use(address), 4));
    });
  });

  it("refuses, before it starts, to make users of another server's data", async () => {
    await withTempDir(async (dir) => {
      const bin = path.join(dir, 'bin');
      await mkdir(bin);
      await writeFile(path.join(bin, 'mongod'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      await writeFile(path.join(dir, 'made-by'), 'mongod');
      const before = process.env.PATH;
      process.env.PATH = `${bin}${path.delimiter}${before}`;
      try {
        await assert.rejects(
          Database.prepare({ dir, login: LOGIN }),
          /--secure: the data in .* was made by MongoDB/,
        );
      } finally {
        process.env.PATH = before;
      }
    });
  });
});
