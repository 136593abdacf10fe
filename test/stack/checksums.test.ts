import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { verifyFiles } from '../../stack/checksums';
import { withTempDir } from '../support/temp-dir';

describe('checksums of what was fetched', () => {
  it('let through what is listed, and nothing else', async () => {
    await withTempDir(async (dir) => {
      const list = path.join(dir, 'list.txt');
      const folder = path.join(dir, 'fetched');
      const jar = path.join(folder, 'a.jar');
      await mkdir(folder);
      await writeFile(jar, 'right');
      await writeFile(list, `# for people\n${digestOf('right')}  a.jar\n`);
      await verifyFiles(folder, list);

      await writeFile(jar, 'forged');
      await assert.rejects(verifyFiles(folder, list), /a\.jar has the SHA-256 [\da-f]{64}/);

      await writeFile(jar, 'right');
      await writeFile(path.join(folder, 'b.jar'), 'nobody asked for it');
      await assert.rejects(verifyFiles(folder, list), /b\.jar has the SHA-256/);

      await rm(path.join(folder, 'b.jar'));
      await rm(jar);
      await assert.rejects(verifyFiles(folder, list), /a\.jar is missing/);
    });
  });
});

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
