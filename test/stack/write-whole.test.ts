import assert from 'node:assert/strict';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../../stack/write-whole';
import { withTempDir } from '../support/temp-dir';

describe('a file that is written as a whole', () => {
  it('takes the place of another, for its owner alone, whatever was left beside it', async () => {
    await withTempDir(async (dir) => {
      const file = path.join(dir, 'a');
      await writeFile(file, 'before, and longer', { mode: 0o644 });
      await writeFile(`${file}.part`, 'the half of an earlier one', { mode: 0o644 });
      await writeWhole(file, 'now');
      assert.equal(await readFile(file, 'utf8'), 'now');
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(dir), ['a']);
    });
  });
});
