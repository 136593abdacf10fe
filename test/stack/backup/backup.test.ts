import assert from 'node:assert/strict';
import {
  chmod,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import { pack } from 'tar-stream';
import { createGzip } from 'node:zlib';
import { readBackup } from '../../../stack/backup/read';
import { writeBackup } from '../../../stack/backup/write';
import { markVersion, requireKnown } from '../../../stack/data-version';
import { withTempDir } from '../../support/temp-dir';

const OWN = { layout: 1, version: '0.1.0' };
const ANY = (): void => undefined;

describe('a backup of DATA_DIR', () => {
  it('comes back with every file, mode, link and empty folder, for the owner alone', () =>
    withTempDir(async (dir) => {
      const [from, to, file] = await places(dir);
      await mkdir(path.join(from, 'kafka', 'datos ñ 数据'), { recursive: true });
      const long = `${'a'.repeat(90)}-${'ñ'.repeat(60)}`;
      await writeFile(path.join(from, 'kafka', 'datos ñ 数据', long), Buffer.from([0, 255, 1]));
      await writeFile(path.join(from, 'empty'), '');
      await writeFile(path.join(from, 'program'), '#!', { mode: 0o755 });
      await mkdir(path.join(from, 'nothing in it'));
      await symlink('/somewhere/else', path.join(from, 'link'));
      await writeFile(path.join(from, 'in-use'), 'a lock');
      await markVersion(from, OWN);

      const written = await writeBackup(from, file, OWN);
      assert.deepEqual(written, { files: 3, bytes: 5 });
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.deepEqual(await readBackup(file, to, ANY), written);
      await markVersion(to, OWN);

      const before = await treeOf(from);
      delete before['in-use'];
      assert.deepEqual(await treeOf(to), before);
      assert.deepEqual((await readdir(to)).includes('.restoring'), false);
    }));

  it('is not written over another file, and leaves none where it fails', () =>
    withTempDir(async (dir) => {
      const [from, , file] = await places(dir);
      await writeFile(path.join(from, 'secret'), 'x');
      await chmod(path.join(from, 'secret'), 0);
      if (process.getuid?.() !== 0) {
        await assert.rejects(writeBackup(from, file, OWN), /EACCES/);
        assert.deepEqual(await readdir(path.dirname(file)), ['from', 'to']);
      }
      await chmod(path.join(from, 'secret'), 0o600);
      await writeFile(`${file}.part`, 'of another one');
      await assert.rejects(writeBackup(from, file, OWN), /EEXIST/);
      assert.equal(await readFile(`${file}.part`, 'utf8'), 'of another one');
    }));

  it('is refused where it is cut off, damaged, or something else, and nothing of it stays', () =>
    withTempDir(async (dir) => {
      const [from, to, file] = await places(dir);
      for (let i = 0; i < 20; i++) await writeFile(path.join(from, `f${i}`), noise(20_000, i));
      await writeBackup(from, file, OWN);
      const damaged = await readFile(file);
      const { length } = damaged;
      for (const at of [length - 4, length >> 1, 10, 0]) {
        await truncate(file, at);
        await assert.rejects(readBackup(file, to, ANY), { name: 'BackupError' }, `cut at ${at}`);
        assert.deepEqual(await readdir(to), []);
      }
      damaged[length >> 1]! ^= 0xff;
      await writeFile(file, damaged);
      await assert.rejects(readBackup(file, to, ANY), { name: 'BackupError' });
      await writeFile(file, 'not a backup');
      await assert.rejects(readBackup(file, to, ANY), { name: 'BackupError' });
      assert.deepEqual(await readdir(to), []);
    }));

  it('writes nothing outside of its folder, by name or through a link', () =>
    withTempDir(async (dir) => {
      const [, to, file] = await places(dir);
      await archive(file, [{ name: '../outside', content: 'x' }]);
      await assert.rejects(readBackup(file, to, ANY), /outside of DATA_DIR/);
      await archive(file, [{ name: '/etc/outside', content: 'x' }]);
      await assert.rejects(readBackup(file, to, ANY), /outside of DATA_DIR/);
      await archive(file, [
        { name: 'link', link: dir },
        { name: 'link/outside', content: 'x' },
      ]);
      await assert.rejects(readBackup(file, to, ANY));
      assert.deepEqual((await readdir(dir)).sort(), ['backup', 'from', 'to']);
      assert.deepEqual(await readdir(to), []);
    }));

  it('is restored into an empty folder only', () =>
    withTempDir(async (dir) => {
      const [from, to, file] = await places(dir);
      await writeBackup(from, file, OWN);
      await writeFile(path.join(to, 'flows.json'), '[]');
      await assert.rejects(readBackup(file, to, ANY), /not empty \(flows\.json\)/);
      assert.deepEqual(await readdir(to), ['flows.json']);
    }));

  it('of a later version that lays it out in another way is refused before anything is written', () =>
    withTempDir(async (dir) => {
      const [from, to, file] = await places(dir);
      await writeFile(path.join(from, 'flows.json'), '[]');
      await writeBackup(from, file, { layout: 2, version: '9.0.0' });
      const accept = (found: typeof OWN): void => requireKnown(found, OWN, file);
      await assert.rejects(
        readBackup(file, to, accept),
        /written by version 9\.0\.0, and this is version 0\.1\.0/,
      );
      assert.deepEqual(await readdir(to), []);
    }));
});

describe('the version of DATA_DIR', () => {
  it('is noted where there is none, and kept up with the program', () =>
    withTempDir(async (dir) => {
      await markVersion(dir, OWN);
      assert.deepEqual(JSON.parse(await readFile(path.join(dir, 'version.json'), 'utf8')), OWN);
      await markVersion(dir, { layout: 1, version: '0.2.0' });
      assert.match(await readFile(path.join(dir, 'version.json'), 'utf8'), /0\.2\.0/);
      await markVersion(dir, OWN);
      assert.match(await readFile(path.join(dir, 'version.json'), 'utf8'), /0\.1\.0/);
    }));

  it('that is not known stops the start, and nothing is changed', () =>
    withTempDir(async (dir) => {
      await markVersion(dir, { layout: 2, version: '9.0.0' });
      await assert.rejects(markVersion(dir, OWN), { name: 'SettingError' });
      assert.match(await readFile(path.join(dir, 'version.json'), 'utf8'), /9\.0\.0/);
    }));
});

async function places(dir: string): Promise<[from: string, to: string, file: string]> {
  const [from, to] = [path.join(dir, 'from'), path.join(dir, 'to')];
  await Promise.all([mkdir(from), mkdir(to)]);
  return [from, to, path.join(dir, 'backup')];
}

/** What does not become smaller by packing. */
function noise(length: number, seed: number): Buffer {
  let state = seed + 1;
  return Buffer.from(Array.from({ length }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff));
}

/** Each file with what tells it from another. */
async function treeOf(folder: string, prefix = ''): Promise<Record<string, unknown>> {
  const tree: Record<string, unknown> = {};
  for (const name of await readdir(folder)) {
    const place = path.join(folder, name);
    const found = await lstat(place);
    if (found.isDirectory()) {
      tree[`${prefix}${name}/`] = found.mode & 0o700;
      Object.assign(tree, await treeOf(place, `${prefix}${name}/`));
    } else if (found.isSymbolicLink()) {
      tree[prefix + name] = await readlink(place);
    } else {
      tree[prefix + name] = [found.mode & 0o700, (await readFile(place)).toString('hex')];
    }
  }
  return tree;
}

async function archive(
  file: string,
  entries: readonly { name: string; content?: string; link?: string }[],
): Promise<void> {
  const tar = pack();
  tar.entry({ name: 'version.json' }, JSON.stringify(OWN));
  for (const { name, content, link } of entries) {
    if (link === undefined) tar.entry({ name }, content ?? '');
    else tar.entry({ name, type: 'symlink', linkname: link });
  }
  tar.finalize();
  await pipeline(tar, createGzip(), createWriteStream(file));
}
