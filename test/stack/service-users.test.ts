import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { ensureServiceUsers, readServiceUsers, serviceUsersFile } from '../../stack/service-users';
import { withTempDir } from '../support/temp-dir';

describe('the passwords of Kafka and the database', () => {
  it('are made once, each another one that nobody guesses, for the owner alone', async () => {
    await withTempDir(async (dir) => {
      assert.equal(readServiceUsers(dir), undefined);
      const made = await ensureServiceUsers(dir);
      const passwords = [made.kafka, made.database, made.internal];
      for (const password of passwords) assert.match(password, /^[0-9a-f]{48}$/);
      assert.equal(new Set(passwords).size, 3);
      const file = serviceUsersFile(dir);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(dir), ['service-passwords.json'], 'nothing beside it');

      await chmod(file, 0o644);
      assert.deepEqual(await ensureServiceUsers(dir), made);
      assert.deepEqual(readServiceUsers(dir), made);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    });
  });

  it('are another ones in another folder', async () => {
    await withTempDir(async (one) => {
      await withTempDir(async (other) => {
        assert.notEqual((await ensureServiceUsers(one)).kafka, (await ensureServiceUsers(other)).kafka);
      });
    });
  });

  it('are told to be damaged, and not replaced, where the file holds something else', async () => {
    await withTempDir(async (dir) => {
      const whole = JSON.stringify(await ensureServiceUsers(dir));
      const without = JSON.stringify({ ...JSON.parse(whole), kafka: '' });
      const breaking = JSON.stringify({ ...JSON.parse(whole), database: 'a"b' });
      for (const damaged of ['', whole.slice(0, 40), 'null', without, breaking]) {
        await writeFile(serviceUsersFile(dir), damaged);
        assert.throws(
          () => readServiceUsers(dir),
          /^SettingError: DATA_DIR: .*service-passwords\.json.*from a backup/,
        );
        await assert.rejects(ensureServiceUsers(dir), /service-passwords\.json/);
        assert.equal(await readFile(serviceUsersFile(dir), 'utf8'), damaged);
      }
    });
  });
});
