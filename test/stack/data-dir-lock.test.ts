import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DataDirLock } from '../../stack/data-dir-lock';
import { withTempDir } from '../support/temp-dir';

const LOCK = path.join(__dirname, '..', '..', 'stack', 'data-dir-lock.ts');

describe('the lock of a data directory', () => {
  it('is held by one, named with its process, and free again when that one lets go', async () => {
    await withTempDir(async (dir) => {
      const data = path.join(dir, 'datos ñ');
      const lock = await DataDirLock.take(data);
      await assert.rejects(
        DataDirLock.take(data),
        new RegExp(
          `^SettingError: DATA_DIR: .*datos ñ is in use by process ${process.pid}, another npm start`,
        ),
      );
      for (const place of [data, path.join(data, 'in-use')])
        assert.equal((await stat(place)).mode & 0o077, 0, `others may enter or read ${place}`);
      lock.release();
      assert.deepEqual(readdirSync(data), []);
      (await DataDirLock.take(data)).release();
    });
  });

  it('counts for nothing once its process is gone, also when another one has got its number', async () => {
    await withTempDir(async (dir) => {
      const child = spawn(process.execPath, [
        ...['--require', 'tsx/cjs', '-e'],
        `require(${JSON.stringify(LOCK)}).DataDirLock.take(${JSON.stringify(dir)})
           .then(() => { console.log('taken'); setInterval(() => {}, 1000); });`,
      ]);
      await once(child.stdout, 'data');
      await assert.rejects(DataDirLock.take(dir), new RegExp(`in use by process ${child.pid}`));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const left = await readFile(path.join(dir, 'in-use'), 'utf8');
      (await DataDirLock.take(dir)).release();
      // As if the number had gone round.
      await writeFile(path.join(dir, 'in-use'), left.replace(`"pid":${child.pid}`, `"pid":${process.pid}`));
      if (left.includes('"started"')) (await DataDirLock.take(dir)).release();
    });
  });

  it('is given to one of many that find a stale one', async () => {
    await withTempDir(async (dir) => {
      await writeFile(path.join(dir, 'in-use'), JSON.stringify({ pid: 2 ** 22 + 1, host: os.hostname() }));
      const taken = await Promise.allSettled(Array.from({ length: 20 }, () => DataDirLock.take(dir)));
      const locks = taken.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      assert.equal(locks.length, 1);
      locks[0]?.release();
    });
  });

  it('of another machine holds while that one touches it', async () => {
    await withTempDir(async (dir) => {
      const file = path.join(dir, 'in-use');
      await writeFile(file, JSON.stringify({ pid: 1, host: 'another.machine' }));
      await assert.rejects(DataDirLock.take(dir), /in use by process 1 on another\.machine/);
      const before = new Date(Date.now() - 60_000);
      await utimes(file, before, before);
      (await DataDirLock.take(dir)).release();
    });
  });

  it('is no obstacle when a crash has left half of it', async () => {
    await withTempDir(async (dir) => {
      await writeFile(path.join(dir, 'in-use'), '{"pid":1,"ho');
      (await DataDirLock.take(dir)).release();
      assert.ok(!existsSync(path.join(dir, 'in-use')));
    });
  });

  it('can be had in no folder that is a file', async () => {
    await withTempDir(async (dir) => {
      const file = path.join(dir, 'file');
      await writeFile(file, '');
      await assert.rejects(DataDirLock.take(file), /^SettingError: DATA_DIR: .*file is not a folder/);
      await mkdir(path.join(dir, 'folder'));
      await assert.rejects(DataDirLock.take(path.join(file, 'below')), /is not a folder/);
    });
  });
});
