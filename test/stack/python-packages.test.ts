import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { installOnce } from '../../stack/install-once';
import { removeBroken } from '../../stack/python-packages';
import { requireProgram } from '../../stack/programs';
import { withTempDir } from '../support/temp-dir';

describe('an environment of Python', function () {
  this.timeout(60_000);

  it('is left alone while its Python is there, and made anew when that is gone', async () => {
    await withTempDir(async (dir) => {
      const folder = path.join(dir, 'año de prueba', 'environment');
      const systems = path.join(dir, 'python3');
      symlinkSync(realpathSync(requireProgram('python3', 'for this test')), systems);
      const reports: string[] = [];
      const bring = async (): Promise<boolean> => {
        await removeBroken(folder, 'Thing', (line) => reports.push(line));
        return installOnce(folder, (partial) => {
          execFileSync(systems, ['-m', 'venv', '--without-pip', '--symlinks', partial]);
          return Promise.resolve();
        });
      };
      assert.equal(await bring(), true);
      assert.equal(await bring(), false, 'the environment is whole');
      assert.deepEqual(reports, []);

      // As after an upgrade of the system: the links in the environment lead nowhere.
      const python = path.join(folder, 'bin', 'python');
      const inside = ['python3', 'python'].map((name) => path.join(folder, 'bin', name));
      for (const link of inside) {
        assert.ok(lstatSync(link).isSymbolicLink());
        rmSync(link);
        symlinkSync(path.join(dir, 'gone'), link);
      }
      assert.equal(existsSync(python), false);
      assert.equal(await bring(), true);
      assert.deepEqual(reports, ['Thing: the Python that it was installed with is not there any more']);
      execFileSync(python, ['-c', 'pass']);
    });
  });
});
