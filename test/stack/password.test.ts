import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '../../stack/config';
import { makePassword, readKeptPassword } from '../../stack/password';
import { readServiceUsers, serviceUsersFile } from '../../stack/service-users';
import { withTempDir } from '../support/temp-dir';

const FILE = 'password-hash';

describe('the password of editor and dashboard', () => {
  it('is kept as a hash, for the owner alone, and known at the next start', async () => {
    await withTempDir(async (dir) => {
      assert.equal(readKeptPassword(dir), undefined);
      const { hash, password } = await makePassword(dir);
      assert.equal(readKeptPassword(dir), hash);
      assert.equal(readConfig({ DATA_DIR: dir }).login.passwordHash, hash);
      assert.doesNotMatch(hash, new RegExp(password));
      assert.equal((await stat(path.join(dir, FILE))).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(dir), [FILE], 'nothing beside it');
    });
  });

  it('does not go away without a word where its file is damaged, and a new one takes its place', async () => {
    await withTempDir(async (dir) => {
      const { hash } = await makePassword(dir);
      for (const damaged of ['', '\n', hash.slice(0, 30), 'null', '\0'.repeat(61)]) {
        await writeFile(path.join(dir, FILE), damaged);
        assert.throws(
          () => readConfig({ DATA_DIR: dir }),
          /^SettingError: DATA_DIR: .*password-hash does not hold.*--password/,
          JSON.stringify(damaged),
        );
        assert.equal(readConfig({ DATA_DIR: dir }, { newPassword: true }).login.newPassword, true);
      }
    });
  });
});

describe("a data directory's files with passwords", () => {
  it('are told in a sentence where they are not to be read, as after a start by another user', async () => {
    await withTempDir(async (dir) => {
      // A folder is to be read as a file by nobody, not even by root.
      await mkdir(path.join(dir, FILE));
      await mkdir(serviceUsersFile(dir));
      for (const read of [readKeptPassword, readServiceUsers])
        assert.throws(() => read(dir), /^SettingError: DATA_DIR: .* belongs to another user or is not to be/);
    });
  });
});
