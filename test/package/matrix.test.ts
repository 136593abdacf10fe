import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describeAtHome } from './support/at-home';
import { packTarball, type Tarball } from './support/tarball';
import { OTHERS } from './support/versions';

describe('the package elsewhere', () => {
  let dir: string;
  let tarball: Tarball;

  before(async function () {
    this.timeout(300_000);
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-package-'));
    tarball = await packTarball(dir);
  });

  after(() => rm(dir, { recursive: true, force: true }));

  for (const versions of OTHERS) describeAtHome(versions, () => tarball.file);
});
