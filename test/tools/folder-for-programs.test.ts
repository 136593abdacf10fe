import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import { CACHE } from '../../stack/paths';
import { folderForPrograms } from '../../tools/folder-for-programs';
import { skip } from '../support/skip';
import { withTempDir } from '../support/temp-dir';

describe('the folder in which tests put programs', () => {
  it('is the one for temporary files, and nothing is left there', async () => {
    await withTempDir((dir) => {
      assert.equal(folderForPrograms(dir), dir);
      assert.deepEqual(readdirSync(dir), []);
      return Promise.resolve();
    });
  });

  it('is one of the checkout where that runs no program', async function () {
    await withTempDir((dir) => {
      const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,noexec', 'tmpfs', dir]);
      if (mount.status !== 0) return skip(this, 'mounting a disk without programs is refused here');
      try {
        const folder = folderForPrograms(dir);
        assert.ok(folder.startsWith(CACHE), folder);
        assert.notEqual(folder, os.tmpdir());
      } finally {
        spawnSync('umount', [dir]);
      }
      return Promise.resolve();
    });
  });
});
