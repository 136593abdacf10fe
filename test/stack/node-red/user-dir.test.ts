import assert from 'node:assert/strict';
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { prepareUserDir } from '../../../stack/node-red/user-dir';
import { withTempDir } from '../../support/temp-dir';

interface Manifest {
  dependencies: Record<string, string>;
}

async function withPackage(use: (userDir: string, packageDir: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const packageDir = path.join(dir, 'checkout');
    await mkdir(packageDir);
    await writeFile(path.join(packageDir, 'package.json'), JSON.stringify({ name: 'sensors' }));
    await use(path.join(dir, 'user'), packageDir);
  });
}

async function manifest(userDir: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(userDir, 'package.json'), 'utf8')) as Manifest;
}

describe("Node-RED's user directory", () => {
  it('has the package installed as a link, which a later npm install keeps', async () => {
    await withPackage(async (userDir, packageDir) => {
      await prepareUserDir(userDir, packageDir);
      assert.equal(await realpath(path.join(userDir, 'node_modules', 'sensors')), await realpath(packageDir));
      assert.equal((await manifest(userDir)).dependencies.sensors, 'file:../checkout');
    });
  });

  it('keeps the packages that the user has installed', async () => {
    await withPackage(async (userDir, packageDir) => {
      await mkdir(userDir);
      await writeFile(
        path.join(userDir, 'package.json'),
        JSON.stringify({ dependencies: { other: '1.0.0' } }),
      );
      await prepareUserDir(userDir, packageDir);
      assert.deepEqual((await manifest(userDir)).dependencies, {
        other: '1.0.0',
        sensors: 'file:../checkout',
      });
    });
  });

  it('keeps its secret, which only its owner can read', async () => {
    await withPackage(async (userDir, packageDir) => {
      const secret = path.join(userDir, 'credential-secret');
      await prepareUserDir(userDir, packageDir);
      const first = await readFile(secret, 'utf8');
      assert.match(first, /^[0-9a-f]{64}$/);
      assert.equal((await stat(secret)).mode & 0o777, 0o600);
      await prepareUserDir(userDir, packageDir);
      assert.equal(await readFile(secret, 'utf8'), first);
    });
  });
});
