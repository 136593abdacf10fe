import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../../stack/paths';
import { withTempDir } from '../support/temp-dir';
import { until } from '../support/until';

const NO_NETWORK = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** Of this checkout what the bootstrap reads, with one small package in the place of all, and a build of one file. */
function checkoutIn(folder: string): void {
  for (const part of ['tools', 'stack'])
    cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  const json = (file: string, content: object): void =>
    writeFileSync(path.join(folder, file), JSON.stringify(content));
  mkdirSync(path.join(folder, 'own', 'bin'), { recursive: true });
  mkdirSync(path.join(folder, 'nodes'));
  json('own/package.json', { name: 'node', version: '24.0.0', bin: { node: 'bin/node' } });
  // Its options are of the real one, whose packages are not here.
  const run =
    '#!/bin/sh\ncase "$NODE_OPTIONS" in *old-space*) exit 9;; esac\nwhile [ "$1" != "--version" ] && [ "${1#/}" = "$1" ]; do shift; done\nexec "$REAL_NODE" "$@"\n';
  writeFileSync(path.join(folder, 'own', 'bin', 'node'), run);
  chmodSync(path.join(folder, 'own', 'bin', 'node'), 0o755);
  json('package.json', { name: 'x', version: '1.0.0', devDependencies: { node: 'file:own' } });
  for (const config of ['tsconfig.json', 'tsconfig.build.json']) json(config, {});
  writeFileSync(
    path.join(folder, 'tools', 'build.mjs'),
    `import fs from 'node:fs';
     import { completeMark } from './build-mark.mjs';
     fs.mkdirSync('dist'); fs.writeFileSync('dist/x.js', ''); fs.writeFileSync(completeMark(process.cwd()), '');`,
  );
  writeFileSync(path.join(folder, 'program.js'), "console.log('runs with', process.env.TMPDIR);\n");
  execFileSync('npm', ['install', '--package-lock-only', ...NO_NETWORK], { cwd: folder });
}

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    npm_execpath: undefined,
    REAL_NODE: process.execPath,
    LC_ALL: 'C.UTF-8',
    npm_config_offline: 'true',
    ...more,
  };
}

/** Starts, and does not wait for the end. */
function startIn(folder: string): { lines: readonly string[] } {
  const lines: string[] = [];
  const child = spawn(process.execPath, ['tools/bootstrap.mjs', 'program.js'], {
    cwd: folder,
    env: environment(),
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  return { lines };
}

/** @returns what a first start says, whose environment has some variables more */
function firstStart(folder: string, env: NodeJS.ProcessEnv): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/bootstrap.mjs', 'program.js'], {
    cwd: folder,
    env: environment(env),
    encoding: 'utf8',
  });
  return { code: status, said: stdout + stderr };
}

describe('a first start', function () {
  this.timeout(60_000);

  for (const [name, value] of [
    ['NODE_ENV', 'production'],
    ['npm_config_omit', 'dev'],
    ['npm_config_production', 'true'],
    ['npm_config_bin_links', 'false'],
    ['npm_config_global', 'true'],
    ['npm_config_dry_run', 'true'],
    ['npm_config_install_strategy', 'linked'],
    ['npm_config_package_lock', 'false'],
    ['npm_config_legacy_peer_deps', 'true'],
  ] as const) {
    it(`fetches all packages where ${name} is ${value}`, async () => {
      await withTempDir((dir) => {
        checkoutIn(dir);
        const { code, said } = firstStart(dir, { [name]: value });
        assert.equal(code, 0, said);
        assert.match(said, /runs with/);
        assert.ok(existsSync(path.join(dir, 'node_modules', '.bin', 'node')));
        return Promise.resolve();
      });
    });
  }

  it('uses another folder for temporary files where the one that is named is none, and says so', async () => {
    await withTempDir((dir) => {
      checkoutIn(dir);
      writeFileSync(path.join(dir, 'a file'), '');
      for (const folder of [path.join(dir, 'nowhere'), path.join(dir, 'a file')]) {
        const { code, said } = firstStart(dir, { TMPDIR: folder });
        assert.equal(code, 0, said);
        assert.ok(
          said.includes(`TMPDIR names ${folder}, which is no folder to write to: /tmp is used`),
          said,
        );
        assert.match(said, /runs with undefined/);
      }
      const { said } = firstStart(dir, { TMPDIR: '' });
      assert.doesNotMatch(said, /TMPDIR/);
      return Promise.resolve();
    });
  });

  it('says so where NODE_OPTIONS is for another Node.js than the one that runs the programs', async () => {
    await withTempDir((dir) => {
      checkoutIn(dir);
      const { code, said } = firstStart(dir, { NODE_OPTIONS: '--max-old-space-size=500' });
      assert.equal(code, 1, said);
      assert.match(
        said,
        /NODE_OPTIONS is "--max-old-space-size=500", and Node\.js 24.*does not take all of that/,
      );
      return Promise.resolve();
    });
  });

  it('waits for another that sets up the same checkout, and goes on when that one was killed', async () => {
    await withTempDir(async (dir) => {
      checkoutIn(dir);
      const build = path.join(dir, 'tools', 'build.mjs');
      const go = path.join(dir, 'go');
      // The first build takes until it is told to go on.
      writeFileSync(
        build,
        `${readFileSync(build, 'utf8')}
         while (!fs.existsSync(${JSON.stringify(go)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);`,
      );
      const [first, second] = [startIn(dir), startIn(dir)];
      const both = (): string => [...first.lines, ...second.lines].join('\n');
      await until(
        'the other to wait',
        () => /another start of this checkout \(process \d+\)/.test(both()),
        40_000,
      );
      writeFileSync(go, '');
      await until('both to run', () => both().split('runs with').length === 3, 40_000);
      assert.equal(both().split('building dist/').length, 2, 'one of them builds');
      assert.ok(!existsSync(path.join(dir, '.setting-up')));

      for (const left of ['', '999999999', String(process.pid), 'x']) {
        rmSync(path.join(dir, 'dist'), { recursive: true });
        writeFileSync(path.join(dir, '.setting-up'), left);
        const { code, said } = firstStart(dir, {});
        assert.equal(code, 0, said);
      }
    });
  });
});
