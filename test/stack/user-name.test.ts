import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { dataDirError } from '../../stack/data-dir-error';
import { requireOwnFiles } from '../../stack/own-files';
import { setupError } from '../../stack/setup-error';
import { userName } from '../../stack/user-name.mjs';
import { skip } from '../support/skip';
import { withTempDir } from '../support/temp-dir';

describe('a user whom the system has no name for, as in a container', () => {
  const { userInfo } = os;

  beforeEach(() => {
    Object.assign(os, {
      userInfo: () => {
        throw Object.assign(new Error('uv_os_get_passwd returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
      },
    });
  });
  afterEach(() => void Object.assign(os, { userInfo }));

  it('is called by their number, which chown takes as well', function () {
    if (process.getuid === undefined) return skip(this, 'this system has no users by number');
    assert.equal(userName(), String(process.getuid()));
  });

  it('is told the same sentences as everybody', async function () {
    const user = process.getuid?.();
    if (user === undefined) return skip(this, 'this system has no users by number');
    const messageOf = (error: unknown): string => (error as Error).message;
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    assert.match(messageOf(dataDirError(denied, '/d')), new RegExp(`^DATA_DIR: /d belongs.* ${user}`));
    const text = "EACCES: permission denied, mkdir '/x/.cache/y'";
    assert.match(messageOf(setupError(new Error(text), '/x/.cache', {})), /^\/x\/\.cache is not for \d+ /);
    assert.match(messageOf(setupError(new Error('EAI_AGAIN'), '/x', {})), /^nothing can be fetched into/);
    await withTempDir(async (dir) => {
      await mkdir(path.join(dir, 'a'));
      await writeFile(path.join(dir, 'a', 'b'), '');
      await chmod(path.join(dir, 'a'), 0o700);
      const failed = await requireOwnFiles(dir, user + 1).catch(messageOf);
      assert.match(String(failed), /^DATA_DIR: .*sudo chown/);
    });
  });
});
