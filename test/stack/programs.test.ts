import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../../stack/programs';
import { withTempDir } from '../support/temp-dir';

describe('a program on the PATH', () => {
  const before = process.env.PATH;
  const folder = process.cwd();

  afterEach(() => {
    process.env.PATH = before;
    process.chdir(folder);
  });

  it('is told by its full path, since it runs in other folders, also where the PATH names one without', async () => {
    await withTempDir(async (dir) => {
      const place = path.join(dir, 'mis programas ñ');
      await mkdir(place);
      await writeFile(path.join(place, 'java'), '');
      await chmod(path.join(place, 'java'), 0o755);
      process.chdir(dir);
      for (const entry of ['mis programas ñ', './mis programas ñ', place]) {
        process.env.PATH = `${path.delimiter}/nowhere${path.delimiter}${entry}`;
        assert.equal(findProgram('java'), path.join(process.cwd(), 'mis programas ñ', 'java'), entry);
      }
    });
  });
});
