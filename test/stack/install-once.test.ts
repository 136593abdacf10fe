import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from '../../stack/install-once';
import { withTempDir } from '../support/temp-dir';

describe('setting up a program', () => {
  it('is done once', async () => {
    await withTempDir(async (dir) => {
      const folder = path.join(dir, 'program');
      const fill = (place: string) => writeFile(path.join(place, 'file'), 'x');
      assert.equal(await installOnce(folder, fill), true);
      assert.equal(await installOnce(folder, () => Promise.reject(new Error('again'))), false);
      assert.deepEqual(readdirSync(dir), ['program']);
    });
  });

  it('leaves nothing half done when it fails', async () => {
    await withTempDir(async (dir) => {
      const folder = path.join(dir, 'program');
      const fill = async (place: string) => {
        await writeFile(path.join(place, 'file'), 'x');
        throw new Error('no network');
      };
      await assert.rejects(installOnce(folder, fill), /no network/);
      assert.deepEqual(readdirSync(dir), []);
    });
  });

  it('removes what a killed one left, but not what another one is doing', async () => {
    await withTempDir(async (dir) => {
      const folder = path.join(dir, 'program');
      // 2^22 is the greatest process id that Linux gives.
      await mkdir(`${folder}.partial-${2 ** 22 + 1}`);
      await mkdir(`${folder}.partial-${process.ppid}`);
      await installOnce(folder, () => Promise.resolve());
      assert.deepEqual(readdirSync(dir).sort(), ['program', `program.partial-${process.ppid}`]);
    });
  });

  it('is content with what another process has set up meanwhile', async () => {
    await withTempDir(async (dir) => {
      const folder = path.join(dir, 'program');
      const fill = async () => {
        await mkdir(folder);
        await writeFile(path.join(folder, 'theirs'), 'x');
      };
      assert.equal(await installOnce(folder, fill), false);
      assert.ok(existsSync(path.join(folder, 'theirs')));
      assert.deepEqual(readdirSync(dir), ['program']);
    });
  });
});
