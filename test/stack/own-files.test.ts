import assert from 'node:assert/strict';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { requireOwnFiles } from '../../stack/own-files';
import { withTempDir } from '../support/temp-dir';
import { skip } from '../support/skip';

describe('the files of a data directory', () => {
  it('may all be of the user who starts, whatever their mode, and links lead where they like', async () => {
    await withTempDir(async (dir) => {
      await mkdir(path.join(dir, 'node-red', 'node_modules'), { recursive: true });
      await writeFile(path.join(dir, 'node-red', 'flows.json'), '[]', { mode: 0o400 });
      await symlink('/nowhere', path.join(dir, 'board'));
      await requireOwnFiles(dir);
    });
  });

  it("are named with what to do where another user's start has left one", async function () {
    const user = process.getuid?.();
    if (user === undefined) return skip(this, 'this system has no users by number');
    await withTempDir(async (dir) => {
      const file = path.join(dir, 'cluster-id');
      await writeFile(file, 'x');
      await chmod(file, 0o600);
      const failed = await requireOwnFiles(dir, user + 1).catch((error: Error) => error);
      assert.ok(failed instanceof Error);
      assert.ok(failed.message.startsWith(`DATA_DIR: ${file} is not for `), failed.message);
      assert.ok(failed.message.includes(`'${dir}', or set DATA_DIR`), failed.message);
      await chmod(file, 0o666);
      await requireOwnFiles(dir, user + 1);
    });
  });
});
