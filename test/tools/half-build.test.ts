import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../../stack/paths';
import { withTempDir } from '../support/temp-dir';
import { until } from '../support/until';

/** What the build reads; the other files of the checkout are nothing to it. */
const READ = [
  'nodes',
  'tools',
  'stack',
  'docs/troubleshooting',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

/** A checkout with the packages installed and nothing built. */
function checkoutIn(folder: string): void {
  for (const part of READ) cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  const [own, ours] = [path.join(folder, 'node_modules'), path.join(ROOT, 'node_modules')];
  mkdirSync(own);
  // The mark of a whole build stands among them, so only what is in the folder can be shared.
  for (const name of readdirSync(ours).filter((each) => each !== '.dist-complete'))
    symlinkSync(path.join(ours, name), path.join(own, name));
  writeFileSync(path.join(folder, 'program.ts'), "console.log('the program runs');\n");
}

/** Calls a program as the npm scripts do. */
function start(folder: string, lines: string[]): ChildProcess {
  const child = spawn(process.execPath, [path.join(folder, 'tools', 'bootstrap.mjs'), 'program.ts'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  return child;
}

async function linesOf(folder: string): Promise<string[]> {
  const lines: string[] = [];
  const [code] = (await once(start(folder, lines), 'close')) as [number];
  assert.equal(code, 0, lines.join('\n'));
  return lines;
}

describe('a build that was killed in the middle', function () {
  this.timeout(240_000);

  it('does not count as whole, and one that went to its end does', async () => {
    await withTempDir(async (dir) => {
      const folder = path.join(dir, 'a checkout');
      checkoutIn(folder);
      const dist = path.join(folder, 'dist');
      const mark = path.join(folder, 'node_modules', '.dist-complete');
      const child = start(folder, []);
      await until('the first files of the build', () => existsSync(path.join(dist, 'nodes')), 120_000);
      process.kill(-child.pid!, 'SIGKILL');
      await once(child, 'exit');
      assert.equal(existsSync(mark), false);

      assert.deepEqual(await linesOf(folder), ['building dist/', 'the program runs']);
      assert.ok(existsSync(path.join(dist, 'nodes', 'topic-catalog', 'page.js')));
      assert.ok(existsSync(mark));
      assert.deepEqual(await linesOf(folder), ['the program runs']);
    });
  });
});
